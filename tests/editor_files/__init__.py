"""Tests of the files that editors own."""
