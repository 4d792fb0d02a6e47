"""The editors' tables: accounts, sessions, tries to log in."""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment

__all__ = ["Editor", "EditorSession", "LoginAttempt"]

Id = BigInteger().with_variant(Integer, "sqlite")


class Editor(Base):
    """One editor's account."""

    __tablename__ = "editor"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    openid: Mapped[str | None] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(String(200))  # as `passwords.hashed` gives it
    made_at: Mapped[dt.datetime] = mapped_column(Moment)
    last_login_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    @property
    def person(self) -> str:
        """Under which name this editor approves: that of the phone, where there is one, so that nobody counts twice."""
        return self.openid or self.name


class EditorSession(Base):
    """One browser that an editor logged in with; of its token only the SHA-256 is kept."""

    __tablename__ = "editor_session"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    editor_id: Mapped[int] = mapped_column(Id, ForeignKey("editor.id"))
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


class LoginAttempt(Base):
    """One try to log in, kept while it counts.

    The name is kept as its SHA-256: people type passwords where the name belongs.
    """

    __tablename__ = "login_try"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(Moment)
