"""Benchmarks, each beside its rivals in one run; the results are ratios."""
