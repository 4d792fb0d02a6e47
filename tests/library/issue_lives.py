"""Expected lives of issues, step by step beside what the product does, and the promises that hold after each step."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import SecretStr

from tests.conftest import NOON, ROOT
from tests.installations import WORD, Installation
from tests.library.random_bulletins import BulletinFile, Piece, word_in
from wxbot import library
from wxbot.bot import Bot, Replies
from wxbot.db import Session
from wxbot.library import ArticleStatus, IngestResult, IssueState, Outcome, PublishPolicy, WatchedFolder
from wxbot.push import publishing
from wxbot.search import Index, catch_up
from wxbot.settings import Settings
from wxbot.web import create_app, runtime_of
from wxbot.wechat import CallbackCrypto

__all__ = ["ExpectedLives", "Life"]

_STATUS = {IssueState.PUBLIC: 200, IssueState.HELD: 404, IssueState.WITHDRAWN: 410}


@dataclass
class Life:
    """Expectation of one issue: its state, what it shows, what waits, and all revisions."""

    source: str
    state: IssueState = IssueState.HELD
    shown: tuple[Piece, ...] = ()
    pending: tuple[Piece, ...] | None = None
    is_choice: bool = False  # an editor must look, whatever a later reading says
    history: list[tuple[Piece, ...]] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)  # numbers of the articles taken back

    def show(self, pieces: tuple[Piece, ...]) -> None:
        """Expect content in place of what was there and of what waits."""
        self.shown, self.pending = pieces, None


class ExpectedLives:
    """Files and issues of one installation; `lives` is what is expected of each issue."""

    def __init__(self, made: Installation) -> None:
        made.restore()
        self.made, self.pusher = made, made.pusher
        self.index = Index.open(made.home / "var" / "index")
        self.files: dict[str, BulletinFile] = {}
        self.lives: dict[str, Life] = {}
        self.owners: dict[tuple[str, int], str] = {}
        self.placed: dict[tuple[str, str], tuple[int, Piece]] = {}
        self.fresh = itertools.count(1)

    def check(self) -> None:
        """Compare what is stored, public and found with what is expected."""
        catch_up(self.index, self.made.db)
        found = {hit.id for hit in self.index.search(WORD, 100).hits}
        with self.made.db.read() as session:
            public = {article.public_id for key in self.lives for article in library.articles(session, key)}
            newest = library.newest_articles(session, limit=100)
            keys = {issue.key for issue in library.issues(session)}
            latest = library.latest(session)
            expected = {each for key in self.lives for each in self._check_issue(session, key)}
            assert set(self.lives) == {issue.key for issue in library.any_issues(session)}
        assert expected == public == found == {each.public_id for each in newest}
        assert {key for key, life in self.lives.items() if life.state == IssueState.PUBLIC} == keys
        assert latest.key in keys if latest else not keys

    def _check_issue(self, session: Session, key: str) -> Iterator[str]:
        """Check state, history and numbers of one issue; yield the articles that members should see."""
        life, issue = self.lives[key], library.any_issue(session, key)
        assert issue is not None
        assert (life.state, life.pending is not None) == (issue.state, issue.pending is not None)
        revisions = library.revisions(session, key)
        assert list(range(1, len(life.history) + 1)) == [each.revision for each in revisions]
        assert all(each.by and each.shelved_at for each in revisions)
        rows = library.all_articles(session, key)
        assert list(range(1, len(rows) + 1)) == [each.n for each in rows]
        for row in rows:
            word = word_in("".join(row.paragraphs))
            assert word == self.owners.setdefault((key, row.n or 0), word), (
                "a number was given to another article"
            )
        shown = {piece.word: piece for piece in life.shown}
        current = {
            word_in("".join(each.paragraphs)): each for each in rows if each.status != ArticleStatus.REMOVED
        }
        assert shown.keys() == current.keys()
        for word, piece in shown.items():
            row = current[word]
            n, before = self.placed.get((key, word), (row.n, piece))
            assert n == row.n or (before.title != piece.title and before.text != piece.text)
            self.placed[key, word] = (row.n or 0, piece)
            if life.state == IssueState.PUBLIC and row.n not in life.withdrawn:
                yield row.public_id

    def check_pages(self) -> None:
        """Compare the answers of the site with what is expected of each issue and article."""
        db = self.made.db
        app = create_app(
            settings=Settings(token=SecretStr("t"), app_id="wx1", state=self.made.home / "var"),
            db=db,
            index=self.index,
            bot=Bot(db, self.index, Replies(ROOT / "content" / "replies"), public_url=""),
            envelope=CallbackCrypto("t", "wx1", None, None),
            clock=lambda: NOON,
        )
        client = app.test_client()
        with db.read() as session:
            rows = [row for key in self.lives for row in library.all_articles(session, key)]
        for key, life in self.lives.items():
            assert _STATUS[life.state] == client.get(f"/i/{key}").status_code
        for row in rows:
            status = _STATUS[self.lives[row.issue_key or ""].state]
            status = 410 if status == 200 and row.hidden else status
            assert status == client.get(f"/a/{row.public_id}").status_code
        feed = client.get("/feed.atom").get_data(as_text=True)
        assert not [row.public_id for row in rows if row.hidden and f"/a/{row.public_id}<" in feed]
        runtime_of(app).close()

    def pick_file(self, pick: int) -> tuple[str, BulletinFile]:
        """Return one of the files."""
        return list(self.files.items())[pick % len(self.files)]

    def pick_life(self, pick: int) -> tuple[str, Life]:
        """Return one of the issues."""
        return list(self.lives.items())[pick % len(self.lives)]

    def put_file(self, name: str, file: BulletinFile) -> None:
        """Write a file of the folder."""
        self.made.write(name, file.content)
        self.files[name] = file

    def source_of(self, key: str) -> str:
        """Return the file that an issue has as its source."""
        with self.made.db.read() as session:
            issue = library.any_issue(session, key)
            assert issue is not None
            return issue.source

    def ingest(self, files: Any, policy: PublishPolicy, **more: Any) -> Iterator[IngestResult]:
        """Ingest files as a worker or a command does."""
        follow = partial(publishing.follow_ingest, self.pusher, "worker")
        return library.ingest(self.made.db, files, NOON, policy=policy, by="worker", follow=follow, **more)

    def look(self, policy: PublishPolicy) -> None:
        """Read the folder as a worker does after a start."""
        watched = WatchedFolder(self.made.bulletins)
        results = []
        for result in self.ingest(list(watched.changed_files(settled=False)), policy):
            results.append(result)
            self.expect(result, policy)
        with self.made.db.begin() as session:
            library.record_results(session, results, NOON)
            library.record_missing(session, watched.present_files(settled=False) or (), NOON)

    def expect(self, result: IngestResult, policy: PublishPolicy, *, corrects: bool = False) -> None:
        """Take what a file brought into what is expected; only the source of an issue changes it."""
        if not result.key or result.parsed.number is None:
            return
        file = self.files[result.source]
        is_new = result.key not in self.lives
        life = self.lives.setdefault(result.key, Life(result.source))
        with self.made.db.read() as session:
            count = len(library.revisions(session, result.key))
        is_held = result.outcome is Outcome.HELD
        if count > len(life.history):
            assert corrects or life.source == result.source, "only the source of an issue changes it"
            life.source = result.source
            life.history.append(file.pieces)
            life.is_choice |= policy is PublishPolicy.NEVER
            if is_held and life.state == IssueState.PUBLIC:
                life.pending = file.pieces
                return
            life.show(file.pieces)
        elif result.outcome not in {Outcome.NEW, Outcome.REVISED}:
            return  # nothing came of it
        else:
            life.show(file.pieces)
        if life.state == IssueState.HELD and not is_held:
            assert is_new or not life.is_choice
            life.state = IssueState.PUBLIC
