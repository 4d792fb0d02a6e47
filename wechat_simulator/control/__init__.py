"""Control interface /_sim/…: JSON in and out, for the page, for tests and for other projects.

    follower_control  follow, unfollow, send, scan, consent, read, comment; the inbox
    inspection        calls, callbacks, drafts, jobs, quotas, live events
    page_buttons      buttons that run a command
    world_control     accounts and their settings, clock, faults, reset, snapshot and restore

`account` (an app id), in the query or the body, selects one of several accounts; the first is the default.
An invalid request is answered with status 400 and `{"error": …}`.
"""

__all__ = ["BLUEPRINTS"]

from wechat_simulator.control.follower_control import follower_control
from wechat_simulator.control.inspection import inspection
from wechat_simulator.control.page_buttons import page_buttons
from wechat_simulator.control.world_control import world_control

BLUEPRINTS = (follower_control, inspection, page_buttons, world_control)
