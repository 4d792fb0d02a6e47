"""Facts about how things are called on the pages, and about the bar that shows a ledger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.editors import Editor
from wxbot.errors import Forbidden
from wxbot.push import DeliveryState
from wxbot.web.console import labels, progress
from wxbot.web.console.labels import People

OPENID = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"


@given(st.dictionaries(st.sampled_from([str(s) for s in DeliveryState]), st.integers(1, 10**6), min_size=1))
def test_a_bar_shows_every_part(counts: dict[str, int]) -> None:
    """Each state once, with its size, from the left to the right, none too thin to be seen, none beyond the end."""
    found = progress.shares(counts)
    assert counts == {share.state: share.size for share in found}
    places = [share.x for share in found]
    assert places == sorted(places)
    assert 0 == places[0]
    assert all(share.width >= 4 and share.x <= 1000 for share in found)


def test_nobodys_openid_can_be_read_whole() -> None:
    """In a text, or beside Chinese; what is none stays."""
    assert f"由 oAbCdE…xYz0 取消，{'a' * 28}" == labels.discreet(f"由 {OPENID} 取消，{'a' * 28}")


def test_editors_are_called_by_their_names() -> None:
    """Wherever their openid stands; the machine is called the machine."""
    people = People.of([Editor(name="王编辑", openid=OPENID), Editor(name="李编辑")])
    assert ["王编辑", "李编辑", "后台", "root"] == [
        people.called(who) for who in (OPENID, "李编辑", "worker", "root")
    ]
    assert "由 王编辑 暂停" == people.said(f"由 {OPENID} 暂停")


@pytest.mark.parametrize(
    ("remedy", "shown"),
    [
        ("wxbot push show 7 看进展。", False),
        ("确实要再发一次，加 --again。", False),
        ("用 wxbot followers list 查看，照原样抄下来。", True),
        ("请另一位编辑批准。", True),
    ],
)
def test_commands_for_which_there_are_buttons_are_not_told(remedy: str, shown: bool) -> None:
    """Of what to do, only what a person at a browser can do or ask for."""
    wrong = Forbidden("不行。", remedy=remedy)
    assert shown is bool(labels.remedy(wrong))
    assert (f"不行。{remedy}" if shown else "不行") == labels.said(wrong)
