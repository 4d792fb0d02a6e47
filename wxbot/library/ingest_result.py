"""Result of ingesting one file, with what follows for what was made from the issue before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue, Problem
from wxbot.db import Session
from wxbot.errors import Exit
from wxbot.library.decision import Outcome

__all__ = ["DROPPED_NOTE", "Consequence", "Fate", "FollowContent", "IngestResult", "follow_nothing"]


DROPPED_NOTE = "编辑不要的文件，内容不变就不再读"


class Fate(StrEnum):
    """Fate of a file of the watched folder: the outcome of ingesting it, or the reason why it was not."""

    NEW = "new"
    SAME = "same"
    REVISED = "revised"
    HELD = "held"
    REFUSED = "refused"
    OLDER = "older"  # content that the issue had before another file brought a newer one
    DROPPED = "dropped"  # by an editor; skipped until its content changes
    GONE = "gone"  # no longer in the folder, while its issue is still in the library


class Consequence(Protocol):
    """Consequence of new content of an issue for something that was made from it, such as a push."""

    @property
    def says(self) -> str:
        """Sentence about what happened, or would happen in a dry run."""

    @property
    def remedy(self) -> str:
        """Commands for what an editor can do about it."""

    @property
    def asks(self) -> bool:
        """True if an editor should decide something now."""

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""


class FollowContent(Protocol):
    """Apply new content of an issue to what was made from it; with `dry_run` only tell what would follow."""

    def __call__(self, session: Session, key: str, /, *, dry_run: bool) -> Sequence[Consequence]:
        """Return the consequences."""


@dataclass(frozen=True)
class IngestResult:
    """Result of one file.

    `outcome` is what happened, `would` the outcome that a dry run predicts, `counts` the number of articles of an
    archive by outcome, `says` and `remedy` the reason in Chinese why a file was refused or held, `source` the file's
    name below the folder in which it was found, `key` the issue in the library, "" where there is none. `consequences`
    are those of its content for the issue's campaigns, `note` says what is remarkable about a file that brings nothing
    new, and `fate` is what the list of files shows. `is_version` tells that `key` has its content, shown or waiting.
    `new_push_form` tells that the form of the issue's push in the fix file changed, and `is_question` that nothing of
    the file was stored, because an editor must say which issue it is.
    """

    file: str
    outcome: Outcome
    source: str = ""
    parsed: ParsedIssue = field(default_factory=ParsedIssue)
    problems: tuple[Problem, ...] = ()
    would: Outcome | None = None
    counts: dict[Outcome, int] | None = None
    says: str = ""
    remedy: str = ""
    key: str = ""
    consequences: tuple[Consequence, ...] = ()
    note: str = ""
    dropped: bool = False
    is_version: bool = False
    new_push_form: bool = False
    is_question: bool = False

    @property
    def exit(self) -> Exit:
        """Exit code of the command for this file."""
        if self.outcome is Outcome.REFUSED:
            return Exit.REFUSED
        asks = any(each.asks for each in self.consequences)
        return Exit.PROBLEMS if self.problems or self.waits or asks else Exit.DONE

    @property
    def waits(self) -> bool:
        """True if content of the file, new or stored before, is not public before an editor has looked."""
        return self.is_held or (self.outcome is Outcome.SAME and bool(self.says))

    @property
    def fate(self) -> Fate:
        """Fate of the file, for the list of files."""
        if self.dropped:
            return Fate.DROPPED
        if self.waits:
            return Fate.HELD
        return Fate.OLDER if self.note and self.outcome is Outcome.SAME else Fate(self.outcome)

    @property
    def is_held(self) -> bool:
        """True if an editor has to decide: about a doubt, or because another file brought this issue already."""
        return Outcome.HELD in (self.outcome, self.would)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object that `wxbot ingest --json` prints for this file."""
        line = bulletin.to_json(self.file, self.parsed, str(self.outcome))
        if self.would is not None:
            line["would"] = str(self.would)
        if self.counts is not None:
            line["articles"] = {str(outcome): n for outcome, n in self.counts.items()}
            line["problems"] = [{"line": p.line, "says": p.says} for p in self.problems]
        else:
            line["problems"] = [{"line": p.line, "says": p.says} for p in self.problems]
        if self.key:
            line["key"] = self.key
        if self.says:
            line["problems"] = [*line["problems"], {"line": 0, "says": self.says}]
            line["remedy"] = self.remedy
        if self.note:
            line["note"] = self.note
        if self.new_push_form:
            line["push_form"] = self.parsed.push.to_json() if self.parsed.push else {}
        if self.consequences:
            line["campaigns"] = [each.as_json() for each in self.consequences]
        return line


def follow_nothing(session: Session, key: str, /, *, dry_run: bool) -> Sequence[Consequence]:  # noqa: ARG001
    """Apply new content to nothing."""
    return ()
