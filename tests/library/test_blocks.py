"""Typed blocks and pictures in the library: stored and read unchanged, each picture once."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import func, select

from tests.library.picture_issues import an_issue, digest_of, encoded
from tests.rendering.samples_blocks import ALL_BLOCKS
from wxbot import library
from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Blocks, Item, ItemList, Paragraph, Picture, map_blocks
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Database
from wxbot.library import Outcome, articles, restore_revision
from wxbot.library.tables import IssuePicture, StoredPicture


def save(db: Database, parsed: ParsedIssue, now: dt.datetime) -> Outcome:
    """Store an issue as `ingest` does."""
    with db.begin() as session:
        return library.save_issue(session, library.convert_pictures(parsed, set()), "x.docx", now)


def test_every_block_is_read_as_it_was_stored(db: Database, now: dt.datetime) -> None:
    """Blocks of every type, the leads and the title's link come back unchanged."""
    data = encoded("navy")
    one = digest_of(data)

    def own(blocks: Blocks) -> Blocks:
        return map_blocks(
            lambda b: replace(b, digest=one) if isinstance(b, Picture) and b.digest else b, blocks
        )

    article = ParsedArticle("一", own(ALL_BLOCKS), "https://e.org/source")
    lead, note = (Paragraph.of("卷首语。"), Picture(one)), (Paragraph.of("编者按。"),)
    parsed = ParsedIssue(
        "通讯",
        2024,
        3,
        lead=lead,
        sections=(ParsedSection("要闻", (article,), note),),
        pictures={one: data},
        identity=IssueNumber.parse("2024-03"),
    )

    assert Outcome.NEW == save(db, parsed, now)
    assert Outcome.SAME == save(db, parsed, now)
    with db.read() as session:
        issue, stored = library.issue(session, "2024-03"), library.article(session, "2024-03", 1)
        assert issue is not None
        assert stored is not None
        assert (lead, {"要闻": note}) == (issue.lead, issue.section_leads)
        assert (own(ALL_BLOCKS), "https://e.org/source") == (stored.blocks, stored.url)
        assert article.paragraphs == stored.paragraphs
        assert (one, "https://elsewhere.example/tower.png") == stored.images


def test_a_picture_is_stored_once_for_all_issues(db: Database, now: dt.datetime) -> None:
    """Two issues with one picture share its bytes, also when it stands inside a list."""
    data = encoded("navy")
    picture = Picture(digest_of(data))
    nested = ItemList((Item((picture,)),))

    save(db, an_issue((picture, picture), pictures=(data,)), now)
    save(db, an_issue((nested,), pictures=(data,), issue=4), now)

    with db.read() as session:
        assert 1 == library.count_pictures(session)
        assert 2 == session.scalar(select(func.count()).select_from(IssuePicture))
        form = library.picture_web_form(session, picture.digest)
    assert form is not None
    assert (data, "image/png", 40, 30) == (form.data, form.media_type, form.width, form.height)


def test_a_picture_of_an_earlier_revision_is_kept(db: Database, now: dt.datetime) -> None:
    """The bytes of a picture stay after a revision without it, so that the earlier revision can be restored."""
    data = encoded("navy")
    shown = Picture(digest_of(data))
    save(db, an_issue((shown,), pictures=(data,)), now)

    assert Outcome.REVISED == save(db, an_issue((Paragraph.of("没有图片了。"),)), now)
    with db.begin() as session:
        assert 3 == restore_revision(session, "2024-03", 1, "张", now)

    with db.read() as session:
        assert [shown.digest] == list(session.scalars(select(StoredPicture.digest)))
        assert [[shown.digest]] == [list(each.images) for each in articles(session, "2024-03")]


def test_a_changed_picture_is_a_revision(db: Database, now: dt.datetime) -> None:
    """The same text with another picture is not the same issue."""
    one, other = encoded("navy"), encoded("maroon")
    save(db, an_issue((Picture(digest_of(one)),), pictures=(one,)), now)

    assert Outcome.REVISED == save(db, an_issue((Picture(digest_of(other)),), pictures=(other,)), now)


def test_a_damaged_picture_leaves_its_caption(db: Database, now: dt.datetime) -> None:
    """Of a picture that cannot be decoded the description stays, with a problem; the issue is stored."""
    data = encoded("navy", "TIFF", (400, 300))[:300]
    picture = Picture(digest_of(data), alt="车间")

    to_store = library.convert_pictures(an_issue((picture,), pictures=(data,)), set())
    with db.begin() as session:
        assert Outcome.NEW == library.save_issue(session, to_store, "x.docx", now)

    assert ["“第1篇”有 1 张图片打不开，只保留了图片说明；请检查原文件"] == [
        p.says for p in to_store.parsed.problems
    ]
    with db.read() as session:
        stored = library.article(session, "2024-03", 1)
        assert stored is not None
        assert (Picture(alt="车间"),) == stored.blocks
        assert 0 == library.count_pictures(session)


def test_the_summary_is_of_running_text(db: Database, now: dt.datetime) -> None:
    """Headings, captions, tables and notes are left out of the text on a card, if there is other text."""
    save(db, an_issue(ALL_BLOCKS[:7]), now)

    with db.read() as session:
        stored = library.article(session, "2024-03", 1)
        assert stored is not None
        assert stored.summary.startswith("正文，着重、斜体、code()；产能 103 吨")
        assert "小标题" not in stored.summary
