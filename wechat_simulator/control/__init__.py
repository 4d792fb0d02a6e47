"""The control interface, /_sim/…: JSON in and out, for the page, for tests, for other projects.

    readers     followers come, go, write, scan, agree, read, comment; what they saw
    lookers     what can be looked at: calls, callbacks, drafts, jobs, quotas, live events
    worldly     accounts and their settings, clock, faults, reset, snapshot and restore

An `account` (an app id), in the query or the body, chooses among several accounts; without it the first is meant.
What is wrong with a request is said in `{"error": …}` with status 400.
"""

__all__ = ["BLUEPRINTS"]

from wechat_simulator.control.follower_control import follower_control
from wechat_simulator.control.inspection import inspection
from wechat_simulator.control.world_control import world_control

BLUEPRINTS = (follower_control, inspection, world_control)
