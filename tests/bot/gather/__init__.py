"""Facts from GitHub, held against the facts that Git itself gives."""
