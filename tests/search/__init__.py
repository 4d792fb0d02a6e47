"""Tests of wxbot.search."""
