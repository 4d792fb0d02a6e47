"""Facts about pushing."""
