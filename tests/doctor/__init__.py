"""Tests of the checks of `wxbot doctor`."""
