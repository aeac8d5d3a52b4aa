"""The Action `lint`: flake8 in two passes, on the lines of the pull request."""
