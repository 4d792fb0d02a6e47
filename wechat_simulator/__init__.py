"""The offline WeChat platform: refuses what WeChat refuses, so that an account can be built and rehearsed at a desk.

    run           start one beside a test, on a free port: `with run(kind="sub") as platform: …`
    create_world  its state: a clock, accounts, faults
    create_app    the WSGI application of a world: the platform's API, the page, the control interface

`wxbot simulator` runs it alone. It shares no code with the rest of wxbot, and serves any other project as well.
"""

__all__ = ["Identity", "RunningSimulator", "World", "create_app", "create_world", "run"]

from wechat_simulator.account import Identity
from wechat_simulator.simulator import RunningSimulator, create_app, create_world, run
from wechat_simulator.world import World
