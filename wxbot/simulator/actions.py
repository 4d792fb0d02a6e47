"""What the agenda may hold: the name of each delayed action, and who carries it out."""

__all__ = ["ACTIONS"]

from wxbot.simulator import callbacks, mass, publishing
from wxbot.simulator.world import Action

ACTIONS: dict[str, Action] = {
    "mass sent": mass.on_sent,
    "mass unconfirmed": mass.on_unconfirmed,
    "published": publishing.finish,
    "report": callbacks.report,
}
