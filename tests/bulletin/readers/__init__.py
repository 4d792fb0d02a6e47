"""Tests of the readers, which turn files into lines."""
