"""Facts about random lives of issues: whatever editors and files do in whatever order, some promises hold."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import EXAMPLES, NOON
from tests.harness import SETTINGS
from tests.installations import Installation, bulletin_text
from tests.library.issue_lives import ExpectedLives
from tests.library.random_bulletins import EDITS, BulletinFile, Piece
from wxbot import followers, library
from wxbot.db import Database
from wxbot.errors import Forbidden
from wxbot.library import Article, ArticleStatus, IssueState, Publication, PublishPolicy
from wxbot.push import Audience, PlanRequest, Route, publishing
from wxbot.push.audience.resolve import count_recipients
from wxbot.push.ledger.queries import issue_campaigns
from wxbot.push.planning.plan import compose_plan

EDITOR: Any = {"by": "张", "now": NOON}
NAMES = {"": "海风协会工作简报", "kuaixun": "海风快讯"}
LONG = bool(os.environ.get("WXBOT_TEST_EVERY_LINE"))
POLICIES = st.sampled_from(PublishPolicy)
PICK = st.integers(0, 50)
"""A choice among whatever there is at that moment."""


class LifeOfIssues(ExpectedLives, RuleBasedStateMachine):
    """Files and editors of an installation, in a random order."""

    def __init__(self, made: Installation) -> None:
        RuleBasedStateMachine.__init__(self)
        ExpectedLives.__init__(self, made)

    @invariant()
    def promises_hold(self) -> None:
        """Compare what is stored, public and found with what is expected."""
        self.check()

    def teardown(self) -> None:
        """Ask for every page at the end of a run."""
        self.check_pages()
        self.made.db.engine.dispose()

    @rule(
        slug=st.sampled_from(list(NAMES)), number=st.integers(1, 2), doubtful=st.booleans(), policy=POLICIES
    )
    def bring_file(self, slug: str, number: int, doubtful: bool, policy: PublishPolicy) -> None:
        """A file brings a new issue, or claims the number of one that is there."""
        pieces = tuple(Piece.create(next(self.fresh)) for _ in range(3))
        same = [
            each for each in self.files.values() if (each.publication, each.number) == (NAMES[slug], number)
        ]
        if same:
            pieces = (*same[0].pieces, pieces[0])
        self.put_file(f"{next(self.fresh)}.txt", BulletinFile(NAMES[slug], number, pieces, doubtful))
        self.look(policy)

    @precondition(lambda self: self.files)
    @rule(pick=PICK, edit=st.sampled_from(list(EDITS)), at=PICK, policy=POLICIES)
    def edit_file(self, pick: int, edit: str, at: int, policy: PublishPolicy) -> None:
        """An editor saves a file again with one change."""
        name, file = self.pick_file(pick)
        pieces = EDITS[edit](file.pieces, at % len(file.pieces), next(self.fresh))
        self.put_file(name, replace(file, pieces=pieces))
        self.look(policy)

    @precondition(lambda self: self.files)
    @rule(pick=PICK, doubtful=st.booleans())
    def doubt_file(self, pick: int, doubtful: bool) -> None:
        """A doubt about a file appears or is settled."""
        name, file = self.pick_file(pick)
        self.put_file(name, replace(file, is_doubtful=doubtful))
        self.look(PublishPolicy.CLEAN)

    @precondition(lambda self: self.files)
    @rule(pick=PICK)
    def lose_file(self, pick: int) -> None:
        """A file vanishes for a while, and is back."""
        name, file = self.pick_file(pick)
        (self.made.bulletins / name).unlink()
        self.files.pop(name)
        for _ in range(2):
            self.look(PublishPolicy.CLEAN)
        self.check()
        self.put_file(name, file)
        self.look(PublishPolicy.CLEAN)

    @precondition(lambda self: self.files)
    @rule(pick=PICK)
    def rename_file(self, pick: int) -> None:
        """A file gets another name: the issue follows it."""
        name, file = self.pick_file(pick)
        new = f"{next(self.fresh)}.txt"
        (self.made.bulletins / name).rename(self.made.bulletins / new)
        self.files[new] = self.files.pop(name)
        self.look(PublishPolicy.CLEAN)
        for key, life in self.lives.items():
            if life.source == name and life.state != IssueState.WITHDRAWN:
                life.source = self.source_of(key)
                assert self.files[life.source].pieces == file.pieces

    @precondition(lambda self: self.files)
    @rule(pick=PICK)
    def correct_by_file(self, pick: int) -> None:
        """An editor says that a file is the new version of its issue."""
        name, _ = self.pick_file(pick)
        found = library.list_files([self.made.bulletins / name], self.made.bulletins)
        for result in self.ingest(found, PublishPolicy.CLEAN, corrects=True):
            self.expect(result, PublishPolicy.CLEAN, corrects=True)

    @precondition(lambda self: self.files)
    @rule(pick=PICK)
    def drop_file(self, pick: int) -> None:
        """An editor drops a file, which is refused for the source of an issue."""
        name, _ = self.pick_file(pick)
        (found,) = library.list_files([self.made.bulletins / name], self.made.bulletins)
        is_source = any(
            life.source == name and life.state != IssueState.WITHDRAWN for life in self.lives.values()
        )
        try:
            library.drop_file(self.made.db, found, **EDITOR)
        except Forbidden:
            assert is_source
        else:
            assert not is_source
        self.look(PublishPolicy.CLEAN)

    @precondition(lambda self: self.lives)
    @rule(pick=PICK)
    def publish_issue(self, pick: int) -> None:
        """An editor makes an issue public, with what waits."""
        key, life = self.pick_life(pick)
        publishing.publish(self.pusher, key, **EDITOR)
        life.state, life.is_choice = IssueState.PUBLIC, False
        life.show(life.shown if life.pending is None else life.pending)

    @precondition(lambda self: self.lives)
    @rule(pick=PICK)
    def withdraw_issue(self, pick: int) -> None:
        """An editor takes an issue back."""
        key, life = self.pick_life(pick)
        publishing.withdraw(self.made.db, key, "有误", **EDITOR)
        life.state = IssueState.WITHDRAWN
        with self.made.db.read() as session:
            assert [] == issue_campaigns(session, key), "nothing went out, so all are cancelled"

    @precondition(lambda self: self.lives)
    @rule(pick=PICK, at=PICK, what=st.sampled_from(["withdraw", "publish", "pin", "unpin"]))
    def change_article(self, pick: int, at: int, what: str) -> None:
        """An editor takes one article back, shows it again, or pins it."""
        key, life = self.pick_life(pick)
        with self.made.db.read() as session:
            current = [
                each for each in library.all_articles(session, key) if each.status != ArticleStatus.REMOVED
            ]
        n = current[at % len(current)].n or 0
        changes: dict[str, Callable[..., tuple[Article, bool]]] = {
            "withdraw": partial(library.withdraw_article, reason="有误"),
            "publish": library.publish_article,
            "pin": partial(library.pin_article, pinned=True),
            "unpin": partial(library.pin_article, pinned=False),
        }
        change = partial(changes[what], key=key, n=n)
        publishing.change_article(self.pusher, key, n, change, what=what, **EDITOR)
        if what in {"withdraw", "publish"}:
            (life.withdrawn.add if what == "withdraw" else life.withdrawn.discard)(n)

    @precondition(lambda self: self.lives)
    @rule(pick=PICK, at=PICK)
    def restore_revision(self, pick: int, at: int) -> None:
        """An editor returns to an earlier revision; who may see the issue stays."""
        key, life = self.pick_life(pick)
        pieces = life.history[at % len(life.history)]
        number, _ = publishing.restore(self.pusher, key, 1 + at % len(life.history), **EDITOR)
        if number is not None:
            life.history.append(pieces)
            life.show(pieces)
            life.is_choice &= life.state != IssueState.PUBLIC

    @precondition(lambda self: self.lives)
    @rule(pick=PICK, approved=st.booleans())
    def plan_campaign(self, pick: int, approved: bool) -> None:
        """An editor plans to push an issue, and perhaps approves it."""
        key, life = self.pick_life(pick)
        with self.made.db.begin() as session:
            followers.record_messages(session, {"alice": NOON})
        request = PlanRequest(key, Audience.parse("recent"), route=Route.CUSTOMER)
        try:
            audience = count_recipients(self.made.db, request, [Route.CUSTOMER], SETTINGS, NOON)
            plan = compose_plan(self.made.db, request, audience, SETTINGS, NOON)
            campaign = self.pusher.create(plan, "editor").id
        except Forbidden:
            return
        assert life.state == IssueState.PUBLIC
        if approved:
            self.pusher.approve(campaign, by="editor")


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"] if LONG else ["sqlite"], indirect=True)
def test_promises_hold_in_random_lives(db: Database, tmp_path: Path) -> None:
    """Numbers stay with their articles, histories have no gaps, and members find what is public, and nothing else."""
    made = Installation(tmp_path / "installation", db)
    made.bulletins.mkdir(parents=True)
    with db.begin() as session:
        session.add_all(Publication(slug=slug, name=name, other_names=[]) for slug, name in NAMES.items())
    made.save()
    run_state_machine_as_test(
        lambda: LifeOfIssues(made),  # type: ignore[arg-type]  # a function may stand for the class
        settings=settings(
            max_examples=EXAMPLES // 10 + 3,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if LONG else [Phase.generate],
        ),
    )


def test_a_withdrawn_article_that_a_revision_removes_comes_back_withdrawn(
    db: Database, tmp_path: Path
) -> None:
    """Neither the file with the article again nor a restored revision shows what an editor took back."""
    made = Installation(tmp_path / "installation", db)

    def bring(*titles: str) -> list[str]:
        made.write("2.txt", bulletin_text(2, *titles))
        list(library.ingest(db, [made.bulletins], NOON))
        with db.read() as session:
            return [each.title for each in library.articles(session, "2026-02")]

    assert ["协会召开年会", "理事会审议预算"] == bring("协会召开年会", "理事会审议预算")
    with db.begin() as session:
        library.withdraw_article(session, "2026-02", 2, "有误")
    assert [["协会召开年会"]] * 2 == [bring("协会召开年会"), bring("协会召开年会", "理事会审议预算")]
    bring("协会召开年会")
    with db.begin() as session:
        library.restore_revision(session, "2026-02", 1, "张", NOON)
        assert ["协会召开年会"] == [each.title for each in library.articles(session, "2026-02")]
        assert library.publish_article(session, "2026-02", 2)[1]
        assert 2 == len(library.articles(session, "2026-02"))
