"""Alembic migrations: `env.py` runs those in `versions/` in the order of their numbers."""
