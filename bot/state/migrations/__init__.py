"""How the tables came to be, one step a file; Alembic goes through them in the order of their numbers."""
