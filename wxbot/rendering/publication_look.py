"""Show the publication of an issue on its pages: its name, its colour, the present names of its sections, the others.

An association with one publication needs none of it: `PLAIN_LOOK` changes nothing on a page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wxbot.brand import PLAIN_BRAND, Brand
from wxbot.library import Issue
from wxbot.rendering.design_tokens import accent_style

__all__ = ["PLAIN_LOOK", "PublicationLook"]


@dataclass(frozen=True, slots=True)
class PublicationLook:
    """Look of the pages of one publication.

    `name` is "" where the association has one publication; `colour` is the one in `bulletins.toml`, "" for that of the
    brand; `present_names` holds what sections that were renamed are called; `others` are the newest issues of the
    others, by the name of their publication. `share_sdk` is the address of WeChat's JS-SDK where shared links show a
    card.
    """

    name: str = ""
    colour: str = ""
    present_names: Mapping[str, str] = field(default_factory=dict)
    others: Sequence[tuple[str, Issue]] = ()
    brand: Brand = PLAIN_BRAND
    share_sdk: str = ""

    @property
    def style(self) -> str:
        """The style sheet that gives a page the colours of brand and publication; "" for none."""
        return accent_style(self.colour, self.brand)


PLAIN_LOOK = PublicationLook()
