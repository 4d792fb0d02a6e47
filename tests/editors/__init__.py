"""Facts about the editors: accounts, passwords, sessions."""
