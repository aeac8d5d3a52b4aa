"""The sandbox, held against what GitHub documents."""
