"""Measures, each beside its rival; reported as ratios."""
