"""Tests of the audit log's labels: whatever the code records has one in Chinese."""

import ast
from collections.abc import Iterator
from pathlib import Path

import wxbot
from wxbot.push.ledger.states import CAMPAIGN_MOVES
from wxbot.text import has_han
from wxbot.web.console.admin.audit_sentences import AUDIT_LABELS, audit_label

PRODUCT = Path(wxbot.__file__).parent
# Where the recorded word is a variable: the words that it may be.
VARIABLE = {
    "bot/editor_orders.py": {"phone ask", "phone confirm", "phone mistake"},
    "editors/login_limit.py": {"login failed", "more logins failed"},
    "push/decisions.py": {"recall", "recall failed", "recalled"},
    "push/ledger/states.py": {event for event, _ in CAMPAIGN_MOVES},
    "push/publishing.py": {f"{verb} article" for verb in ("publish", "withdraw", "pin", "unpin")},
    "push/file_editing.py": {"settle reading", "undo reading", "discard reading"},
    "push/take_file.py": {"bring in", "take reading"},
    "web/console/library/second_files.py": {"take correction", "take number"},
}


def written_words() -> Iterator[tuple[str, str | None]]:
    """Yield each call of `audit.note` as its module and the word that it records, None for a variable one."""
    for path in PRODUCT.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.note":
                what = next(each.value for each in call.keywords if each.arg == "what")
                word = str(what.value) if isinstance(what, ast.Constant) else None
                yield path.relative_to(PRODUCT).as_posix(), word


def test_every_recorded_word_has_a_chinese_label() -> None:
    """A word that `audit.note` is called with, or that is named above for its module, is shown in Chinese."""
    found = list(written_words())
    assert VARIABLE.keys() == {module for module, word in found if word is None}
    words = {word for _, word in found if word is not None}.union(*VARIABLE.values())
    assert [] == sorted(word for word in words if not has_han(AUDIT_LABELS.get(word, "")))


def test_an_unknown_word_is_shown_as_it_is() -> None:
    """An entry that another version wrote is not hidden."""
    assert "rename" == audit_label("rename")
