"""Tables of the editors: accounts, login sessions, known devices, one-time links, login attempts."""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment
from wxbot.editors.roles import EditorRight, EditorRole

__all__ = ["Editor", "EditorDevice", "EditorSession", "LoginAttempt", "PasswordLink"]

Id = BigInteger().with_variant(Integer, "sqlite")


class Editor(Base):
    """Account of one editor."""

    __tablename__ = "editor"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    openid: Mapped[str | None] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(String(200))  # a hash from `passwords.hash_password`
    role: Mapped[str] = mapped_column(String(10), default=EditorRole.WRITER)
    made_at: Mapped[dt.datetime] = mapped_column(Moment)
    last_login_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    @property
    def person(self) -> str:
        """Name under which this editor approves campaigns: the openid if there is one, else the account name.

        An editor who approves once in the console and once by phone is therefore counted as one person.
        """
        return self.openid or self.name

    def may(self, right: EditorRight) -> bool:
        """Return whether the account's role includes a right."""
        return EditorRole(self.role).may(right)


class EditorSession(Base):
    """One browser in which an editor is logged in; of the session token only the SHA-256 is stored."""

    __tablename__ = "editor_session"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    editor_id: Mapped[int] = mapped_column(Id, ForeignKey("editor.id"))
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)
    started_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    seen_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(80), default="")  # such as "Edge，Windows"


class EditorDevice(Base):
    """One browser in which an editor has logged in before; of its cookie's token only the SHA-256 is stored."""

    __tablename__ = "editor_device"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    editor_id: Mapped[int] = mapped_column(Id, ForeignKey("editor.id"))
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


class PasswordLink(Base):
    """One-time link by which an editor sets a password; of its token only the SHA-256 is stored."""

    __tablename__ = "password_link"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    editor_id: Mapped[int] = mapped_column(Id, ForeignKey("editor.id"))
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


class LoginAttempt(Base):
    """One login attempt inside the window of the login rate limit; the name is stored as its SHA-256."""

    __tablename__ = "login_try"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(
        String(64), default=""
    )  # of a known browser, the SHA-256 of its token
    at: Mapped[dt.datetime] = mapped_column(Moment)
