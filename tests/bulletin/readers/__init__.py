"""Tests of the readers: from bytes to lines with their evidence."""
