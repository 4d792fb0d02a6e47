"""Every number of the platform, and the one class that it falls into."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.errors import (
    ConfirmationNeeded,
    FollowerUnreachable,
    Misconfigured,
    QuotaSpent,
    Refused,
    TryLater,
    WeChatError,
)
from wxbot.wechat.errcodes import RULES, STALE, ErrcodeRule, errcode_class, errcode_refusal

# The table of the platform's errcodes with the handling that its reference asks for.
HANDLING: dict[type[WeChatError], str] = {
    TryLater: "-1 40001 40014 42001 42010 45011 45066 45169 61450 61503 268487001-268487002",
    QuotaSpent: "45009 45028 48006 53500 53501",
    FollowerUnreachable: "40003 40132 43004 43019 43101 45015 45047 45171 46004 48002 49003 50005 70000",
    Misconfigured: """
        40013 40125 40164 40201 40243 45026 48001 48003 48004 50001 50002 50004 50007 65400 65401 88000 89505
    """,
    ConfirmationNeeded: "53504-53505 89503 89504 89506 89507",
    Refused: """
        40002 40004-40009 40016-40028 40031-40033 40035-40037 40039 40052-40055 40059 40060 40062 40114 40130
        40137 40152 40155 40202 40203 40204 40215 40246 40247 40249 41001 41002 41004-41009 41039 41040
        43001-43003 43116 44001-44004 45001-45008 45010 45056-45059 45062 45065 45067 45072 45080 45081 45083
        45084 45110 45113 45157-45159 45162 45166 46001 46003 47001 47003 48005 48008 48021 48022 53404-53406
        53502 53503 53600 61451-61457 61500 61501 65301-65320 76001-76004 76021 76022 88001-88010
        200011-200022 268488001 9500001 9500002
    """,
}


def codes(text: str) -> list[int]:
    """The numbers of a line such as `-1 40004-40009`."""
    found: list[int] = []
    for part in text.split():
        first, _, last = part.rpartition("-") if not part.startswith("-") else ("", "", part)
        found += range(int(first or last), int(last) + 1)
    return found


EXPECTED = [(code, error) for error, text in HANDLING.items() for code in codes(text)]


@pytest.mark.parametrize(("errcode", "error"), EXPECTED)
def test_errcode_falls_into_its_class(errcode: int, error: type[WeChatError]) -> None:
    """Each number is handled as the reference asks, and says in Chinese what happened and what to do."""
    raised = errcode_refusal(errcode, "some words rid: 66bdb248-1fa23ff9-58483015")

    assert error is type(raised) is errcode_class(errcode)
    assert (errcode, "66bdb248-1fa23ff9-58483015") == (raised.errcode, raised.rid)
    assert f"{errcode} some words）" in raised.message


def test_no_errcode_stands_in_two_classes() -> None:
    """The table names each number once, and so does the product's own."""
    assert [1] == sorted(set(Counter(code for code, _ in EXPECTED).values()))
    assert [1] == sorted(set(Counter(code for rule in RULES for code in rule.codes).values()))


def test_no_errcode_is_left_out() -> None:
    """Every code of the reference has an entry of its own in the product's table."""
    known = {code for rule in RULES for code in rule.codes}

    assert set() == {code for code, _ in EXPECTED} - known


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.codes.start))
def test_rule_speaks_to_an_editor(rule: ErrcodeRule) -> None:
    """Each rule says in Chinese what happened; each class or rule that an operator can act on says how."""
    error = errcode_refusal(rule.codes.start, "")

    assert any("\u4e00" <= char <= "\u9fff" for char in error.message)
    assert error.remedy or isinstance(error, Refused | FollowerUnreachable)


def test_allow_list_names_the_address_to_add() -> None:
    """The address is the one that the platform saw, not one that we believe to have."""
    words = "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 66bdb248-1fa23ff9-58483015"

    assert "加入 203.0.113.9。" in errcode_refusal(40164, words).remedy
    assert "IP 白名单" in errcode_refusal(40164, "").remedy


def test_wrong_secret_is_no_stale_token() -> None:
    """40001 to a call for a token means that the secret is wrong: asking again does not help."""
    assert TryLater is errcode_class(40001)
    assert Misconfigured is errcode_class(40001, requesting_token=True)
    assert "WXBOT_APP_SECRET" in errcode_refusal(40001, "invalid credential", requesting_token=True).remedy
    assert all(TryLater is errcode_class(code) for code in STALE)


@given(errcode=st.integers(), errmsg=st.text())
def test_any_answer_becomes_one_error(errcode: int, errmsg: str) -> None:
    """An unknown number is refused for good, with the platform's words on one line of bounded length."""
    raised = errcode_refusal(errcode, errmsg * 20)

    assert "\n" not in raised.message
    assert 400 > len(raised.message.encode())
    assert errcode == raised.errcode
