"""What people read on GitHub, and how it gets there."""
