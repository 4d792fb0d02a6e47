"""Facts about `wxbot ingest`, `issues` and `show`."""

import json
import os
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import SAMPLE, Shell
from wxbot.text import width

LINE = {
    "type": "object",
    "required": [
        "file", "number", "year", "issue", "total", "date", "title", "editor", "sections", "problems", "confidence",
        "dropped", "outcome",
    ],
    "properties": {
        "sections": {
            "type": "array",
            "items": {
                "required": ["name", "articles"],
                "properties": {
                    "articles": {"items": {"required": ["title", "paragraphs", "links", "images"]}},
                },
            },
        },
        "problems": {"items": {"required": ["line", "says"]}},
        "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "dropped": {"items": {"required": ["line", "text", "why"]}},
        "outcome": {"enum": ["new", "same", "revised", "held", "refused", "dry-run"]},
    },
}  # fmt: skip


@pytest.fixture
def bulletin(home: Path) -> Path:
    """Give a copy of the sample that a test may change."""
    return Path(shutil.copy(SAMPLE, home / "2021-02.txt"))


def test_a_second_file_of_an_issue_is_held(shell: Shell, bulletin: Path) -> None:
    """The command names both files and what to do, and ends with exit code 1; the library keeps the first."""
    shell("ingest", str(bulletin))
    other = bulletin.with_name("草稿.txt")
    other.write_text(bulletin.read_text(encoding="utf-8").replace("1002 辆", "1003 辆"), encoding="utf-8")
    ran = shell("ingest", str(other))
    assert 1 == ran.code
    assert all(words in ran.out for words in ("先留着", "草稿.txt", "2021-02.txt", "怎么办"))
    ran = shell("ingest", str(other), "--json")
    jsonschema.validate(ran.lines[0], LINE)
    assert (1, "held") == (ran.code, ran.lines[0]["outcome"])


def test_a_file_that_cannot_be_read_is_named_in_a_folder(shell: Shell, bulletin: Path) -> None:
    """A folder's unreadable file is a refusal with a remedy; the others are ingested."""
    folder = bulletin.with_name("mine")
    (folder / "spring").mkdir(parents=True)
    shutil.copy(SAMPLE, folder / "spring")
    (folder / "名单.xlsx").write_bytes(b"PK")
    ran = shell("ingest", str(folder))
    assert (1, True, True) == (ran.code, "不认识 名单.xlsx" in ran.out, "✓" in ran.out)
    assert "" == ran.err


def test_ingest_prints_the_line_of_the_contract(shell: Shell, bulletin: Path) -> None:
    """`--json` gives one line a file, in the shape of the contract, with what the sample holds."""
    ran = shell("ingest", str(bulletin), "--json")
    (line,) = ran.lines
    jsonschema.validate(line, LINE)
    assert (0, "new", "2021-02") == (ran.code, line["outcome"], line["number"])
    assert ("长风联盟工作简报", "2021-01-15", "长风联盟秘书处") == (
        line["title"],
        line["date"],
        line["editor"],
    )
    sizes = {s["name"]: len(s["articles"]) for s in line["sections"]}
    assert {"新动向": 4, "企业讯": 8, "投融界": 6, "产品圈": 3, "联盟汇": 1} == sizes


def test_the_same_again_is_the_same_and_a_change_is_a_revision(shell: Shell, bulletin: Path) -> None:
    """An unchanged file is `same`, a changed one `revised`; both are the same issue."""
    shell("ingest", str(bulletin))
    assert "same" == shell("ingest", str(bulletin), "--json").json["outcome"]

    bulletin.write_text(
        bulletin.read_text(encoding="utf-8").replace("34 条公交路线", "35 条公交路线"), encoding="utf-8"
    )

    assert "revised" == shell("ingest", str(bulletin), "--json").json["outcome"]
    (issue,) = shell("issues", "--json").json
    assert (2, 22) == (issue["revision"], issue["articles"])
    assert any("35 条公交路线" in p for p in shell("show", "2021-02", "10", "--json").json["paragraphs"])


def test_a_dry_run_writes_nothing(shell: Shell, bulletin: Path) -> None:
    """`--dry-run` prints the outcome, and the library stays empty."""
    line = shell("ingest", str(bulletin), "--dry-run", "--json").json
    assert ("dry-run", "new", 5) == (line["outcome"], line["would"], len(line["sections"]))
    assert [] == shell("issues", "--json").json


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", b""),
        ("binary.txt", bytes(range(256)) * 8),
        ("letter.txt", "各位同事：\n\n今天下午三点开会。\n".encode()),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    ],
)
def test_what_is_no_bulletin_is_refused(shell: Shell, home: Path, name: str, content: bytes) -> None:
    """An empty file, a binary one, a letter and a picture are refused with exit 3, a reason and a remedy."""
    (home / name).write_bytes(content)
    ran = shell("ingest", name)
    assert 3 == ran.code
    assert "没有收下" in ran.out
    assert "怎么办" in ran.out
    assert [] == shell("issues", "--json").json


def test_a_missing_file_is_refused(shell: Shell) -> None:
    """A path that does not exist is reported, with exit code 3."""
    ran = shell("ingest", "nowhere.txt", "--json")
    assert (3, "refused") == (ran.code, ran.json["outcome"])


def test_a_bad_file_among_good_ones_stops_none(shell: Shell, bulletin: Path, home: Path) -> None:
    """Every file of a folder has its result; a refused one makes the exit code 1."""
    folder = home / "inbox"
    folder.mkdir()
    shutil.copy(bulletin, folder)
    (folder / "letter.txt").write_text("各位同事：\n", encoding="utf-8")
    ran = shell("ingest", str(folder), "--json")
    assert ["new", "refused"] == [line["outcome"] for line in ran.lines]
    assert 1 == ran.code


def test_a_file_name_stays_one_line(shell: Shell, bulletin: Path, home: Path) -> None:
    """A line break in a file's name starts no line that looks like another file's result."""
    folder = home / "inbox"
    folder.mkdir()
    (folder / "a\n✓ 2021-03.txt").write_text("各位同事：\n", encoding="utf-8")
    ran = shell("ingest", str(folder))
    assert "a\\n✓ 2021-03.txt" in ran.out
    assert not any(line.startswith("✓") for line in ran.out.splitlines())


def test_an_address_of_an_archive_that_is_none_is_no_card(
    shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cards lead to our own page of an article whose address is a script, lacks a scheme, or hides its host."""
    monkeypatch.setenv("WXBOT_PUBLIC_URL", "https://news.example.org")
    addresses = (
        "javascript:alert(1)",
        "//e.org/x",
        "见官网",
        "https://mp.weixin.qq.com@e.org/",
        "https://e.org:99999/",
    )
    lines = [
        {
            "id": f"x{n}",
            "issue": None,
            "title": f"芯片{n}",
            "section": "要闻",
            "date": None,
            "body": "芯片",
            "url": url,
        }
        for n, url in enumerate(addresses)
    ]
    (home / "old.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    shell("ingest", "old.jsonl")
    said = shell("ask", "芯片").out
    assert said.count("https://news.example.org/a/archive/x") == len(addresses)
    assert not any(address in said for address in addresses)


def test_a_name_in_another_encoding_is_read_as_chinese(shell: Shell, bulletin: Path, home: Path) -> None:
    """A file whose name is GBK, as from an older system's archive, is ingested, and its name is readable."""
    folder = home / "收件"
    folder.mkdir()
    foreign = os.fsencode(folder) + b"/" + "第二期简报".encode("gbk") + b".txt"
    shutil.copy(bulletin, os.fsdecode(foreign))
    (folder / os.fsdecode("说明".encode("gbk") + b".txt")).write_text("各位同事：\n", encoding="utf-8")

    lines = {line["outcome"]: line for line in shell("ingest", "收件", "--json").lines}
    assert "收件/第二期简报.txt" == lines["new"]["file"]
    assert "收件/说明.txt" == lines["refused"]["file"]
    assert "第二期简报.txt" in shell("issues").out


def test_a_folder_without_files_is_refused(shell: Shell, home: Path) -> None:
    """A folder without bulletins is exit code 3; stderr names the supported formats and stdout is empty."""
    (home / "inbox").mkdir()
    ran = shell("ingest", "inbox", "--json")
    assert (3, "") == (ran.code, ran.out)
    assert all(kind in ran.err for kind in (".txt", ".md", ".docx", ".html", ".pdf", ".jsonl"))


def test_an_archive_goes_onto_the_shelf_under_its_own_ids(shell: Shell, home: Path) -> None:
    """`articles.jsonl` is a format too: its ids are what search gives back; a bad line is a problem, not an end."""
    (home / "articles.jsonl").write_text(
        '{"id": "old/1", "issue": null, "title": "联盟召开年会", "section": "要闻", "date": "2019-05-06", '
        '"body": "年会在北京举行。", "url": null}\nnot json\n',
        encoding="utf-8",
    )
    ran = shell("ingest", "articles.jsonl", "--json")
    assert (1, "new", [2]) == (ran.code, ran.json["outcome"], [p["line"] for p in ran.json["problems"]])
    assert "old/1" == shell("search", "年会", "--json").json["hits"][0]["id"]


def test_show_gives_an_issue_and_an_article(shell: Shell, bulletin: Path) -> None:
    """`show` lists an issue's articles under their sections; with a number, the article."""
    shell("ingest", str(bulletin))
    assert "【投融界】" in shell("show", "2021-02").out
    assert "比亚迪开发功率型刀片电池" in shell("show", "2021-02", "20").out


@pytest.mark.both_databases
def test_show_says_what_is_not_there(shell: Shell, bulletin: Path) -> None:
    """An unknown issue, and an article beyond the last, are refused with what to do."""
    shell("ingest", str(bulletin))
    assert (3, True) == ((ran := shell("show", "2020-01")).code, "wxbot issues" in ran.err)
    assert (3, True) == ((ran := shell("show", "2021-02", "23")).code, "共 22 篇" in ran.err)


def test_a_dry_run_shows_the_reading_as_a_tree(shell: Shell, bulletin: Path) -> None:
    """`--dry-run` prints masthead, sections and articles with their counts, in lines of at most 80 columns."""
    ran = shell("ingest", str(bulletin), "--dry-run")
    assert 0 == ran.code
    assert "├─ 新动向  4 篇" in ran.out
    assert "比亚迪出击特斯拉短板" in ran.out
    assert "页码 3 处（第 2、88、134 行）" in ran.out
    assert max(map(width, ran.out.splitlines()[1:])) <= 80


def test_a_perfect_reading_shows_no_doubt(shell: Shell, bulletin: Path) -> None:
    """A bulletin that is read without doubt says so, and marks nothing."""
    ran = shell("ingest", str(bulletin), "--dry-run")
    assert "没有疑点" in ran.out
    assert "?" not in ran.out


def test_show_source_puts_each_line_beside_what_it_became(shell: Shell, bulletin: Path) -> None:
    """`show ISSUE --source` lists the source's lines with masthead, section, title, text or the reason left out."""
    shell("ingest", str(bulletin))
    lines = shell("show", "2021-02", "--source", "--file", str(bulletin)).out.splitlines()
    at = {line.split()[0]: line for line in lines[1:]}
    assert at["2"].endswith("未刊出：页码")
    assert at["4"].endswith("报头")
    assert at["7"].endswith("栏目 新动向")
    assert "标题 第 1 篇" in at["9"]
    assert at["11"].endswith("正文 第 1 篇")


def test_show_source_as_json_traces_every_line(shell: Shell, bulletin: Path) -> None:
    """With `--json`, each line of the source is one line of JSON, and none is traced to nowhere."""
    shell("ingest", str(bulletin))
    lines = shell("show", "2021-02", "--source", "--file", str(bulletin), "--json").lines
    assert all(line["became"] for line in lines)
    assert {"kind": "title", "article": 1, "why": ""} in lines[4]["became"]


def test_what_is_typed_wrongly_is_named(shell: Shell, bulletin: Path) -> None:
    """A day that the calendar lacks and a word that is no number are told from those that are only unknown."""
    assert "没有 2023-02-30 这一天" in shell("ingest", str(bulletin), "--date", "2023-02-30").err
    word, unknown = shell("show", "abc"), shell("show", "第9期")
    assert (2, True) == (word.code, "「abc」不是期号" in word.err and "第2期" in word.err)
    assert (3, True) == (unknown.code, "书架上没有 第9期" in unknown.err)


def test_a_picture_is_no_bulletin_and_the_answer_says_what_is(shell: Shell, home: Path) -> None:
    """The remedy names the formats, in the words that a folder without files gets."""
    (home / "a.png").write_bytes(b"\x89PNG")
    (home / "empty").mkdir()
    refused, nothing = shell("ingest", "a.png").out, shell("ingest", "empty").err
    assert "a.png 是图片" in refused
    assert all("能读的简报有 .docx、.pdf、.html、.md、.txt；" in said for said in (refused, nothing))


def test_confidence_is_printed_with_doubts_only(shell: Shell, home: Path) -> None:
    """A reading without doubts says so and no share beside it; a missing picture counts as missing."""
    head = "# 海风会简报\n\n2023年第3期 2023年3月1日\n\n## 要闻\n\n### 年会召开\n\n年会昨日召开，到会百人。\n"
    (home / "a.md").write_text(head, encoding="utf-8")
    (home / "b.md").write_text(f"{head}\n![](fee.jpg)\n", encoding="utf-8")
    clear, doubtful = shell("ingest", "a.md", "--dry-run").out, shell("ingest", "b.md", "--dry-run").out
    assert (True, False) == ("没有疑点" in clear, "把握" in clear)
    assert all(words in doubtful for words in ("把握", "1 图缺文件", "图片 fee.jpg 不在文件旁边"))
    assert "未刊出" not in doubtful


def test_a_source_that_is_gone_is_asked_for(shell: Shell, bulletin: Path) -> None:
    """Without the file in the folder of bulletins, the answer is exit code 3 and how to name it."""
    bulletin.rename(bulletin.with_name("elsewhere.txt"))
    shell("ingest", "elsewhere.txt")
    ran = shell("show", "2021-02", "--source")
    assert 3 == ran.code
    assert "--file" in ran.err
