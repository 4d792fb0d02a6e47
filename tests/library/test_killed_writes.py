"""Facts about each write of the library that a kill interrupts: it is done or not done, and can be repeated."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOON
from tests.installations import Installation, Write, bulletin_text
from tests.library.picture_issues import an_issue, digest_of, encoded
from wxbot import library
from wxbot.bulletin import ReaderPool
from wxbot.bulletin.blocks import Paragraph, Picture
from wxbot.bulletin.fix_writer import save_fixes
from wxbot.bulletin.fixes import Fixes, LineFix
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.model import LineUse
from wxbot.db import Database
from wxbot.editors import EditorRole, accounts
from wxbot.errors import Forbidden, NotFound
from wxbot.library import PublishPolicy
from wxbot.library.pending_fixes import FixStep, working_fixes
from wxbot.library.source_files import UPLOADS, SourceFile
from wxbot.library.source_reading import SourceReader
from wxbot.library.upload_pictures import GivenFile, write_pictures
from wxbot.library.uploads import store_upload
from wxbot.push import publishing
from wxbot.push.file_editing import discard_fixes, finish_step, settle_reading, undo_reading
from wxbot.push.take_file import FileTaking, take
from wxbot.search import Index, catch_up

EVERY_POINT = bool(os.environ.get("WXBOT_TEST_EVERY_LINE"))
EDITOR: Any = {"by": "张", "now": NOON}


def ingest(made: Installation, policy: PublishPolicy = PublishPolicy.CLEAN) -> None:
    """Bring the bulletin folder into the library."""
    list(library.ingest(made.db, [made.bulletins], NOON, policy=policy, by="张"))


@pytest.fixture
def installation(db: Database, tmp_path: Path) -> Installation:
    """Return an installation with two public issues."""
    made = Installation(tmp_path / "installation", db)
    for number in (1, 2):
        made.write(f"{number}.txt", bulletin_text(number, "协会召开年会", "理事会审议预算", "秘书处走访企业"))
    ingest(made)
    assert [] == made.find_leaks()
    return made


@dataclass(frozen=True)
class Interrupted:
    """A write with the steps that come before it, and how many states kills may leave: 2 for done and not done."""

    name: str
    write: Write
    before: Sequence[Write] = ()
    states: int = 2

    def __str__(self) -> str:
        """Return the name, which stands in the test's id."""
        return self.name


def _put(number: int, *titles: str, file: str = "", **more: Any) -> Write:
    """Return a step that writes a bulletin."""
    return lambda made: made.write(file or f"{number}.txt", bulletin_text(number, *titles, **more))


def _in_transaction(change: Callable[..., object], *values: object) -> Write:
    """Return a step that calls a function of the library in a transaction."""

    def write(made: Installation) -> None:
        with made.db.begin() as session:
            change(session, *values)

    return write


def _save_pictures(made: Installation) -> None:
    """Store an issue with a picture, as if a file had brought it."""
    data = encoded("red")
    shown = (Paragraph.of("会员到会，一致通过了各项决议。"), Picture(digest_of(data), width=40, height=30))
    issue = replace(an_issue(shown, pictures=(data,)), title="海风协会工作简报")
    with made.db.begin() as session:
        library.save_issue(session, issue, "3.docx", NOON)


_ARCHIVE = '{"id": "old/1", "issue": "2019-03", "title": "年会", "section": "要闻", "body": "会员到会。"}\n'


def _put_archive(made: Installation) -> None:
    made.write("articles.jsonl", _ARCHIVE * 2 + _ARCHIVE.replace("old/1", "old/2"))


def _settle(made: Installation) -> None:
    line = LineFix("协会召开年会", LineUse.TITLE, None, ())
    save_fixes(made.bulletins / "2.fix.toml", Fixes().with_line(line), "2.txt")


def _add_publication(made: Installation) -> None:
    with made.db.begin() as session, suppress(Forbidden):  # the second run finds it
        library.add_publication(session, "海风快讯", "kuaixun")


def _open_page(made: Installation) -> FixStep:
    """Open the page of a file, which ends what a killed process began; return the step that it offers."""
    file = SourceFile(made.bulletins, "2.txt")
    finish_step(made.db, file)
    return FixStep(file, file.version(), **EDITOR)


def _settle_step(made: Installation, text: str = "协会召开年会") -> None:
    """Settle one line as the console does."""
    step = _open_page(made)
    settle_reading(made.db, step, working_fixes(step.file).with_line(LineFix(text, LineUse.TITLE)), text)


def _undo_all(made: Installation) -> None:
    """Take steps back until none is left, so that repeating it ends in the same state."""
    with suppress(Forbidden):
        while True:
            undo_reading(made.db, _open_page(made))


def _discard(made: Installation) -> None:
    discard_fixes(made.db, _open_page(made))


def _give_account(made: Installation) -> None:
    """Create two accounts; the second gets a role and an openid."""
    for name in ("王编辑", "李主任"):
        with suppress(Forbidden):  # the second run finds it
            accounts.add(made.db, name, None, openid=None, **EDITOR)
    accounts.change_role(made.db, "李主任", EditorRole.APPROVER, **EDITOR)
    accounts.change_openid(made.db, "李主任", "oLi", **EDITOR)


def _remove_account(made: Installation) -> None:
    with suppress(NotFound):
        accounts.remove(made.db, "李主任", **EDITOR)


_SECOND_STEP = partial(_settle_step, text="理事会审议预算")
_hold = partial(ingest, policy=PublishPolicy.NEVER)
_REVISED = _put(2, "协会召开春季年会", "秘书处走访企业", "联合实验室揭牌")
_DOUBTFUL = _put(2, "协会召开年会", "理事会审议预算", "联合实验室揭牌", year=2024)


def _article_change(change: Callable[..., tuple[library.Article, bool]], what: str) -> Write:
    """Return a write that changes one article."""

    def write(made: Installation) -> None:
        """Change the first article."""
        to_first = partial(change, key="2026-02", n=1)
        publishing.change_article(made.pusher, "2026-02", 1, to_first, what=what, **EDITOR)

    return write


WRITES = [
    Interrupted("new issue", ingest, [_put(3, "协会召开年会")]),
    Interrupted("held issue", _hold, [_put(3, "协会召开年会")]),
    Interrupted("revision", ingest, [_REVISED]),
    Interrupted(
        "revision of a withdrawn issue",
        ingest,
        [lambda made: publishing.withdraw(made.db, "2026-02", "错", **EDITOR), _REVISED],
    ),
    Interrupted("doubtful revision", ingest, [_DOUBTFUL]),
    Interrupted("issue with pictures", _save_pictures),
    Interrupted("archive", ingest, [_put_archive]),
    Interrupted(
        "publish", lambda made: publishing.publish(made.pusher, "2026-03", **EDITOR), [_put(3, "年会"), _hold]
    ),
    Interrupted(
        "publish what waits",
        lambda made: publishing.publish(made.pusher, "2026-02", **EDITOR),
        [_DOUBTFUL, ingest],
    ),
    Interrupted("withdraw", lambda made: publishing.withdraw(made.db, "2026-02", "错", **EDITOR)),
    Interrupted(
        "withdraw an article", _article_change(partial(library.withdraw_article, reason="错"), "withdraw")
    ),
    Interrupted("pin", _article_change(partial(library.pin_article, pinned=True), "pin")),
    Interrupted(
        "restore", lambda made: publishing.restore(made.pusher, "2026-02", 1, **EDITOR), [_REVISED, ingest]
    ),
    Interrupted(
        "rename a publication", _in_transaction(library.rename_publication, "海风协会工作简报", "海风简报")
    ),
    Interrupted("add a publication", _add_publication),
    Interrupted("settle a line", _settle),
    # Ordered, and written but not recorded, are the two states that whoever opens the file next ends.
    Interrupted("step of an editor", _settle_step, states=4),
    Interrupted("second step of an editor", _SECOND_STEP, [_settle_step], states=4),
    Interrupted("undo of steps", _undo_all, [_settle_step, _SECOND_STEP], states=7),
    Interrupted("discarding of steps", _discard, [_settle_step], states=4),
    Interrupted("accounts", _give_account, states=5),
    Interrupted("removal of an account", _remove_account, [_give_account]),
]


# The writes are the same on both kinds of database: a check repeats some of them on PostgreSQL, a long check all.
CASES = [("sqlite", write) for write in WRITES]
CASES += [("postgresql", write) for write in (WRITES if EVERY_POINT else WRITES[::4])]


@pytest.mark.parametrize(("database_url", "interrupted"), CASES, indirect=["database_url"], ids=str)
def test_a_write_that_is_killed_is_done_or_not_done(
    installation: Installation, interrupted: Interrupted
) -> None:
    """After a kill at any statement all of it is seen or nothing, and the next run completes it and writes no more."""
    for step in interrupted.before:
        step(installation)
    wrong = installation.kill_everywhere(
        interrupted.write, every_point=EVERY_POINT, states=interrupted.states
    )
    assert [] == wrong


@pytest.mark.parametrize(
    "database_url", ["sqlite", "postgresql"] if EVERY_POINT else ["sqlite"], indirect=True
)
def test_an_index_that_is_killed_while_it_catches_up_is_complete_afterwards(
    installation: Installation,
) -> None:
    """At whatever line the writer of the index is killed, the next one brings it to the library's state."""
    _REVISED(installation)
    ingest(installation)
    publishing.withdraw(installation.db, "2026-01", "错", **EDITOR)

    def sync(made: Installation) -> None:
        """Bring the index to the library's state."""
        catch_up(Index.open(made.home / "var" / "index"), made.db)

    installation.save()
    points = installation.run_forked(sync, lines=True).points
    assert "open index.lock" in points
    for kill_at in range(1, len(points) + 1, 1 if EVERY_POINT else len(points) // 4):
        installation.restore()
        assert installation.run_forked(sync, kill_at, lines=True).was_killed
        assert [] == installation.find_leaks(), points[kill_at - 1]


def _take(made: Installation, *, holds: bool) -> None:
    """Take the upload as its editor does; where it is gone already, the worker takes the folder."""
    file = SourceFile(made.bulletins, f"{UPLOADS}/3.md")
    if not file.path.exists():
        ingest(made)
        return
    readers = ReaderPool(size=1)
    reading = SourceReader(made.db, lambda: readers, Habits).read(file).reading
    order = FileTaking(FixStep(file, file.version(), **EDITOR), readers, Habits(), holds=holds)
    take(made.pusher, order, reading.parsed)
    readers.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("holds", [False, True] if EVERY_POINT else [False], ids=str)
def test_an_upload_that_is_killed_on_its_way_is_taken_once(installation: Installation, holds: bool) -> None:
    """Killed at any step of its files, an upload is there still; the next attempt takes it with fixes and picture."""
    made = installation
    (made.bulletins / UPLOADS).mkdir()
    text = bulletin_text(3, "协会召开年会", "理事会审议预算") + "\n\n![会场](图/会场.png)\n"
    made.write(f"{UPLOADS}/3.md", text)
    write_pictures(made.bulletins / UPLOADS / "3.md", {"会场.png": encoded("red")})
    dropped = LineFix("理事会审议预算", LineUse.DROP, None, ())
    save_fixes(made.bulletins / UPLOADS / "3.fix.toml", Fixes().with_line(dropped), "3.md")

    def titles() -> tuple[str, list[str]]:
        with made.db.read() as session:
            issue = library.any_issue(session, "2026-03")
            assert issue is not None
            return issue.state, [each.title for each in library.current_articles(session, issue.key)]

    def public_files() -> dict[str, bytes]:
        return {name: data for name, data in made.files().items() if not name.startswith(UPLOADS)}

    write = partial(_take, holds=holds)
    made.save()
    whole = made.run_forked(write)
    done, taken = public_files(), titles()
    assert (0, "held" if holds else "public", ["协会召开年会"]) == (whole.status, *taken), whole.printed
    for kill_at, point in enumerate(whole.points, start=1):
        if not point.startswith("os." if EVERY_POINT else ("os.link", "os.remove")):
            continue
        made.restore()
        assert made.run_forked(write, kill_at).was_killed
        assert {"3.md"} == {Path(name).name for name in made.files() if name.endswith("3.md")}
        assert 0 == made.run_forked(write).status
        assert (done, taken, []) == (public_files(), titles(), made.find_leaks()), point


def test_what_a_killed_move_left_goes_with_the_next_upload(tmp_path: Path) -> None:
    """A fix file in the folder of uploads whose source has left is removed when the next file is brought."""
    (tmp_path / UPLOADS).mkdir()
    (tmp_path / UPLOADS / "3.fix.toml").write_text("[[line]]\n", encoding="utf-8")
    readers = ReaderPool(size=1)
    given = GivenFile("3.txt", bulletin_text(3, "年会").encode())
    brought = [store_upload(tmp_path, given, readers) for _ in range(2)]
    readers.close()
    assert {"3.txt"} == {each.path.name for each in brought}
    assert [tmp_path / UPLOADS / "3.txt"] == list((tmp_path / UPLOADS).iterdir())
