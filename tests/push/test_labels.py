"""What an editor reads for a name of ours."""

import pytest

from wxbot import push


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("all", "全部粉丝"),
        ("tag:会员", "标签「会员」的粉丝"),
        ("section:投融界", "想收「投融界」的粉丝"),
        ("active:30", "最近 30 天来过消息的粉丝"),
        ("unreached:7", "计划 7 没有送到的粉丝"),
        ("file:a.txt", "名单 a.txt"),
        ("something:else", "something:else"),
    ],
)
def test_audiences_are_said_in_words(name: str, said: str) -> None:
    """As editors say them; one that is not known here is shown as it is written."""
    assert said == push.audience_label(name)
