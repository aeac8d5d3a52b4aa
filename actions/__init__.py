"""The published Actions: an `action.yml` and one module each, with the standard library and nothing else."""
