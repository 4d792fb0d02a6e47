"""Passive replies: their XML, and the limits that keep the fault notice away."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.wechat import SUCCESS, Card, DataFormat, ImageReply, News, Nothing, Reply, Text, Transfer, render

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def shown(reply: Reply, answering: str = "text") -> ET.Element:
    """The XML of a reply as a parser of the platform's side sees it."""
    xml = render(reply, to="oReader", sender="gh_1", now=NOW, answering=answering)
    in_json = render(
        reply, to="oReader", sender="gh_1", now=NOW, answering=answering, data_format=DataFormat.JSON
    )
    root = ET.fromstring(xml)  # noqa: S314 - our own XML
    assert [each.text or "" for each in root.iter() if not len(each)] == list(leaves(json.loads(in_json)))
    return root


def leaves(value: Any) -> Iterator[str]:
    """The values of a JSON document in order, as XML has them."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        yield str(value)
    else:
        for each in inner:
            yield from leaves(each)


def card(title: str = "题") -> Card:
    """A card of which only the title matters."""
    return Card(title, "摘要", "https://e.org/1.jpg", "https://e.org/1?a=1&b=2")


def test_text_reply() -> None:
    """A reply goes from the account to the follower, with the second of the answer."""
    xml = shown(Text("读《第2期》\n再见"))

    assert ["oReader", "gh_1", "1795492800", "text", "读《第2期》\n再见"] == [each.text for each in xml]


def test_card_reply() -> None:
    """A card is a news message of one, its address unescaped as in a browser."""
    xml = shown(card("第12期"))

    assert ("news", "1") == (xml.findtext("MsgType"), xml.findtext("ArticleCount"))
    assert ["第12期", "摘要", "https://e.org/1.jpg", "https://e.org/1?a=1&b=2"] == [
        each.text for each in xml.iter() if each.tag in {"Title", "Description", "PicUrl", "Url"}
    ]


@pytest.mark.parametrize(("answering", "several"), [("text", 1), ("image", 1), ("location", 1), ("event", 8)])
def test_number_of_cards(answering: str, several: int) -> None:
    """A message is answered by one card, an event by up to eight; the first ones stay."""
    xml = shown(News(tuple(card(str(n)) for n in range(12))), answering)

    assert str(several) == xml.findtext("ArticleCount")
    assert [str(n) for n in range(several)] == [each.text for each in xml.iter("Title")]


def test_picture_reply() -> None:
    """A picture is shown by the id of its upload."""
    assert "m-1" == shown(ImageReply("m-1")).findtext("Image/MediaId")


def test_a_conversation_is_handed_over() -> None:
    """A handover has no text; one member of staff may be named."""
    assert "transfer_customer_service" == shown(Transfer()).findtext("MsgType")
    assert "kf1@gh" == shown(Transfer("kf1@gh")).findtext("TransInfo/KfAccount")


@pytest.mark.parametrize("reply", [Nothing(), Text(""), Text(" \n"), Text("\x00"), News(()), ImageReply("")])
def test_nothing_to_show_is_success(reply: Reply) -> None:
    """An empty text makes the platform show its fault notice: `success` shows nothing."""
    assert SUCCESS == render(reply, to="o", sender="g", now=NOW, answering="text")


def test_what_a_card_holds_is_cut() -> None:
    """A title stays on one line; what a phone cannot show is cut between characters."""
    xml = shown(Card("第\n一" * 99, "长" * 999, "", ""))

    assert 192 >= len((xml.findtext("Articles/item/Title") or "").encode())
    assert 360 >= len((xml.findtext("Articles/item/Description") or "").encode())
    assert "\n" not in (xml.findtext("Articles/item/Title") or "")


@given(words=st.text(max_size=3000), openid=st.text(max_size=20))
def test_any_text_makes_clean_xml_within_the_limit(words: str, openid: str) -> None:
    """Any text of an editor or a member gives the platform XML that parses and at most 2,048 bytes."""
    xml = render(Text(words), to=openid, sender="gh_1", now=NOW, answering="text")

    if xml != SUCCESS:
        content = ET.fromstring(xml).findtext("Content") or ""  # noqa: S314 - our own XML
        assert content.strip()
        assert 2048 >= len(content.encode())


def test_end_of_cdata_in_a_text_is_shown_as_it_is() -> None:
    """`]]>` in a text neither ends the XML nor is lost."""
    assert "a]]>b]]]>" == shown(Text("a]]>b]]]>")).findtext("Content")
