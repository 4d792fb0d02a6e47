"""`python -m wxbot` is `wxbot`."""

from wxbot.cli import main

if __name__ == "__main__":
    main()
