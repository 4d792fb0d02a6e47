"""Offline simulator of the WeChat official account platform, with the platform's checks, error codes and quotas.

    run           start a simulator in this process, on a free port: `with run(kind="sub") as platform: …`
    create_world  create its state: clock, accounts, faults
    create_app    create the WSGI application of a world: platform API, page, control interface

`python -m wechat_simulator` and `wxbot simulator` start it as a program. The package imports nothing from `wxbot`,
so other projects can use it too.
"""

__all__ = ["Identity", "RunningSimulator", "World", "create_app", "create_world", "run"]

from wechat_simulator.account import Identity
from wechat_simulator.simulator import RunningSimulator, create_app, create_world, run
from wechat_simulator.world import World
