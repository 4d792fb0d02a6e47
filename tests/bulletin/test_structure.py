"""Tests of structure: sections, titles and inner headings by how the kinds of headings nest in the whole document."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue, structure
from wxbot.bulletin.blocks import Note
from wxbot.bulletin.model import Line, Role
from wxbot.bulletin.readers import txt

MD_HEAD = "# 湖畔简报 2024年第3期 2024年3月20日\n\n"
TEXT = "湖畔园区三期三月十八日正式开园，首批二十六家企业当天入驻，涉及传感器、软件和海洋装备三个行业。\n\n"
WANTED = [("园区要闻", ["湖畔园区三期开园", "管委会召开安全会议"]), ("企业风采", ["把实验室搬到渔船上"])]

LAYOUTS = {
    "bold alone on two levels": "**{s}**|**{t}**",
    "bold with numbers of two styles": "**{n}、{s}**|**{i}. {t}**",
    "a bold section above headings": "**{s}**|### {t}",
    "headings of two levels, whatever their depth": "### {s}|##### {t}",
    "bold titles below headings": "## {s}|**{t}**",
    "numbered titles below headings": "## {s}|{i}、{t}",
    "numbers only": "{n}、{s}|（{i}）{t}",
    "lines set like text": "{s}|{t}",
}


def parse(tmp_path: Path, text: str) -> ParsedIssue:
    """Parse a Markdown text."""
    path = tmp_path / "one.md"
    path.write_text(text, encoding="utf-8")
    return bulletin.parse(bulletin.read(path))


def outline(issue: ParsedIssue) -> list[tuple[str, list[str]]]:
    """Return the sections with their titles."""
    return [(section.name, [article.title for article in section.articles]) for section in issue.sections]


def document(layout: str) -> str:
    """Return the wanted outline in a layout, with text below each title."""
    section, title = layout.split("|")
    parts = []
    for count, (name, titles) in enumerate(WANTED):
        parts.append(section.format(s=name, n="一二"[count]))
        parts += [title.format(t=one, i=i) + "\n\n" + TEXT.strip() for i, one in enumerate(titles, start=1)]
    return MD_HEAD + "\n\n".join(parts) + "\n"


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_one_outline_is_read_in_every_layout(layout: str, tmp_path: Path) -> None:
    """The kinds of headings are ranked by how they nest, and nothing is doubtful."""
    issue = parse(tmp_path, document(layout))

    assert (WANTED, (), 1.0) == (outline(issue), issue.problems, issue.confidence)


def test_headings_of_one_level_are_titles(tmp_path: Path) -> None:
    """The headings of the only level are titles, not sections, if text stands below each of them."""
    issue = parse(tmp_path, f"{MD_HEAD}## 卷首语\n\n{TEXT}## 设备更新\n\n{TEXT}## 其他\n\n{TEXT}")

    assert [("", ["卷首语", "设备更新", "其他"])] == outline(issue)


def test_an_article_below_a_sub_section_belongs_to_the_section_around_it(tmp_path: Path) -> None:
    """A short heading without text contains the headings below it; the next one of its level is an article again."""
    talks = f"## 讲座\n\n### 旧书怎样整理\n\n{TEXT}### 征文怎样评选\n\n{TEXT}"
    text = f"{MD_HEAD}# 预告\n\n## 订阅方式\n\n{TEXT}{talks}## 考试安排\n\n{TEXT}"

    issue = parse(tmp_path, text)

    assert [("预告", ["订阅方式", "考试安排"]), ("讲座", ["旧书怎样整理", "征文怎样评选"])] == outline(issue)


def test_a_title_on_two_bold_lines_is_one_title(tmp_path: Path) -> None:
    """Bold lines of one paragraph are joined; a blank line between them would divide section and title."""
    issue = parse(
        tmp_path, f"{MD_HEAD}**借还设备**  \n**完成升级**\n\n{TEXT}**旧书整理**  \n**惠及山区**\n\n{TEXT}"
    )

    assert [("", ["借还设备完成升级", "旧书整理惠及山区"])] == outline(issue)


def test_repeated_labels_are_no_titles(tmp_path: Path) -> None:
    """漏洞编号：… below each title is text of the article."""
    news = "".join(
        f"**{title}**\n\n漏洞编号：P-{title}\n\n{TEXT}" for title in ("网关固件漏洞", "内容系统漏洞")
    )

    issue = parse(tmp_path, MD_HEAD + news)

    assert [("", ["网关固件漏洞", "内容系统漏洞"])] == outline(issue)
    assert "漏洞编号：P-网关固件漏洞" == issue.articles[0].paragraphs[0]


def test_a_section_of_running_text_is_an_article_of_its_name(tmp_path: Path) -> None:
    """Text below a section's name is an article; above its first title it is the section's lead."""
    news = f"## 要闻\n\n### 新桥通车\n\n{TEXT}## 短讯\n\n{TEXT}### 新校开学\n\n{TEXT}"

    issue = parse(tmp_path, f"{MD_HEAD}{news}## 编者的话\n\n{TEXT}")

    assert [("要闻", ["新桥通车"]), ("短讯", ["新校开学"]), ("编者的话", ["编者的话"])] == outline(issue)
    assert [0, 1, 0] == [len(section.lead) for section in issue.sections]


def test_an_issue_without_any_title_is_one_article(tmp_path: Path) -> None:
    """Running text under the masthead becomes one article of the issue's name, and that is doubted."""
    issue = parse(tmp_path, MD_HEAD + TEXT + TEXT)

    assert [("", ["湖畔简报"])] == outline(issue)
    assert ["第 3 行起没有读出标题"] == [problem.says[:12] for problem in issue.problems]
    assert issue.confidence < 1.0


def test_text_above_the_first_section_is_the_lead(tmp_path: Path) -> None:
    """A paragraph between masthead and first section is kept as the issue's lead."""
    issue = parse(tmp_path, f"{MD_HEAD}{TEXT}## 要闻\n\n### 新桥通车\n\n{TEXT}")

    assert 1 == len(issue.lead)
    assert () == issue.problems


def test_a_heading_below_a_title_stays_inside_its_article(tmp_path: Path) -> None:
    """A heading of a lower level than the titles is an inner heading, though some sections hold text alone."""
    text = (
        f"# 卷首语\n\n{TEXT}# 要闻\n\n## 湖畔园区三期开园\n\n{TEXT}### 一、摊位怎么排\n\n按先后排号。\n\n"
        f"### 二、收费多少\n\n每晚十元。\n\n## 管委会召开安全会议\n\n{TEXT}# 更正\n\n{TEXT}"
    )
    issue = parse(tmp_path, "湖畔简报 2024年第3期 2024年3月20日\n\n" + text)

    assert outline(issue) == [
        ("卷首语", ["卷首语"]),
        ("要闻", ["湖畔园区三期开园", "管委会召开安全会议"]),
        ("更正", ["更正"]),
    ]
    assert not issue.problems


def test_numbers_in_smaller_type_count_parts_of_an_article() -> None:
    """Below the only title, in large type, numbered bold lines of the size of text are inner headings."""
    lines: list[tuple[str, dict[str, Any]]] = [
        ("湖畔情况反映 2024年第3期 2024年3月20日", {}),
        ("台风过后渔具损失调查", {"bold": True, "size": 1.7}),
        ("台风过境两日，全镇渔具受损，商会派人逐户登记。", {}),
        ("一、损失情况", {"bold": True}),
        ("全镇七十一家会员中，二十三家报损。", {}),
        ("（一）网具", {"bold": True}),
        ("损失网具约四吨。", {}),
        ("二、几点建议", {"bold": True}),
        ("请镇里减免三个月摊位费。", {}),
    ]
    issue = bulletin.parse(
        [Line(at, text, complete=True, **type_) for at, (text, type_) in enumerate(lines, 1)]
    )

    assert outline(issue) == [("", ["台风过后渔具损失调查"])]
    assert not issue.problems


@pytest.mark.parametrize("frame", ["★{}★", "◆{}◆", "【{}】"])
def test_names_between_signs_are_sections_above_indented_titles(frame: str) -> None:
    """A short name between two equal signs is a section's, though its titles are indented like paragraphs."""
    text = "湖畔简报 2024年第3期 2024年3月20日\n\n"
    for name, titles in WANTED:
        text += frame.format(name) + "\n"
        text += "".join(f"    {title}\n　　{TEXT.strip()}\n" for title in titles)
    issue = bulletin.parse(txt.lines(text))

    assert outline(issue) == WANTED
    assert not issue.problems


def test_a_title_between_signs_loses_both() -> None:
    """The sign behind a title goes with the sign before it."""
    text = "湖畔简报 2024年第3期 2024年3月20日\n\n"
    text += "".join(f"★{title}★\n　　{TEXT.strip()}\n" for title in WANTED[0][1])

    names = [
        name for section, titles in outline(bulletin.parse(txt.lines(text))) for name in (section, *titles)
    ]
    assert not any("★" in name for name in names)


def test_marks_of_notes_are_no_part_of_titles_and_names(tmp_path: Path) -> None:
    """The number of a note leaves title and section's name, and the note stands in that article or section."""
    issue = parse(
        tmp_path,
        f"{MD_HEAD}## 要闻[^1]\n\n### 三期开园[^2]\n\n{TEXT}## 技术\n\n### 实验室上船\n\n{TEXT}"
        "[^1]: 甲注。\n\n[^2]: 乙注。\n",
    )

    assert outline(issue) == [("要闻", ["三期开园"]), ("技术", ["实验室上船"])]
    assert [block.label for block in issue.sections[0].lead if isinstance(block, Note)] == ["1"]
    assert [block.label for block in issue.articles[0].blocks if isinstance(block, Note)] == ["2"]


def test_parts_of_a_paper_numbered_without_a_sign_are_no_titles() -> None:
    """`1 引言` in bold of the size of text divides the article whose title is larger, and is no article of its own."""
    lines = [Line(1, "航标 2025年第7期 2025年7月1日", size=2.0)]
    for name, title in (("热点", "灯浮复位"), ("论坛", "浅谈锚链磨损"), ("生活", "灯塔下的菜园")):
        lines += [Line(2, name, bold=True, size=1.6), Line(3, title, bold=True, size=1.2)]
        parts = ("1  问题的提出", "2  数据与方法", "3  结论") if name == "论坛" else ()
        for part in parts:
            lines += [Line(4, part, bold=True, size=1.0), Line(5, TEXT.strip(), size=1.0)]
        lines += [] if parts else [Line(6, TEXT.strip(), size=1.0)]
    issue = bulletin.parse([replace(line, complete=True) for line in lines])

    assert [("热点", ["灯浮复位"]), ("论坛", ["浅谈锚链磨损"]), ("生活", ["灯塔下的菜园"])] == outline(issue)


def test_an_organisation_below_a_title_is_no_title(tmp_path: Path) -> None:
    """An organisation alone between a title and its text is the author, unless organisations head the texts."""
    by = f"## 经验交流\n\n**用好三张清单做实困难群众救助**\n\n白塔镇人民政府\n\n{TEXT}"

    issue = parse(tmp_path, MD_HEAD + by)

    assert [("经验交流", ["用好三张清单做实困难群众救助"])] == outline(issue)
    assert "白塔镇人民政府" == issue.articles[0].paragraphs[0]


def test_numbered_parts_of_a_notice_are_no_titles(tmp_path: Path) -> None:
    """Lines with a number alone are no titles where titles are bold, even if they are more."""
    parts = "".join(
        f"{n}、{name}\n\n{TEXT}" for n, name in zip("一二三", ["范围", "要求", "方式"], strict=True)
    )
    news = f"**【动态】**\n\n**湖畔园区三期开园**\n\n{TEXT}**管委会召开安全会议**\n\n{TEXT}"

    issue = parse(tmp_path, f"{MD_HEAD}{news}**【征文】**\n\n**第二届年会征文通知**\n\n{TEXT}{parts}")

    assert [
        ("动态", ["湖畔园区三期开园", "管委会召开安全会议"]),
        ("征文", ["第二届年会征文通知"]),
    ] == outline(issue)


def test_a_source_behind_titles_belongs_to_the_text(tmp_path: Path) -> None:
    """Source and day behind several titles are the first paragraph of the article."""
    news = "".join(f"### {title}（本报讯，3月18日）\n\n{TEXT}" for title in WANTED[0][1])

    issue = parse(tmp_path, f"{MD_HEAD}## 园区要闻\n\n{news}")

    assert [WANTED[0]] == outline(issue)
    assert ["（本报讯，3月18日）"] * 2 == [article.paragraphs[0] for article in issue.articles]


def test_the_courtesies_of_a_letter_are_no_titles() -> None:
    """Address, close and signature of a letter are text."""
    head = "各位会员：\n\n近况如下，欢迎转发。\n\n"
    close = "此致\n\n敬礼\n\n学会秘书处\n"

    issue = bulletin.parse(
        txt.lines(
            f"湖畔简报\n2024年第3期\n\n{head}【动态】\n\n1、三期开园\n    {TEXT}2、召开会议\n    {TEXT}{close}"
        )
    )

    assert [("动态", ["三期开园", "召开会议"])] == outline(issue)


def test_a_line_with_a_dash_below_a_title_continues_it() -> None:
    """——记周平 is the second line of a title; an organisation with a person below a title is its author."""
    text = (
        "◇ 理事会召开\n——审议通过五年规划\n会议审议了规划和两项规则，代表们一致同意。\n"
        "◇ 居住权登记的几个问题\n江城律师事务所 江一帆\n实务中各地登记材料不统一，建议制定统一的合同文本。\n"
    )
    lines = [replace(line, complete=True) for line in txt.lines(text)]
    below = [Role.TITLE, Role.TITLE_CONT, Role.TEXT, Role.TITLE, Role.TEXT, Role.TEXT]
    assert below == structure.find_structure(lines).roles
