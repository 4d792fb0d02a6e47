"""Alembic's home: `env.py` runs the migrations in `versions/`, in the order of their numbers."""
