"""Facts about who may see an issue: publications, held, public and withdrawn, and article numbers that last."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from wxbot import library
from wxbot.bulletin import ArchivedArticle, ParsedArticle, ParsedIssue, ParsedSection, Problem
from wxbot.bulletin.blocks import Paragraph
from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.db import Database
from wxbot.errors import Forbidden, UsageError
from wxbot.library import IncomingIssue, IssueState, Outcome, PublishPolicy
from wxbot.library.identity import IncomingFile
from wxbot.library.pictures import PicturesToStore

DOUBT = (Problem(3, "这一行可能是标题"),)


def an_issue(
    *titles: str, name: str = "青禾简报", issue: int = 2, problems: tuple[Problem, ...] = ()
) -> ParsedIssue:
    """Return an issue with one section; each article's text repeats its title."""
    found = (ParsedArticle(title, (Paragraph.of(title * 20),)) for title in titles)
    sections = (ParsedSection("要闻", tuple(found)),)
    return ParsedIssue(name, 2026, issue, date=dt.date(2026, issue, 15), sections=sections, problems=problems)


def bring(
    db: Database,
    parsed: ParsedIssue,
    now: dt.datetime,
    *,
    source: str = "",
    policy: PublishPolicy = PublishPolicy.CLEAN,
    configured: Habits | None = None,
) -> Outcome:
    """Store an issue as the worker does."""
    file = IncomingFile(source or f"{parsed.number}.txt")
    incoming = IncomingIssue(
        PicturesToStore(parsed, {}), file, policy, by="张", configured=configured or Habits()
    )
    with db.begin() as session:
        return library.save_incoming(session, incoming, now)


def numbers(db: Database, key: str = "2026-02") -> list[tuple[int | None, str]]:
    """Return the numbers and titles of an issue's articles, in order, as editors see them."""
    with db.read() as session:
        return [(each.n, each.title) for each in library.current_articles(session, key)]


def public_titles(db: Database, key: str = "2026-02") -> list[str]:
    """Return the titles that members see."""
    with db.read() as session:
        return [each.title for each in library.articles(session, key)]


def test_an_issue_without_doubts_is_public_and_a_doubtful_one_is_held(db: Database, now: dt.datetime) -> None:
    """Members see nothing of an issue with a doubt until an editor publishes it."""
    assert Outcome.NEW == bring(db, an_issue("甲"), now)
    assert Outcome.HELD == bring(db, an_issue("乙", issue=3, problems=DOUBT), now)

    assert ["甲"] == public_titles(db)
    assert [] == public_titles(db, "2026-03")
    with db.read() as session:
        assert "2026-02" == library.latest(session).key  # type: ignore[union-attr]
        assert library.issue(session, "2026-03") is None
    with db.begin() as session:
        assert library.publish_issue(session, "2026-03", now)
    assert ["乙"] == public_titles(db, "2026-03")


@pytest.mark.parametrize(
    ("policy", "outcome"), [("always", Outcome.NEW), ("clean", Outcome.HELD), ("never", Outcome.HELD)]
)
def test_the_policy_decides_about_a_doubtful_issue(
    db: Database, now: dt.datetime, policy: str, outcome: Outcome
) -> None:
    """`always` publishes whatever is read, `never` nothing."""
    assert outcome == bring(db, an_issue("甲", problems=DOUBT), now, policy=PublishPolicy(policy))


def test_doubts_that_are_settled_publish_the_issue(db: Database, now: dt.datetime) -> None:
    """The same content read without doubts, as after a fix file, publishes what was held for them; a choice stays."""
    bring(db, an_issue("甲", problems=DOUBT), now)
    bring(db, an_issue("乙", issue=3), now, policy=PublishPolicy.NEVER)

    assert Outcome.NEW == bring(db, an_issue("甲"), now)
    assert Outcome.SAME == bring(db, an_issue("乙", issue=3), now)

    assert ["甲"] == public_titles(db)
    assert [] == public_titles(db, "2026-03")


def test_a_doubtful_revision_waits_beside_the_public_issue(db: Database, now: dt.datetime) -> None:
    """Members read the old text until an editor publishes the new one."""
    bring(db, an_issue("甲", "乙"), now)

    assert Outcome.HELD == bring(db, an_issue("甲", "丙", problems=DOUBT), now)
    assert ["甲", "乙"] == public_titles(db)
    assert Outcome.SAME == bring(db, an_issue("甲", "丙", problems=DOUBT), now)
    with db.begin() as session:
        library.publish_issue(session, "2026-02", now)

    assert ["甲", "丙"] == public_titles(db)


def test_an_article_keeps_its_number(db: Database, now: dt.datetime) -> None:
    """Insertions, removals, moves and new titles change no number, and a number is never used again."""
    bring(db, an_issue("甲", "乙", "丙"), now)
    bring(db, an_issue("丁", "丙", "甲"), now)
    assert [(4, "丁"), (3, "丙"), (1, "甲")] == numbers(db)

    moved = an_issue("丁", "丙", "甲")
    section = moved.sections[0]
    retitled = replace(section.articles[1], title="完全不同的新题目")
    bring(db, replace(moved, sections=(replace(section, articles=(section.articles[0], retitled)),)), now)
    assert [(4, "丁"), (3, "完全不同的新题目")] == numbers(db)

    bring(db, an_issue("戊戌", "乙", "丙"), now)
    assert [(5, "戊戌"), (2, "乙"), (3, "丙")] == numbers(db)


def test_a_revision_that_an_editor_held_waits_for_an_editor(db: Database, now: dt.datetime) -> None:
    """The worker reads the same file again, after a restart, and does not publish what was held by hand."""
    bring(db, an_issue("甲"), now)
    assert Outcome.HELD == bring(db, an_issue("甲", "乙"), now, policy=PublishPolicy.NEVER)

    assert Outcome.SAME == bring(db, an_issue("甲", "乙"), now)
    assert ["甲"] == public_titles(db)
    with db.begin() as session:
        library.publish_issue(session, "2026-02", now)
    assert Outcome.REVISED == bring(db, an_issue("甲", "乙", "丙"), now)
    assert ["甲", "乙", "丙"] == public_titles(db)


def test_a_withdrawn_article_stays_withdrawn_through_a_revision(db: Database, now: dt.datetime) -> None:
    """Only `publish_article` shows it again."""
    bring(db, an_issue("甲", "乙"), now)
    with db.begin() as session:
        library.withdraw_article(session, "2026-02", 1, "数字有误")
    bring(db, an_issue("甲", "乙", "丙"), now)
    assert ["乙", "丙"] == public_titles(db)
    with db.begin() as session:
        library.publish_article(session, "2026-02", 1)
    assert ["甲", "乙", "丙"] == public_titles(db)


def test_a_pinned_article_comes_first_in_its_section(db: Database, now: dt.datetime) -> None:
    """The list of a section begins with what an editor pinned, even of an older issue."""
    bring(db, an_issue("甲", "乙"), now)
    bring(db, an_issue("丙", issue=3), now)
    with db.begin() as session:
        library.pin_article(session, "2026-02", 2, pinned=True)
    with db.read() as session:
        assert ["乙", "丙", "甲"] == [a.title for a in library.newest_articles(session, sections=["要闻"])]


def test_a_withdrawn_issue_is_seen_by_nobody_even_after_a_revision(db: Database, now: dt.datetime) -> None:
    """A corrected file of a withdrawn issue is stored and stays withdrawn until it is published."""
    bring(db, an_issue("甲"), now)
    with db.begin() as session:
        assert library.withdraw_issue(session, "2026-02", "错了")
        assert not library.withdraw_issue(session, "2026-02", "错了")
    bring(db, an_issue("甲改"), now)

    assert [] == public_titles(db)
    with db.read() as session:
        found = library.any_issue(session, "2026-02")
        assert (IssueState.WITHDRAWN, "错了") == (found.state, found.state_note)  # type: ignore[union-attr]
        assert library.latest(session) is None


def test_a_restored_revision_is_not_undone_by_the_same_file(db: Database, now: dt.datetime) -> None:
    """A restart reads the file again; only a new version of it makes another revision."""
    bring(db, an_issue("甲", "乙"), now)
    bring(db, an_issue("甲"), now)
    with db.begin() as session:
        assert 3 == library.restore_revision(session, "2026-02", 1, "张", now)
    assert Outcome.SAME == bring(db, an_issue("甲"), now)

    assert [(1, "甲"), (2, "乙")] == numbers(db)
    assert Outcome.REVISED == bring(db, an_issue("甲", "乙", "丙"), now)


def test_the_name_in_the_masthead_decides_about_the_publication(db: Database, now: dt.datetime) -> None:
    """The first publication has no slug; a similar name is forgiven; an unknown one is a question, never stored."""
    bring(db, an_issue("甲"), now)
    assert Outcome.NEW == bring(db, an_issue("乙", name="《青禾 简报》", issue=3), now)
    assert Outcome.HELD == bring(db, an_issue("丙", name="青禾快讯"), now, source="k.txt")
    with db.begin() as session:
        library.add_publication(session, "青禾快讯", "kuaixun")
    assert Outcome.NEW == bring(db, an_issue("丙", name="青禾快讯"), now, source="k.txt")

    assert (["甲"], ["乙"], ["丙"]) == tuple(
        public_titles(db, key) for key in ("2026-02", "2026-03", "kuaixun/2026-02")
    )
    with db.read() as session:
        found = [
            library.issue_by_name(session, text)
            for text in ("第2期", "青禾快讯第2期", "kuaixun/2026-02", "青禾快讯")
        ]
        assert ["2026-02", *["kuaixun/2026-02"] * 3] == [each.key for each in found if each]


def test_a_configured_publication_needs_no_command(db: Database, now: dt.datetime) -> None:
    """One with a slug in bulletins.toml is added when its first issue comes."""
    configured = Habits((PublicationHabits("青禾简报"), PublicationHabits("青禾快讯", slug="kuaixun")))
    assert Outcome.NEW == bring(db, an_issue("丙", name="青禾快讯"), now, configured=configured)
    with db.read() as session:
        assert [("", "青禾简报"), ("kuaixun", "青禾快讯")] == [
            (each.slug, each.name) for each in library.publications(session)
        ]


@pytest.mark.parametrize("slug", ["K", "快讯", "archive", "a" * 30, "-a", ""])
def test_a_slug_that_cannot_stand_in_an_address_is_refused(db: Database, slug: str) -> None:
    """Reserved words, capitals and 汉字 are no slugs."""
    with db.begin() as session, pytest.raises(UsageError):
        library.add_publication(session, "青禾快讯", slug)


def test_a_name_is_given_once(db: Database, now: dt.datetime) -> None:
    """Two publications with one name could not be told apart."""
    bring(db, an_issue("甲"), now)
    with db.begin() as session, pytest.raises(Forbidden):
        library.add_publication(session, "青禾简报", "qinghe")


def test_a_publication_is_not_renamed_to_nothing(db: Database, now: dt.datetime) -> None:
    """An empty name is refused, and the old one stays."""
    bring(db, an_issue("甲"), now)
    with db.begin() as session, pytest.raises(UsageError):
        library.rename_publication(session, "青禾简报", " 　")


def test_suspicious_numbers_are_doubts(db: Database, now: dt.datetime) -> None:
    """A jump over many numbers and a date before the issue before are asked about."""
    bring(db, an_issue("甲"), now)
    jump = replace(an_issue("乙"), issue=33, date=dt.date(2026, 3, 1))
    early = replace(an_issue("丙"), issue=3, date=dt.date(2026, 1, 1))

    assert Outcome.HELD == bring(db, jump, now, source="33.txt")
    assert Outcome.HELD == bring(db, early, now, source="3.txt")


def test_doubts_about_other_content_publish_nothing(db: Database, now: dt.datetime) -> None:
    """An editor restored an earlier doubtful revision: a clean reading of the later one does not publish it."""
    bring(db, an_issue("甲", problems=DOUBT), now)
    bring(db, an_issue("甲", "乙", problems=DOUBT), now)
    with db.begin() as session:
        library.restore_revision(session, "2026-02", 1, "张", now)

    assert Outcome.SAME == bring(db, an_issue("甲", "乙"), now)
    assert [] == public_titles(db)


def test_an_article_that_has_this_status_is_not_changed(db: Database, now: dt.datetime) -> None:
    """The second order to withdraw or pin an article reports that nothing was to be done."""
    bring(db, an_issue("甲", "乙"), now)
    for expected in (True, False):
        with db.begin() as session:
            withdrawn = library.withdraw_article(session, "2026-02", 1, "有误")[1]
            pinned = library.pin_article(session, "2026-02", 2, pinned=True)[1]
        assert (expected, expected) == (withdrawn, pinned)


def test_an_archive_changes_no_article_of_an_issue(db: Database, now: dt.datetime) -> None:
    """A line with the id of a withdrawn article is refused: it neither overwrites the article nor shows it again."""
    bring(db, an_issue("甲", "乙"), now)
    with db.begin() as session:
        library.withdraw_article(session, "2026-02", 1, "有误")
        lines = [
            ArchivedArticle(id_, None, "旧文", "要闻", None, "正文。", None) for id_ in ("2026-02/1", "old/1")
        ]
        counts = library.save_archive(session, lines)

    assert (1, 1) == (counts[Outcome.NEW], counts[Outcome.REFUSED])
    assert ["乙"] == public_titles(db)


def test_two_publications_that_are_added_at_once_with_one_name_are_one(db: Database) -> None:
    """The second editor waits for the first, then reads that the name is taken."""

    def add() -> str:
        """Add the publication; return what the editor reads."""
        try:
            with db.begin() as session:
                library.add_publication(session, "青禾快讯", "kuaixun")
        except Forbidden as refused:
            return refused.message
        return ""

    with ThreadPoolExecutor(2) as threads:
        said = sorted(each.result() for each in [threads.submit(add) for _ in range(2)])
    assert "" == said[0]
    assert "已经有刊物《青禾快讯》" in said[1]


def test_a_file_with_another_number_replaces_what_nobody_saw_and_asks_about_what_is_public(
    db: Database, now: dt.datetime
) -> None:
    """A corrected number replaces a held issue; a public one is asked about; other articles are another issue."""
    bring(db, an_issue("甲", issue=3, problems=DOUBT), now, source="a.txt")
    assert Outcome.NEW == bring(db, an_issue("甲", issue=4), now, source="a.txt")
    with db.read() as session:
        former = library.any_issue(session, "2026-03")
        assert former is not None
        assert (IssueState.WITHDRAWN, "改了期号：现在是 2026-04") == (former.state, former.state_note)

    assert Outcome.HELD == bring(db, an_issue("甲", issue=5), now, source="a.txt")
    with db.read() as session:
        says = [each["says"] for each in library.revisions(session, "2026-05")[0].problems]
    assert any("wxbot withdraw 2026-04" in each for each in says)
    assert ["甲"] == public_titles(db, "2026-04")

    assert Outcome.NEW == bring(db, an_issue("丙", issue=6), now, source="a.txt")


def test_a_dry_run_doubts_what_the_real_run_doubts(db: Database, now: dt.datetime, tmp_path: Path) -> None:
    """Numbers, dates and running numbers of a folder's new files are compared with each other before any is stored."""
    heads = [
        "第2期（总第8期）　2026年1月20日",
        "第3期（总第9期）　2026年1月10日",
        "第4期（总第9期）　2026年2月20日",
    ]
    heads += ["第40期（总第46期）　2026年3月20日"]
    folder = tmp_path / "bulletins"
    folder.mkdir()
    for at, head in enumerate(heads):
        text = f"青禾简报\n2026年{head}\n青禾协会\n\n【要闻】\n\n1、会员共商发展{at}\n\n会员到会，一致通过了决议。\n"
        (folder / f"{at}.txt").write_text(text, encoding="utf-8")
    told = [
        [
            [problem.says for problem in result.problems]
            for result in library.ingest(db, [folder], now, dry_run=dry)
        ]
        for dry in (True, False)
    ]
    assert told[0] == told[1]
    assert [0, 1, 1, 1] == [len(problems) for problems in told[0]]
