"""A client-side timeout for PostgreSQL connections.

The server enforces lock_timeout and statement_timeout only while it runs. When it hangs, its machine's kernel still
acknowledges every packet, and a client without a timeout of its own would wait forever.
"""

from typing import Any

import psycopg

from wxbot.db.driver_errors import UNANSWERED

__all__ = ["connect"]


class _TimeoutConnection(psycopg.Connection[Any]):
    """A psycopg connection whose every exchange with the server ends after `exchange_timeout` seconds (0: no limit)."""

    exchange_timeout = 0.0

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for one exchange. On a timeout close the connection and raise OperationalError."""
        if timeout is not None or not self.exchange_timeout:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.exchange_timeout)
        except psycopg.errors._WaitTimeout:
            # The state of the protocol is unknown: the connection cannot be used again.
            self.pgconn.finish()
            raise psycopg.OperationalError(UNANSWERED) from None


def connect(exchange_timeout: float, *args: Any, **params: Any) -> psycopg.Connection[Any]:
    """Connect as `psycopg.connect` does, with a limit of `exchange_timeout` seconds for each exchange (0: none)."""
    connection = _TimeoutConnection.connect(*args, **params)
    connection.exchange_timeout = exchange_timeout
    return connection
