"""Tests of the parser: sample bulletins exactly, and random issues in many layouts."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bulletin.press import HEAD, Layout, closed, invent, printed
from wxbot import bulletin
from wxbot.bulletin import Line, ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Paragraph
from wxbot.bulletin.readers import txt

SAMPLES = Path(__file__).parent / "samples"
REAL = Path(__file__).parents[2] / "content" / "bulletins" / "2021-02.txt"
EXPECTED = sorted(SAMPLES.glob("*.expected.json"))

LAYOUTS = {
    "as the association prints it": Layout(),
    "pages of 22 lines": Layout(page_lines=22),
    "pages of 9 lines": Layout(page_lines=9),
    "no blank lines": Layout(blank_lines=0),
    "a narrow page": Layout(width=60, title_width=50, page_lines=25),
    "titles as wide as text": Layout(title_width=80, page_lines=22),
    "indented paragraphs": Layout(indent="　　", title_indent="", blank_lines=0),
    "titles with a glyph": Layout(
        title_mark="■ ", title_indent="", blank_lines=0, page_lines=30, page_top=""
    ),
    "counted titles": Layout(title_mark="{1}、", page_lines=20),
    "counted sections": Layout(section="{1}、{0}", spaced=False, title_mark="{0}．"),
    "sections without a mark": Layout(section="{0}", spaced=False),
    "sections between rules": Layout(section="———— {0} ————", spaced=False, title_mark="★ ", title_indent=""),
    "sections with a glyph": Layout(section="■ {0}", spaced=False, title_mark="{0}、", title_indent=""),
    "sections with a colon": Layout(section="{0}：", spaced=False, title_mark="{0}．", title_indent=""),
    "nothing wrapped": Layout(width=10**6, title_width=10**6, blank_lines=0),
    "line ends of Windows": Layout(line_end="\r\n", page_lines=22),
}


def parse(text: str) -> ParsedIssue:
    """Parse a plain text."""
    return bulletin.parse(txt.lines(text))


def source(expected: Path) -> Path:
    """Return the document that an `.expected.json` describes."""
    name = expected.name.removesuffix(".expected.json")
    return next((path for path in SAMPLES.glob(f"{name}.*") if path != expected), REAL)


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.split(".")[0])
def test_bulletins_are_read_exactly(expected: Path) -> None:
    """Masthead, sections, titles, paragraphs and dropped text are as expected, and nothing is doubtful."""
    wanted = json.loads(expected.read_text(encoding="utf-8"))

    issue = bulletin.parse(bulletin.read(source(expected)))

    found: dict[str, Any] = json.loads(json.dumps(bulletin.to_json("", issue, "dry-run")))
    found["dropped"] = [dropped["text"] for dropped in found["dropped"]]
    for section in found["sections"]:
        for article in section["articles"]:
            del article["blocks"]
    assert wanted == {key: found[key] for key in wanted}
    assert () == issue.problems


def test_the_sample_has_its_five_sections() -> None:
    """The sections have 4, 8, 6, 3 and 1 articles."""
    issue = bulletin.load(REAL)

    counts = [(section.name, len(section.articles)) for section in issue.sections]
    assert [("新动向", 4), ("企业讯", 8), ("投融界", 6), ("产品圈", 3), ("联盟汇", 1)] == counts


def test_the_sample_reads_the_same_without_its_blank_lines() -> None:
    """Titles are found without the blank line after every line."""
    text = REAL.read_text(encoding="utf-8")
    dense = "\n".join(line for line in text.split("\n") if line.strip())

    assert bulletin.load(REAL).sections == parse(dense).sections


def test_the_sample_reads_the_same_without_the_spaces_before_its_titles() -> None:
    """Titles are found by length, punctuation and neighbours where the extraction lost their glyph."""
    text = REAL.read_text(encoding="utf-8")
    flush = "\n".join(line.lstrip() for line in text.split("\n"))

    assert bulletin.load(REAL).sections == parse(flush).sections


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@given(chance=st.integers(0, 2**32).map(Random))
@settings(deadline=None, max_examples=6)
def test_what_was_printed_is_read_again(layout: Layout, chance: Random) -> None:
    """Sections, titles, paragraphs, headings and lists of an invented issue survive each layout, or one is doubted."""
    issue = invent(chance, layout)

    found = parse(printed(issue, layout, HEAD))

    assert found.problems or closed(issue) == closed(found)
    assert ("山河联盟工作简报", "2023-11", 120) == (found.title, found.number, found.total)


def test_the_only_title_of_an_issue_is_found() -> None:
    """One section with one article of one line is read, although nothing repeats in it."""
    issue = invent(Random(5444), LAYOUTS["counted sections"])

    found = parse(printed(issue, LAYOUTS["counted sections"], HEAD))

    assert (closed(issue), ()) == (closed(found), found.problems)


def test_a_question_alone_at_the_top_of_a_page_is_doubted() -> None:
    """A paragraph of one question is set like a title there: the decision is reported with its alternative."""
    issue = invent(Random(37177), LAYOUTS["pages of 22 lines"])

    found = parse(printed(issue, LAYOUTS["pages of 22 lines"], HEAD))

    assert closed(issue) == closed(found) or ["也可能是正文"] == [one.says[-6:] for one in found.problems]


def test_a_title_cut_by_the_page_is_one_title() -> None:
    """The rest of a title at the top of a page belongs to the title, although a blank precedes it."""
    text = REAL.read_text(encoding="utf-8").replace("建立“千\n\n万级”样本库", "建立“千\n 万级”样本库")

    titles = [article.title for article in parse(text).articles]

    assert titles == [article.title for article in bulletin.load(REAL).articles]


def test_a_list_cut_by_the_page_is_one_list() -> None:
    """A page number between two list entries ends neither the list nor the article."""
    text = REAL.read_text(encoding="utf-8").replace("\n\n4. 产业投融资", "\n\n\n\n12\n\n4. 产业投融资")

    issue = parse(text)

    assert bulletin.load(REAL).sections == issue.sections
    assert ["1", "3", "4", "12"] == [dropped.text for dropped in issue.dropped]


def test_form_feeds_are_page_breaks() -> None:
    """A form feed inside a paragraph does not split it, and is reported."""
    text = REAL.read_text(encoding="utf-8").replace("\n 开展网络体系", "\n\f 开展网络体系")

    issue = parse(text)

    assert bulletin.load(REAL).sections == issue.sections
    assert (42, "form feed") in [(dropped.line, dropped.why) for dropped in issue.dropped]


def test_lines_carry_the_evidence_whatever_the_reader() -> None:
    """The result depends on the lines only, not on a file or on line numbers."""
    lines = [replace(line, at=line.at + 1000) for line in bulletin.read(REAL).lines]

    assert bulletin.load(REAL).sections == bulletin.parse(iter(lines)).sections


def test_no_lines_give_an_empty_issue() -> None:
    """Without lines there is no number and no article, and both are reported."""
    issue = bulletin.parse([])

    assert (None, (), 3) == (issue.number, issue.sections, len(issue.problems))


def test_lines_without_text_are_ignored() -> None:
    """Lines without text, as some readers return them, change nothing."""
    assert bulletin.parse([]) == bulletin.parse([Line(1, ""), Line(2, "")])


@pytest.mark.parametrize("seed", range(8))
def test_a_full_last_line_ends_its_paragraph_where_indents_were_lost(seed: int) -> None:
    """With lost indents, a shorter first line starts a paragraph even below a full line."""
    layout = Layout(blank_lines=0)
    issue = invent(Random(seed), layout)
    full = "甲" * 38 + "乙" * 39 + "。"
    after = issue.articles[0].paragraphs[0] + "丙" * 40 + "。"
    article = ParsedArticle("满行之后另起一段", (Paragraph.of(full), Paragraph.of(after)))
    sections = (*issue.sections, ParsedSection("末栏", (article,)))
    issue = replace(issue, sections=sections)

    assert closed(issue) == closed(parse(printed(issue, layout, HEAD)))


@pytest.mark.parametrize("day", ["【3月5日】", "[3月20—23日] ", "（2024-03-05）", "3月5日　"])
def test_the_day_before_a_title_opens_its_text(day: str) -> None:
    """A day before titles is no part of them; it stands above the article's text."""
    text = "".join(
        f"■ {day}{title}\n\n近日，此事已经办妥，群众反映良好。\n\n"
        for title in ("新码头开港", "图书馆夜间开放")
    )
    issue = bulletin.parse(txt.lines(f"{HEAD}\n\n{text}"))
    assert ["新码头开港", "图书馆夜间开放"] == [article.title for article in issue.articles]
    assert day.strip("【】[]（）　 ") == issue.articles[0].paragraphs[0]
