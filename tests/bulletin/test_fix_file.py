"""Facts about fix files: their text, their effect on a reading, and the mistakes that they report."""

import datetime as dt
import tomllib
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bulletin.counting import kept, printed
from tests.bulletin.press import HEAD as PRESS_HEAD
from tests.bulletin.press import Layout, invent
from tests.bulletin.press import printed as press
from wxbot import bulletin
from wxbot.bulletin import Document, Line, ParsedIssue
from wxbot.bulletin.blocks import Picture
from wxbot.bulletin.fix_file import parse_fixes, read_fixes
from wxbot.bulletin.fix_matching import TextIndex, match_key
from wxbot.bulletin.fix_writer import edit_text, render, save_fixes
from wxbot.bulletin.fixes import ArticleFix, Fixes, LineFix, PictureFix, SectionFix
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.bulletin.model import LineUse, Source
from wxbot.bulletin.parser import load_source
from wxbot.bulletin.push_form import PushForm, PushItemForm
from wxbot.bulletin.readers import txt
from wxbot.errors import BulletinError

HEAD = "云海联盟简报\n2024 年第 3 期 2024 年 5 月 6 日 云海联盟秘书处编\n\n"
TEXT = "昨日，第一批设备运抵现场，技术人员随即开始安装，预计年底前全部投入使用。\n\n"
SOURCE = f"{HEAD}【要闻】\n\n■ 新桥通车\n\n{TEXT}{TEXT}■ 新校开学\n\n{TEXT}本季小结\n\n{TEXT}"

_WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
_COUNTS = st.none() | st.integers(1, 9999)
_LINES = st.builds(
    LineFix, _WORDS, st.sampled_from([use for use in LineUse if use is not LineUse.SPLIT]), _COUNTS
)
_SPLITS = st.builds(
    LineFix, _WORDS, st.just(LineUse.SPLIT), _COUNTS, st.lists(_WORDS, min_size=1, max_size=3).map(tuple)
)
_ARTICLES = st.builds(
    ArticleFix,
    _WORDS,
    _COUNTS,
    st.just("") | _WORDS,
    st.none(),
    st.none() | st.integers(0, 9),
    st.just("") | _WORDS,
    _COUNTS,
)
_MAYBE = st.just("") | _WORDS
_PICTURES = st.builds(PictureFix, _MAYBE, _WORDS, _COUNTS, st.just(False), _WORDS, _MAYBE) | st.builds(
    PictureFix, _WORDS, _MAYBE, _COUNTS, st.just(True)
)
_SECTIONS = st.builds(SectionFix, _WORDS, _WORDS)
_SETTLED = st.builds(
    Settled,
    st.sampled_from([None, *map(IssueNumber.parse, ("2021-02", "2021-07+08", "2021-s1", "no111"))]),
    st.none() | st.dates(),
    st.none() | _WORDS,
)
_NAMES = st.lists(_WORDS, max_size=3, unique_by=match_key).map(tuple)
_PUSH_ITEMS = st.lists(
    st.builds(
        PushItemForm, _WORDS, *[st.just("") | _WORDS] * 4, st.sampled_from(["", "fans", "all", "none"])
    ),
    max_size=3,
    unique_by=lambda item: match_key(item.of),
)
_PUSH = st.builds(
    PushForm,
    _PUSH_ITEMS.map(tuple),
    _NAMES,
    _NAMES,
    *[st.just("") | _WORDS] * 2,
    st.sampled_from(["", "fans", "all"]),
    st.just("best") | st.lists(st.integers(1, 99), max_size=8, unique=True).map(tuple),
)
FIXES = st.builds(
    Fixes,
    st.just("a.fix.toml"),
    _SETTLED,
    st.lists(_LINES | _SPLITS, max_size=5, unique_by=lambda fix: fix.key).map(tuple),
    st.lists(_ARTICLES, max_size=5, unique_by=lambda fix: fix.key).map(tuple),
    _PUSH,
    st.lists(_SECTIONS, max_size=3, unique_by=lambda fix: fix.key).map(tuple),
    _NAMES,
    st.just(0),
    st.lists(_PICTURES, max_size=3, unique_by=lambda fix: fix.key).map(tuple),
)


def fixed(text: str, source: str = SOURCE) -> ParsedIssue:
    """Parse a plain text with the fixes of a text."""
    return bulletin.parse(txt.lines(source), fixes=parse_fixes(text, "a.fix.toml"))


def titles(issue: ParsedIssue) -> list[str]:
    """Return the titles of an issue."""
    return [article.title for article in issue.articles]


def letters(issue: ParsedIssue) -> str:
    """Return the published text of an issue without blanks."""
    texts = [text for article in issue.articles for text in (article.title, *article.paragraphs)]
    return "".join("".join(texts).split())


@settings(derandomize=True, deadline=None)
@given(FIXES)
def test_what_is_written_is_read_again(fixes: Fixes) -> None:
    """The text of any fixes is TOML that parses to the same fixes."""
    text = render(fixes, "甲\n乙.txt")
    tomllib.loads(text)
    assert fixes == parse_fixes(text, fixes.file)


@settings(derandomize=True, deadline=None)
@given(FIXES, FIXES)
def test_an_edit_gives_the_fixes_and_keeps_comments(before: Fixes, after: Fixes) -> None:
    """The edited text holds the new fixes and every comment, in place of any fixes before."""
    text = render(before, "a.txt").replace("[[line]]\n", "[[line]] # 问过作者\n# 见来信\n")
    edited = edit_text(text, after)
    found = parse_fixes(edited, after.file)
    assert {kind: set(fixes) for kind, fixes in found.entries.items()} == {
        kind: set(fixes) for kind, fixes in after.entries.items()
    }
    assert (found.settled, found.order, found.push) == (after.settled, after.order, after.push)
    assert PushForm.from_json(after.push.to_json()) == after.push
    assert text.count("# 见来信") == edited.count("# 见来信")
    assert text.count("# 问过作者") == edited.count("# 问过作者")


def test_an_edit_leaves_other_entries_as_they_are() -> None:
    """A changed entry changes its lines alone; another form of TOML is written anew below its comments."""
    text = '# 甲\n[[line]]\ntext   =   "a"   # 作者说的\nis = "title"\n\n[[line]]\ntext = "b"\nis = "drop" # 广告\n'
    lines = (LineFix("a", LineUse.TITLE), LineFix("b", LineUse.TEXT))
    edited = edit_text(text, Fixes(lines=lines))
    assert edited == text.replace('is = "drop" # 广告', 'is = "text"\n# 广告')
    inline = '# 甲\nline = [\n  {text = "a", is = "title"}, # 乙\n]\n'
    edited = edit_text(inline, Fixes(lines=lines))
    assert edited.startswith("# 甲\n# 乙\n")
    assert lines == parse_fixes(edited, "").lines


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ('number = "2021-02"\ncolour = "red"\n', 2, "不认识“colour”"),
        ('[push]\norder = ["要闻", "要 闻"]\n', 2, "写了两遍"),
        ("[push]\nitems = [3, 3]\n", 2, "最好的几篇"),
        ('[push]\ncomments = "yes"\n', 2, "所有人可以"),
        ('[push]\n[[push.item]]\nof = "要闻"\ntitel = "b"\n', 4, "不认识“titel”"),
        ('[push]\nitem = "要闻"\n', 2, "[[push.item]]"),
        (
            '[[line]]\ntext = "a"\nis = "title"\n[[line]]\ntext = "b"\nis = "bold"\n',
            6,
            "is 是 section、title",
        ),
        ('[[line]]\ntext = "a"\nis = "split"\n', 1, "at ="),
        ('[[line]]\ntext = "a"\nis = "title"\n[[line]]\ntext = " a "\nis = "text"\n', 4, "前面已经写过"),
        ('[[article]]\ntitle = "a"\nn = 0\n', 3, "从 1 起"),
        ('[[article]]\ntitle = "a"\nn = 3\n[[article]]\ntitle = "b"\nn = 3\n', 3, "不止一篇"),
        ('sections = ["要闻", "要 闻"]\n', 1, "写了两遍"),
        ('[[section]]\nname = "要闻"\nsections = ["动态"]\n', 3, "sections 要写在第一个 [[…]] 的上面"),
        ('[[section]]\nname = "要闻"\n', 1, "to 写成文字"),
        ('[[article]]\ntitle = "a"\nplace = 0\n', 3, "从 1 起"),
        ('[[picture]]\nis = "drop"\n', 1, "是哪张图"),
        ('[[picture]]\nof = "a"\nis = "text"\n', 3, 'is = "drop"'),
        ('[[picture]]\nof = "a"\n', 1, "to_article"),
        ("date = 2021-13-01\n", 1, "写得不对"),
        ('number = "第二期"\n', 1, "2021-02"),
        ("[[line]]\ntext = “今日要闻”\n", 2, "英文引号"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, word: str) -> None:
    """A fix file with a mistake is not applied, and the problem names file, line and what is right."""
    fixes = parse_fixes(text, "a.fix.toml")
    assert (Settled(), (), ()) == (fixes.settled, fixes.lines, fixes.articles)
    says = fixes.problems[0].says
    assert "a.fix.toml 没有用上" in says
    assert f"第 {line} 行" in says
    assert word in says


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """A link, a file of another encoding and one that is far too large are named, and never raise."""
    file = tmp_path / "a.fix.toml"
    file.write_bytes('publication = "简报"\n'.encode("gb18030"))
    assert "UTF-8" in read_fixes(file).problems[0].says
    (tmp_path / "b.fix.toml").symlink_to(file)
    assert "链接" in read_fixes(tmp_path / "b.fix.toml", follow_links=False).problems[0].says
    file.write_text("x = " + "[" * 60_000, encoding="utf-8")
    assert "太深" in read_fixes(file).problems[0].says
    file.write_bytes(b"#" * 2**20)
    assert "64 KB" in read_fixes(file).problems[0].says


def test_a_mistake_in_the_file_is_not_overwritten(tmp_path: Path) -> None:
    """Saving writes at once or not at all, and refuses a file with a mistake."""
    file = tmp_path / "a.fix.toml"
    fixes = Fixes("a.fix.toml", lines=(LineFix("甲", LineUse.TITLE),))
    save_fixes(file, fixes, "a.txt")
    assert read_fixes(file) == fixes
    file.write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(BulletinError, match="不认识“x”"):
        save_fixes(file, fixes, "a.txt")
    assert file.read_text(encoding="utf-8") == "x = 1\n"
    assert [file] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("title", ["新桥通车", "新校开学", "本季小结"]),
        ("text", ["新桥通车", "新校开学"]),
        ("section", ["新桥通车", "新校开学", "本季小结"]),
        ("heading", ["新桥通车", "新校开学"]),
        ("drop", ["新桥通车", "新校开学"]),
    ],
)
def test_a_line_is_what_an_editor_says(use: str, expected: list[str]) -> None:
    """A line gets its role whatever the parser thinks; no letter is lost, and nothing is doubtful about the line."""
    issue = fixed(f'[[line]]\ntext = "本 季 小 结"\nis = "{use}"\n')
    assert expected == titles(issue)
    assert () == issue.problems
    places = [section.name for section in issue.sections if "小结" in section.name]
    assert places == (["本季小结"] if use == "section" else [])
    dropped = [(one.text, one.why) for one in issue.dropped if "小结" in one.text]
    assert dropped == ([("本季小结", "left out by an editor")] if use == "drop" else [])
    assert ("本季小结" in letters(issue)) is (use != "drop")


def test_a_title_becomes_text_or_a_section() -> None:
    """A line that was read as a title is text of the article above, or the name of a section."""
    assert titles(fixed('[[line]]\ntext = "■ 新校开学"\nis = "text"\n')) == ["新桥通车"]
    issue = fixed(
        '[[line]]\ntext = "■ 新校开学"\nis = "section"\n[[line]]\ntext = "本季小结"\nis = "title"\n'
    )
    assert ["要闻", "新校开学"] == [section.name for section in issue.sections]
    assert titles(issue) == ["新桥通车", "本季小结"]


def test_lines_are_split_and_joined() -> None:
    """A split line is several lines, which other fixes name; a joined line continues the one before."""
    source = SOURCE.replace("■ 新桥通车\n\n", "■ 新桥\n\n通车 记者 王一\n\n")
    issue = fixed(
        '[[line]]\ntext = "通车记者王一"\nis = "split"\nat = "记者"\n[[line]]\ntext = "通车"\nis = "join"\n'
        '[[line]]\ntext = "记者 王一"\nis = "text"\n',
        source,
    )
    assert "新桥通车" == titles(issue)[0]
    assert "记者 王一" == issue.articles[0].paragraphs[0]


def test_a_line_without_one_before_it_cannot_be_joined() -> None:
    """A fix that continues nothing, as above the first line of the text, is a problem."""
    issue = fixed('[[line]]\ntext = "【要闻】"\nis = "join"\n')
    assert [(4, "join 没有用上")] == [(problem.line, problem.says[-9:]) for problem in issue.problems]


@pytest.mark.parametrize("use", ["keep", "text"])
def test_what_was_set_apart_is_kept(use: str) -> None:
    """A line that looks like a page number, an invitation or an imprint stands in the text where an editor says so."""
    source = f"{SOURCE}第 3 页\n\n扫一扫关注我们\n\n报送：市科委\n"
    fixes = "".join(
        f'[[line]]\ntext = "{text}"\nis = "{use}"\n' for text in ("第3页", "扫一扫…", "报送：市科委")
    )
    assert not any(text in letters(fixed("", source)) for text in ("第3页", "扫一扫", "报送"))
    assert all(text in letters(fixed(fixes, source)) for text in ("第3页", "扫一扫", "报送"))


def test_a_line_that_stands_several_times_is_named_by_its_place() -> None:
    """`nth` says which; without it only a line to leave out may stand several times."""
    both = parse_fixes(f'[[line]]\ntext = "{TEXT.strip()}"\nis = "drop"\n', "a.fix.toml")
    assert "昨日" not in letters(bulletin.parse(txt.lines(SOURCE), fixes=both))
    title = f'[[line]]\ntext = "{TEXT.strip()}"\nis = "title"\n'
    assert "4 处（第 8、10、14、18 行）" in fixed(title).problems[0].says
    assert TEXT.strip() == titles(fixed(title + "nth = 4\n"))[-1]


def test_what_no_longer_matches_is_reported() -> None:
    """A fix without its line or article is a problem at its place in the fix file; the others are applied."""
    text = '[[line]]\ntext = "旧的一行"\nis = "drop"\n[[article]]\ntitle = "旧题"\nto = "新题"\n'
    issue = fixed(text + '[[article]]\ntitle = "新校开学"\nto = "新校今秋开学"\n')
    assert ["第 2 行", "第 5 行"] == [problem.says.split("a.fix.toml ")[1][:5] for problem in issue.problems]
    assert all("找不到了" in problem.says for problem in issue.problems)
    assert titles(issue) == ["新桥通车", "新校今秋开学"]


def test_titles_numbers_and_covers_are_settled() -> None:
    """A new title keeps the old one among what was left out; a cover that is not there is a problem."""
    lines = list(txt.lines(SOURCE))
    lines.insert(5, Line(at=9, text="", block=Picture("d" * 64)))
    fixes = '[[article]]\ntitle = "新桥通车"\nto = "大桥通车"\nn = 7\ncover = {}\n'
    for cover, expected in (("1", 1), ('"none"', 0), ("2", None)):
        issue = bulletin.parse(Document(tuple(lines)), fixes=parse_fixes(fixes.format(cover), "a.fix.toml"))
        article = issue.articles[0]
        assert ("大桥通车", 7, expected) == (article.title, article.n, article.cover)
        assert ("新桥通车", "retitled by an editor") in [(one.text, one.why) for one in issue.dropped]
        assert any("没有第 2 张" in problem.says for problem in issue.problems) is (cover == "2")
    lines[5] = Line(at=9, text="", block=Picture(url="https://e.org/1.png"))
    issue = bulletin.parse(Document(tuple(lines)), fixes=parse_fixes(fixes.format(1), "a.fix.toml"))
    assert any("第 1 张图不在文件里" in problem.says for problem in issue.problems)


def test_the_masthead_is_settled() -> None:
    """Number, date and name of a fix file count as printed; what is given with the command comes before them."""
    fixes = parse_fixes('number = "2021-07+08"\ndate = 2021-08-15\npublication = "江岸通讯"\n', "a.fix.toml")
    source = Source("a.txt", SOURCE.removeprefix(HEAD).encode())
    issue = load_source(source, fixes=fixes)
    assert ("2021-07+08", dt.date(2021, 8, 15), "江岸通讯") == (issue.number, issue.date, issue.title)
    issue = load_source(source, settled=Settled(IssueNumber.parse("2021-09")), fixes=fixes)
    assert ("2021-09", "江岸通讯") == (issue.number, issue.title)
    with pytest.raises(BulletinError, match=r"a\.fix\.toml 没有用上"):
        load_source(source, fixes=parse_fixes('number = "x"\n', "a.fix.toml"))


def test_doubts_about_settled_lines_vanish() -> None:
    """A doubt is gone once an editor settled its line, also where the reading was right."""
    source = SOURCE.replace("■ 新校开学", "■ 新校开学（一期")
    doubt = fixed("", source).problems
    assert ["■ 新校开学（一期"] == [line.text for line in txt.lines(source) if line.at == doubt[0].line]
    assert () == fixed('[[line]]\ntext = "■ 新校开学（一期"\nis = "checked"\n', source).problems


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 10**6), st.data())
def test_no_fix_loses_a_character(seed: int, data: st.DataObject) -> None:
    """Each character of a bulletin is in the issue or dropped with a reason, whatever an editor settles."""
    lines = txt.lines(press(invent(Random(seed)), Layout(page_lines=22), PRESS_HEAD))
    texts = [line.text for line in lines]
    index = TextIndex(texts)
    chosen = data.draw(
        st.lists(st.sampled_from([i for i, text in enumerate(texts) if text]), max_size=6, unique=True)
    )
    fixes = Fixes("a.fix.toml")
    for at in chosen:
        use = data.draw(st.sampled_from(LineUse))
        cut = (texts[at][len(texts[at]) // 2 :],) if use is LineUse.SPLIT else ()
        fixes = fixes.with_line(LineFix(index.name(at)[0], use, index.name(at)[1], cut))
    issue = bulletin.parse(lines, fixes=fixes)
    assert printed(lines) == kept(issue)
