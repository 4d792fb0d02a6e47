"""Tests of heading candidates: which lines of wrapped text may be sections or titles."""

import pytest

from wxbot import bulletin
from wxbot.bulletin import titles
from wxbot.bulletin.blocks import Heading, plain
from wxbot.bulletin.readers import txt

HEAD = "云海联盟简报\n2021年第2期 2021年1月15日\n"
TEXT = "近日，云海新码头正式开港，首批两条航线同日开通，年吞吐量可达三百万吨，带动就业两千人。\n"

LAYOUTS = {
    "boxes over titles": "【要闻】\n新桥通车\n{t}新校开学\n{t}【短讯】\n新馆开放\n{t}",
    "counts over titles": "一、要闻\n新桥通车\n{t}新校开学\n{t}二、短讯\n新馆开放\n{t}",
    "counts over numbers": "一、要闻\n1．新桥通车\n{t}2．新校开学\n{t}二、短讯\n1．新馆开放\n{t}",
    "counts over boxes": "一、要闻\n【新桥通车】\n{t}【新校开学】\n{t}二、短讯\n【新馆开放】\n{t}",
    "boxes over counts": "【要闻】\n一、新桥通车\n{t}二、新校开学\n{t}【短讯】\n一、新馆开放\n{t}",
    "counts in two ranks": "一、要闻\n（一）新桥通车\n{t}（二）新校开学\n{t}二、短讯\n（一）新馆开放\n{t}",
    "plain short lines": "要闻\n新桥通车\n{t}新校开学\n{t}短讯\n新馆开放\n{t}",
    "rules over stars": "——要闻——\n★新桥通车\n{t}★新校开学\n{t}——短讯——\n★新馆开放\n{t}",
    "glyphs over counts": "■ 要闻\n1、新桥通车\n{t}2、新校开学\n{t}■ 短讯\n1、新馆开放\n{t}",
    "parts over titles": "第一部分 要闻\n新桥通车\n{t}新校开学\n{t}第二部分 短讯\n新馆开放\n{t}",
    "colons over numbers": "要闻：\n1.新桥通车\n{t}2.新校开学\n{t}短讯：\n1.新馆开放\n{t}",
    "sharps of two ranks": "# 要闻\n## 新桥通车\n{t}## 新校开学\n{t}# 短讯\n## 新馆开放\n{t}",
}


def outline(text: str) -> list[tuple[str, list[str]]]:
    """Return the sections of a plain text with their titles."""
    issue = bulletin.parse(txt.lines(text))
    return [(section.name, [article.title for article in section.articles]) for section in issue.sections]


@pytest.mark.parametrize("body", LAYOUTS.values(), ids=LAYOUTS)
def test_the_outer_mark_names_sections_and_the_inner_one_titles(body: str) -> None:
    """Twelve layouts with different markers give the same outline."""
    wanted = [("要闻", ["新桥通车", "新校开学"]), ("短讯", ["新馆开放"])]

    assert wanted == outline(HEAD + body.format(t=TEXT))


@pytest.mark.parametrize("mark", ["", "■ ", "一、", "1．", "【", "# "])
def test_titles_without_any_section_stand_in_one_without_a_name(mark: str) -> None:
    """Titles without a section above them, with any marker, go into one section with an empty name."""
    close = "】" if mark == "【" else ""
    titles = ["云海新桥正式通车", "第二小学新校区开学", "图书馆新馆开放借阅"]

    assert [("", titles)] == outline(HEAD + "".join(f"{mark}{title}{close}\n{TEXT}" for title in titles))


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("【新 动 向】", "新动向"),
        ("一、园区要闻", "园区要闻"),
        ("0 ，前言", "前言"),
        ("## 工具", "工具"),
        ("★ 短讯 ★", "短讯"),
        ("———— 短讯 ————", "短讯"),
        ("第二部分　企业动态", "企业动态"),
        ("工作动态：", "工作动态"),
        ("VR 前沿", "VR 前沿"),
    ],
)
def test_section_names_are_known_without_their_marks(printed: str, name: str) -> None:
    """Brackets, numbers, `#` and letter-spacing are removed from a section's name."""
    assert name == titles.section_name(printed)


def test_counted_headings_below_marked_titles_are_parts_of_articles() -> None:
    """一、 inside an article whose title has a marker of its own is a heading of the article, its number kept."""
    article = f"★ 全市工作会议召开\n{TEXT}一、去年工作\n{TEXT}二、今年任务\n{TEXT}"

    issue = bulletin.parse(txt.lines(f"{HEAD}{article}★ 新桥正式通车\n{TEXT}"))

    assert [("", ["全市工作会议召开", "新桥正式通车"])] == outline(f"{HEAD}{article}★ 新桥正式通车\n{TEXT}")
    assert ["一、去年工作", "二、今年任务"] == [
        plain(block.spans) for block in issue.articles[0].blocks if isinstance(block, Heading)
    ]


def test_a_source_in_brackets_is_no_section() -> None:
    """[来源：…] below each title is not a section, and names in other brackets still are."""
    news = f"1、新桥通车\n[来源：晨报]\n{TEXT}2、新校开学\n[来源：晚报]\n{TEXT}"

    found = outline(f"{HEAD}【要闻】\n{news}【短讯】\n1、新馆开放\n[来源：日报]\n{TEXT}")

    assert [("要闻", ["新桥通车", "新校开学"]), ("短讯", ["新馆开放"])] == found
