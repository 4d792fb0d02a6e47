"""Facts about fixes of sections and order: names, articles between sections, places, and what matches nothing."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bulletin.counting import kept
from tests.bulletin.press import HEAD, Layout, invent
from tests.bulletin.press import printed as press
from wxbot import bulletin
from wxbot.bulletin import Document, ParsedIssue
from wxbot.bulletin.fix_file import parse_fixes
from wxbot.bulletin.fixes import ArticleFix, Fixes, SectionFix
from wxbot.bulletin.readers import txt
from wxbot.bulletin.settled_articles import fix_articles
from wxbot.bulletin.source_map import trace_lines

TEXT = "昨日，第一批设备运抵现场，技术人员随即开始安装，预计年底前全部投入使用。\n\n"
SOURCE = (
    "云海联盟简报\n2024 年第 3 期 2024 年 5 月 6 日 云海联盟秘书处编\n\n"
    f"【要闻】\n\n■ 新桥通车\n\n{TEXT}■ 新校开学\n\n{TEXT}■ 新馆开放\n\n{TEXT}"
    f"【动态】\n\n■ 联盟开会\n\n{TEXT}【来稿】\n\n■ 会员来访\n\n{TEXT}"
)
LINES = txt.lines(SOURCE)


def fixed(text: str) -> ParsedIssue:
    """Parse the source with the fixes of a text."""
    return bulletin.parse(LINES, fixes=parse_fixes(text, "a.fix.toml"))


def outline(issue: ParsedIssue) -> list[tuple[str, list[str]]]:
    """Return the sections of an issue with the titles of their articles."""
    return [
        (section.name, [article.title[-2:] for article in section.articles]) for section in issue.sections
    ]


def test_a_section_gets_another_name() -> None:
    """The printed name is among what was left out; sections that have one name then are one."""
    issue = fixed('[[section]]\nname = "要 闻"\nto = "今日要闻"\n')
    assert ["今日要闻", "动态", "来稿"] == [name for name, _ in outline(issue)]
    assert [(4, "要闻", "section renamed by an editor")] == [
        (one.line, one.text, one.why) for one in issue.dropped if "title mark" not in one.why
    ]
    assert () == issue.problems
    issue = fixed('[[section]]\nname = "来稿"\nto = "要闻"\n')
    assert [("要闻", ["通车", "开学", "开放", "来访"]), ("动态", ["开会"])] == outline(issue)


def test_sections_are_ordered() -> None:
    """Sections are named as printed or as renamed; those that are not named follow as printed."""
    text = 'sections = ["来稿", "要闻"]\n[[section]]\nname = "来稿"\nto = "会员来稿"\n'
    assert ["会员来稿", "要闻", "动态"] == [name for name, _ in outline(fixed(text))]
    assert outline(fixed(text)) == outline(fixed(text.replace('["来稿"', '["会员来稿"')))


def test_articles_move_and_take_places() -> None:
    """An article stands at the end of its new section or at its place; the others keep their order."""
    assert [("要闻", ["开放", "通车", "开学"])] == outline(
        fixed('[[article]]\ntitle = "新馆开放"\nplace = 1\n')
    )[:1]
    moved = '[[article]]\ntitle = "新桥通车"\nsection = "动态"\n'
    assert [("要闻", ["开学", "开放"]), ("动态", ["开会", "通车"])] == outline(fixed(moved))[:2]
    assert ("动态", ["通车", "开会"]) == outline(fixed(moved + "place = 1\n"))[1]


def test_a_section_without_articles_is_gone() -> None:
    """A section whose last article moves away is dropped; one that `sections` names is added."""
    issue = fixed('[[article]]\ntitle = "联盟开会"\nsection = "来稿"\n')
    assert [("要闻", ["通车", "开学", "开放"]), ("来稿", ["来访", "开会"])] == outline(issue)
    assert ("动态", "section emptied by an editor") in [(one.text, one.why) for one in issue.dropped]
    text = '[[article]]\ntitle = "新校开学"\nsection = "教育"\n'
    assert "写进最前面的 sections" in fixed(text).problems[0].says
    assert ("教育", ["开学"]) == outline(fixed(f'sections = ["教育"]\n{text}'))[0]


def test_what_matches_nothing_is_named_with_its_line() -> None:
    """Each fix without its section or place is a problem at its line; a source that was corrected is none."""
    text = (
        'sections = ["论坛", "动态"]\n[[section]]\nname = "旧名"\nto = "新名"\n[[section]]\nname = "新闻"\n'
        'to = "要闻"\n[[article]]\ntitle = "新桥通车"\nplace = 9\n[[article]]\ntitle = "新校开学"\nplace = 1\n'
        '[[article]]\ntitle = "新馆开放"\nplace = 1\n'
    )
    issue = fixed(text)
    lines = [
        problem.says.partition("：")[0].removeprefix("修正文件 a.fix.toml ") for problem in issue.problems
    ]
    assert ["第 3 行", "第 9 行", "第 15 行", "第 1 行"] == lines
    assert [("动态", ["开会"]), ("要闻", ["开学", "通车", "开放"])] == outline(issue)[:2]


def test_lines_are_traced_in_any_order() -> None:
    """Equal texts are traced to the articles below whose titles they stand, wherever these are in the issue."""
    issue = fixed('sections = ["来稿", "动态"]\n[[article]]\ntitle = "新馆开放"\nplace = 1\n')
    traced = trace_lines(Document(tuple(LINES)), issue)
    numbers = {one.line.text[-2:]: one.places[0].article for one in traced if one.line.text.startswith("■")}
    assert {"来访": 1, "开会": 2, "开放": 3, "通车": 4, "开学": 5} == numbers
    texts = [one.places[0].article for one in traced if one.line.text == TEXT.strip()]
    assert [4, 5, 3, 2, 1] == texts


INVENTED = bulletin.parse(txt.lines(press(invent(Random(1)), Layout(page_lines=22), HEAD)))


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.data())
def test_fixes_lose_nothing_and_are_idempotent(data: st.DataObject) -> None:
    """Renamed and moved text loses no character, and the same fixes change their own result no further."""
    issue = INVENTED
    some = st.sampled_from(list(dict.fromkeys(section.name for section in issue.sections if section.name)))
    titles = list(dict.fromkeys(article.title for article in issue.articles))
    fixes = Fixes("a.fix.toml", order=tuple(data.draw(st.lists(some, unique=True))))
    for name in data.draw(st.lists(some, max_size=2, unique=True)):
        fixes = fixes.with_section(SectionFix(name, f"新{name}"))
    for title in data.draw(st.lists(st.sampled_from(titles), max_size=4, unique=True)):
        section, place = data.draw(st.just("") | some), data.draw(st.none() | st.integers(1, 3))
        fixes = fixes.with_article(ArticleFix(title, section=section, place=place))
    found = fix_articles(issue.sections, fixes)
    after = replace(issue, sections=tuple(found.sections), dropped=(*issue.dropped, *found.dropped))
    assert kept(issue) <= kept(after)
    assert sorted(article.title for article in issue.articles) == sorted(a.title for a in after.articles)
    assert found.sections == fix_articles(found.sections, fixes).sections
