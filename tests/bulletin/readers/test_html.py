"""Tests of the HTML reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot import bulletin
from wxbot.bulletin import Line
from wxbot.bulletin.readers import html as reader
from wxbot.errors import BulletinError

PAGE = """<!doctype html><html><head><title>不算</title><style>p{}</style></head><body>
<h1>灯塔简讯</h1><div>2023年第7期<br>2023年7月20日</div>
<section><section><h2>【要闻】</h2></section></section>
<h3>东岸灯塔恢复<span>夜间</span>照明</h3>
<p><span>停用三年之后，</span><a href="https://example.org/a">各方</a>准备就绪。</p>
<p><img data-src="https://mmbiz.example.org/1.jpg"></p>
<ol start="3"><li>先看天气。</li><li>再看潮汐。</li></ol>
<p style="display:none">看不见</p><script>1</script>
<h2>【公告】</h2><h3>下月维修西岸码头</h3><p><b>维修期间码头暂停停靠。</b></p>
</body></html>"""


def test_blocks_are_lines_and_inline_marks_are_not() -> None:
    """Blocks and line breaks make lines with levels; inline elements do not; hidden elements are ignored."""
    found = reader.lines(PAGE, "a.html")

    assert [
        ("灯塔简讯", 1),
        ("2023年第7期", 0),
        ("2023年7月20日", 0),
        ("【要闻】", 2),
        ("东岸灯塔恢复夜间照明", 3),
        ("停用三年之后，各方准备就绪。", 0),
        ("", 0),
        ("3. 先看天气。", 0),
        ("4. 再看潮汐。", 0),
        ("【公告】", 2),
        ("下月维修西岸码头", 3),
        ("维修期间码头暂停停靠。", 0),
    ] == [(line.text, line.level) for line in found]
    assert found[-1].bold
    assert not found[-2].bold


def test_links_and_pictures_are_kept() -> None:
    """Addresses of links and of lazily loaded images are read."""
    found = reader.lines(PAGE, "a.html")

    assert [("https://example.org/a",)] == [line.links for line in found if line.links]
    assert [("https://mmbiz.example.org/1.jpg",)] == [line.images for line in found if line.images]


def test_a_page_becomes_an_issue() -> None:
    """A page is parsed into sections, titles and the article's image."""
    found = bulletin.parse(reader.lines(PAGE, "a.html"))

    assert ("2023-07", "灯塔简讯") == (found.number, found.title)
    assert [("要闻", ["东岸灯塔恢复夜间照明"]), ("公告", ["下月维修西岸码头"])] == [
        (section.name, [article.title for article in section.articles]) for section in found.sections
    ]
    assert ("https://mmbiz.example.org/1.jpg",) == found.articles[0].images


def test_the_hidden_text_of_an_official_account_is_read() -> None:
    """The text of a saved WeChat article, hidden until a script has run, is read."""
    page = '<div id="js_content" style="visibility: hidden;"><p>正文在此。</p></div>'

    assert ["正文在此。"] == [line.text for line in reader.lines(page, "a.html")]


@pytest.mark.parametrize("page", ["", "<script>x</script>", "<p> </p>"])
def test_a_page_without_text_is_refused(page: str) -> None:
    """A page without text raises an error with a remedy."""
    with pytest.raises(BulletinError, match="没有") as refused:
        reader.lines(page, "a.html")

    assert refused.value.remedy


def outcome(text: str) -> tuple[Line, ...] | str:
    """Return the lines of a page, or the remedy if it is refused."""
    try:
        return reader.lines(text, "a.html")
    except BulletinError as refused:
        return refused.remedy


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text gives lines or a BulletinError."""
    found = outcome(text)

    assert found
    assert isinstance(found, str) or any(line.text for line in found)


def test_a_row_of_a_table_is_one_line() -> None:
    """A row of short cells is one line; cells with paragraphs are read as blocks of the page."""
    row = "<tr><td>单位</td><td><p>家数</p></td></tr>"
    page = "<tr><td><p>甲。</p><p>乙。</p></td><td>丙。</td></tr>"

    found = reader.lines(f"<p>上文</p><table>{row}{page}</table><p>下文</p>", "a.html")

    assert ["上文", "单位 家数", "甲。", "乙。", "丙。", "下文"] == [line.text for line in found]
    assert ["单位 家数"] == [line.text for line in found if line.table_row]


def test_script_addresses_are_not_images() -> None:
    """An image with a javascript: address is ignored."""
    page = '<p>正文。<img src="javascript:x()"><img src="b.png"></p>'

    assert [("b.png",)] == [line.images for line in reader.lines(page, "a.html")]
