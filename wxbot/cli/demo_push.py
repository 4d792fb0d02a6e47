"""Push the newest issue of a running demo, for the button on the simulator's page: `python -m wxbot.cli.demo_push`."""

from wxbot import library
from wxbot.cli import main
from wxbot.cli.context import print_notes
from wxbot.errors import Exit
from wxbot.settings import load
from wxbot.wiring import Services

__all__ = ["push_newest"]


def push_newest() -> None:
    """Push the newest public issue to all followers, and end with the exit code; a sent one is not sent again."""
    services = Services(load())
    try:
        with services.db.read() as session:
            newest = library.latest(session)
    finally:
        services.close()
    if newest is None:
        print_notes("书架上还没有公开的一期。", "等演示准备好再试。")
        raise SystemExit(int(Exit.PROBLEMS))
    main(["push", "start", newest.key])


if __name__ == "__main__":
    push_newest()
