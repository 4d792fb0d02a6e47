"""Tests of the audience value and of its Chinese label."""

import pytest

from wxbot import push
from wxbot.errors import UsageError
from wxbot.push import Audience, AudienceKind


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("all", "全部粉丝"),
        ("tag:会员", "标签「会员」的粉丝"),
        ("recent", "48 小时内来过消息的粉丝"),
        ("section:投融界", "想收「投融界」的粉丝"),
        ("section:{x}", "想收「{x}」的粉丝"),
        ("active:30", "最近 30 天来过消息的粉丝"),
        ("consented", "同意过订阅通知的粉丝"),
        ("unreached:7", "计划 7 没有发到的粉丝"),
        ("file:a.txt", "名单 a.txt 上的人"),
    ],
)
def test_an_audience_has_a_text_form_and_a_label(text: str, label: str) -> None:
    """Every audience is written as it is read, and has a Chinese label for editors."""
    audience = Audience.parse(text)
    assert (text, label) == (str(audience), push.labels.audience_label(audience))


def test_every_kind_has_a_label() -> None:
    """No kind of audience lacks a label."""
    assert all(push.labels.audience_label(Audience(kind, "1")) for kind in AudienceKind)


@pytest.mark.parametrize(
    "text",
    ["", "everybody", "something:else", "all:x", "recent:2", "tag:", "section:", "active:", "active:0", "active:x",
     "active:3651", "unreached:", "unreached:x", "file:"],
)  # fmt: skip
def test_an_invalid_audience_is_refused_with_the_valid_ones(text: str) -> None:
    """An unknown kind, a missing argument and an invalid one are usage errors that list the possible audiences."""
    with pytest.raises(UsageError, match="看不懂 --to") as refusal:
        Audience.parse(text)
    assert "unreached:计划编号" in refusal.value.remedy


def test_a_long_file_name_is_shortened_to_the_column() -> None:
    """The text form of a file's audience is at most 200 characters."""
    assert 200 == len(str(Audience.of_file("名" * 300)))
