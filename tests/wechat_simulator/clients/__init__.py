"""Clients that others wrote for the platform, unmodified: what works with it must work with the simulator."""
