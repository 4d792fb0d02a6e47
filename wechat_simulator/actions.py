"""What the agenda may hold: the name of each delayed action, and who carries it out."""

__all__ = ["ACTIONS"]

from wechat_simulator import callbacks, mass, publishing
from wechat_simulator.world import Action

ACTIONS: dict[str, Action] = {
    "mass sent": mass.on_sent,
    "mass unconfirmed": mass.on_unconfirmed,
    "published": publishing.finish,
    "report": callbacks.report,
}
