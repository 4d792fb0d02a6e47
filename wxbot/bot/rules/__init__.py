"""Editors' own rules: the rule, the file it is loaded from, and its checks."""
