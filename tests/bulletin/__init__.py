"""Tests of what a bulletin is."""
