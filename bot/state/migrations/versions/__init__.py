"""The steps, numbered; an older one is never changed."""
