"""Facts about the library."""
