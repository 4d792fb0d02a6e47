"""Third-party clients of the platform, unmodified; they must work with the simulator."""
