"""Tests for the synchronisation of the index with a real library."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from wxbot.bulletin import ArchivedArticle, ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Paragraph
from wxbot.db import Database, ensure_schema
from wxbot.library import save_archive, save_issue, withdraw_article
from wxbot.search import Index, catch_up

NOON = dt.datetime(2022, 3, 15, 12, tzinfo=dt.UTC)

ISSUE = ParsedIssue(
    title="青禾协会简报",
    year=2022,
    issue=3,
    date=dt.date(2022, 3, 15),
    editor="青禾协会秘书处",
    sections=(
        ParsedSection(
            "要闻",
            (
                ParsedArticle(
                    "冷链物流白皮书发布", (Paragraph.of("白皮书分析仓储。"), Paragraph.of("也分析配送。"))
                ),
            ),
        ),
        ParsedSection(
            "企业讯",
            (ParsedArticle("云杉机器人签下订单", (Paragraph.of("采摘机器人。"),)), ParsedArticle("水车修好")),
        ),
    ),
)


@pytest.fixture
def filled_library(db: Database) -> Database:
    """Return a database with one issue in the library."""
    with db.begin() as session:
        save_issue(session, ISSUE, "2022-03.txt", NOON)
    return db


def test_articles_of_the_library_are_found(filled_library: Database, folder: Path) -> None:
    """After `catch_up` every article is found with the fields of a card, at the library's version."""
    index = Index.open(folder)
    catch_up(index, filled_library)

    hit = index.search("配送").hits[0]
    assert ("2022-03/1", "要闻", "2022-03", 1, "2022-03-15") == (
        hit.id,
        hit.section,
        hit.number,
        hit.n,
        hit.date,
    )
    assert "白皮书分析仓储。 也分析配送。" == hit.digest


def test_a_revision_replaces_and_withdraws(filled_library: Database, folder: Path) -> None:
    """A revised article is found by its new words only, and a withdrawn article is not found."""
    index = Index.open(folder)
    catch_up(index, filled_library)
    news, firms = ISSUE.sections
    shorter = replace(firms, articles=(ParsedArticle("青杉机器人签下合同"),))
    with filled_library.begin() as session:
        save_issue(session, replace(ISSUE, sections=(news, shorter)), "2022-03.txt", NOON)

    assert 1 == index.search("水车").total
    catch_up(index, filled_library)
    assert [0, 0, 1] == [index.search(word).total for word in ("水车", "订单", "合同")]


def test_the_lead_of_a_section_is_found_under_its_first_article(
    filled_library: Database, folder: Path
) -> None:
    """编者按 above a section belongs to the first article that members see there, and leaves it when it is gone."""
    index = Index.open(folder)
    news, firms = ISSUE.sections
    led = replace(firms, lead=(Paragraph.of("编者按：本栏介绍榫卯工艺。"),))

    def found() -> list[str]:
        catch_up(index, filled_library)
        return [hit.id for hit in index.search("榫卯").hits]

    with filled_library.begin() as session:
        save_issue(session, replace(ISSUE, sections=(news, led)), "2022-03.txt", NOON)
    assert ["2022-03/2"] == found()
    with filled_library.begin() as session:
        withdraw_article(session, "2022-03", 2, "重复")
    assert ["2022-03/3"] == found()
    with filled_library.begin() as session:
        save_issue(session, ISSUE, "2022-03.txt", NOON)
    assert [] == found()


def test_catching_up_with_nothing_new_writes_nothing(filled_library: Database, folder: Path) -> None:
    """If the versions are equal, no file changes."""
    index = Index.open(folder)
    catch_up(index, filled_library)
    before = sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir())

    catch_up(index, filled_library)

    assert before == sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir())


def test_an_index_of_another_library_is_rebuilt(
    filled_library: Database, folder: Path, tmp_path: Path
) -> None:
    """If another library takes the place of the first, no article of the first is found, whatever the versions."""
    index = Index.open(folder)
    catch_up(index, filled_library)
    other = Database.open(f"sqlite:///{tmp_path / 'other.db'}")
    ensure_schema(other)
    with other.begin() as session:
        save_archive(session, [ArchivedArticle("a/1", None, "海棠花开", None, None, "院子里。", None)])

    catch_up(index, other)

    assert [1, 0] == [index.search(word).total for word in ("海棠", "水车")]
    other.close()


def test_a_deleted_index_is_rebuilt(filled_library: Database, folder: Path) -> None:
    """An index deleted between two calls of `catch_up` is complete after the second."""
    index = Index.open(folder)
    catch_up(index, filled_library)
    for path in folder.iterdir():
        path.unlink()

    catch_up(index, filled_library)

    assert 1 == index.search("水车").total
    assert 1 == Index.open(folder).search("水车").total
