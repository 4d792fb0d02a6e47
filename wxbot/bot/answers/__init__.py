"""Compose answers: library facts, search results, pages of a list."""
