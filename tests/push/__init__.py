"""Tests of the push."""
