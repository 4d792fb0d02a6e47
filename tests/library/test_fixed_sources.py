"""Facts about fix files beside the sources of a folder: they are read with them, and watched."""

import datetime as dt
from pathlib import Path

import pytest

from wxbot import library
from wxbot.db import Database
from wxbot.library import Outcome, WatchedFolder

SOURCE = """云海联盟简报
2024 年第 3 期 2024 年 5 月 6 日 云海联盟秘书处编

【要闻】

■ 新桥通车

昨日，第一批设备运抵现场，技术人员随即开始安装，预计年底前全部投入使用。

■ 新校开学

昨日，第一批学生走进教室，老师随即开始上课，预计年底前全部坐满。
"""
RETITLED = '[[article]]\ntitle = "新校开学"\nto = "新校今秋开学"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with one source."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(SOURCE, encoding="utf-8")
    return tmp_path / "in"


def test_addresses_stay_when_order_and_sections_change(db: Database, folder: Path, now: dt.datetime) -> None:
    """Articles keep their numbers through another order and other sections, and when the fix file is gone again."""
    file = folder / "a.txt"
    file.write_text(
        f"{SOURCE}\n【动态】\n\n■ 联盟开会\n\n昨日，联盟召开会议，讨论了明年的计划。\n", encoding="utf-8"
    )

    def numbers() -> list[tuple[str, str, int | None]]:
        list(library.ingest(db, [folder], now))
        with db.read() as session:
            found = library.articles(session, "2024-03")
            return [(article.section, article.title, article.n) for article in found]

    before = numbers()
    text = 'sections = ["动态", "要闻"]\n[[section]]\nname = "要闻"\nto = "头条"\n'
    text += '[[article]]\ntitle = "新校开学"\nplace = 1\n'
    (folder / "a.fix.toml").write_text(f'{text}[[article]]\ntitle = "新桥通车"\nsection = "动态"\n')
    expected = [("动态", "联盟开会", 3), ("动态", "新桥通车", 1), ("头条", "新校开学", 2)]
    assert expected == numbers()
    (folder / "a.fix.toml").unlink()
    assert before == numbers()


@pytest.mark.parametrize("name", ["a.fix.toml", "A.FIX.TOML"])
def test_a_fix_file_is_read_with_its_source(db: Database, folder: Path, now: dt.datetime, name: str) -> None:
    """The fixes are stored; the fix file is no file of its own, and a dry run shows its effect."""
    (done,) = library.ingest(db, [folder], now)
    assert (Outcome.NEW, ()) == (done.outcome, done.problems)
    (folder / name).write_text(RETITLED, encoding="utf-8")
    (foreseen,) = library.ingest(db, [folder], now, dry_run=True)
    assert (Outcome.REVISED, "新校今秋开学") == (foreseen.would, foreseen.parsed.articles[1].title)
    (done,) = library.ingest(db, [folder], now)
    with db.read() as session:
        titles = [article.title for article in library.articles(session, "2024-03")]
    assert (Outcome.REVISED, ["新桥通车", "新校今秋开学"]) == (done.outcome, titles)
    (folder / name).unlink()
    assert [Outcome.REVISED] == [done.outcome for done in library.ingest(db, [folder], now)]


def test_a_fix_file_works_for_a_process_too(db: Database, folder: Path, now: dt.datetime) -> None:
    """A page, which a process of its own reads, is read with its fix file."""
    paragraphs = "".join(f"<p>{line}</p>" for line in SOURCE.splitlines() if line)
    (folder / "a.txt").rename(folder / "kept.txt")
    (folder / "a.html").write_text(f"<html><body>{paragraphs}</body></html>", encoding="utf-8")
    (folder / "a.fix.toml").write_text(RETITLED, encoding="utf-8")
    (done,) = library.ingest(db, [folder / "a.html"], now)
    assert "新校今秋开学" in [article.title for article in done.parsed.articles]


def test_a_broken_fix_file_is_named_and_the_source_read(
    db: Database, folder: Path, now: dt.datetime, tmp_path: Path
) -> None:
    """A mistake and a link are problems of the source, which is read without the fix file."""
    fix = folder / "a.fix.toml"
    fix.write_text(RETITLED + "colour = 1\n", encoding="utf-8")
    (done,) = library.ingest(db, [folder], now)
    assert (Outcome.NEW, 2) == (done.outcome, len(done.parsed.articles))
    assert ["修正文件 a.fix.toml 没有用上：第 4 行：不认识“colour”"] == [
        problem.says.partition("，")[0] for problem in done.problems
    ]
    fix.rename(tmp_path / "elsewhere.toml")
    fix.symlink_to(tmp_path / "elsewhere.toml")
    (done,) = library.ingest(db, [folder], now)
    assert "是一个链接" in done.problems[0].says


def test_a_fix_file_that_is_named_stands_for_its_source(db: Database, folder: Path, now: dt.datetime) -> None:
    """Source and fix file named together, as by `*`, are read once; one without a source is refused with the reason."""
    fix = folder / "a.fix.toml"
    fix.write_text(RETITLED, encoding="utf-8")
    listed = library.list_files([fix, folder / "a.txt"])
    assert [("a.txt", fix)] == [(file.source, file.fix) for file in listed]
    (folder / "b.fix.toml").write_text(RETITLED, encoding="utf-8")
    done = list(library.ingest(db, [folder], now))
    assert [Outcome.NEW, Outcome.REFUSED] == [one.outcome for one in done]
    assert "b.fix.toml 旁边没有它的原文" in done[1].says


def test_a_source_is_reported_again_with_its_fix_file(folder: Path) -> None:
    """The watched folder yields a source when its fix file appears, changes and goes, and not otherwise."""
    watched = WatchedFolder(folder)
    fix = folder / "a.fix.toml"

    def changed() -> list[str]:
        return [file.source for file in watched.changed_files(settled=False)]

    assert (["a.txt"], []) == (changed(), changed())
    fix.write_text(RETITLED, encoding="utf-8")
    assert (["a.txt"], []) == (changed(), changed())
    fix.write_text(RETITLED + "n = 2\n", encoding="utf-8")
    assert (["a.txt"], []) == (changed(), changed())
    fix.unlink()
    assert (["a.txt"], []) == (changed(), changed())
