"""Endpoints of the platform's API, one module per subject; `endpoint_table` lists all with method, right and limits."""
