"""Tests of the editors: accounts, passwords, sessions."""
