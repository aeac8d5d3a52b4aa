"""GitHub over HTTP: tokens, limits, retries, ETags, pages. Nobody else in ``bot`` speaks HTTP to GitHub."""
