"""What jobs do, one file a kind; :mod:`bot.pipeline`, which judges one pull request, is the heart of most of them."""
