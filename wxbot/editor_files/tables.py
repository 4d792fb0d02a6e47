"""The table of the changes of editors' files, and the moves between their states."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment

__all__ = ["CHANGE_MOVES", "ChangeState", "FileChange", "move_change"]

Id = BigInteger().with_variant(Integer, "sqlite")


class ChangeState(StrEnum):
    """State of a change: what became of its file."""

    STARTED = "started"  # the row is stored, the file is about to be replaced
    DONE = "done"
    DROPPED = "dropped"  # the file still has the text before: the process died, or the disk refused
    UNCLEAR = "unclear"  # the process died, and somebody changed the file before anybody looked


CHANGE_MOVES = {
    ("finish", ChangeState.STARTED): ChangeState.DONE,
    ("drop", ChangeState.STARTED): ChangeState.DROPPED,
    ("lose", ChangeState.STARTED): ChangeState.UNCLEAR,
}


_STATE_LABELS = {
    ChangeState.STARTED: "（正在写）",
    ChangeState.DONE: "",
    ChangeState.DROPPED: "（没有写成，文件没变）",
    ChangeState.UNCLEAR: "（不知道写成没有：之后文件又被改过）",
}


class FileChange(Base):
    """One change of one file: its whole text before and after; None where there was no file.

    A change with `who` "" was made outside the program, with a person's own editor, and noticed later.
    """

    __tablename__ = "file_change"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    file: Mapped[str] = mapped_column(String(60), index=True)  # key in the catalogue, such as replies/welcome
    at: Mapped[dt.datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(120))
    what: Mapped[str] = mapped_column(Text)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    state: Mapped[ChangeState] = mapped_column(String(12), default=ChangeState.STARTED)

    @property
    def state_label(self) -> str:
        """The state in Chinese; "" for a change that was made like any other."""
        return _STATE_LABELS[ChangeState(self.state)]

    @property
    def is_outside(self) -> bool:
        """True for a change that was noticed, not made, by the program."""
        return not self.who


def move_change(change: FileChange, event: str) -> None:
    """Move a change to the state that follows the event. Raises KeyError if there is no such move."""
    change.state = CHANGE_MOVES[event, ChangeState(change.state)]
