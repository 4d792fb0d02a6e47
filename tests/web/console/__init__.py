"""Facts about the console."""
