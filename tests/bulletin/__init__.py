"""Tests of the parser of bulletins."""
