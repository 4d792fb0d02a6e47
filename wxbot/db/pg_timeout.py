"""A connection to PostgreSQL that waits for no answer longer than it is told.

The server's own time limits (lock_timeout, statement_timeout) end with the server: of one that hangs, its machine's
kernel still acknowledges every packet, and a client would wait for ever.
"""

from typing import Any

import psycopg

from wxbot.db.driver_errors import UNANSWERED

__all__ = ["connect"]


class _Patient(psycopg.Connection[Any]):
    """As the driver's, but each exchange with the server is over after `patience` seconds."""

    patience = 0.0

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for one exchange; OperationalError, and the connection is gone, when its time is over."""
        if timeout is not None or not self.patience:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.errors._WaitTimeout:
            # Where the exchange stands is not known: nothing can follow on this connection.
            self.pgconn.finish()
            raise psycopg.OperationalError(UNANSWERED) from None


def connect(patience: float, *args: Any, **params: Any) -> psycopg.Connection[Any]:
    """Connect as `psycopg.connect` does; no exchange then takes longer than `patience` seconds, if that is not 0."""
    connection = _Patient.connect(*args, **params)
    connection.patience = patience
    return connection
