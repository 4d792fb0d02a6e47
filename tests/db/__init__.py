"""Facts about the database."""
