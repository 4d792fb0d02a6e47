"""Tests of what the HTML reader takes of whole pages: WeChat's, Word's, those of web sites; tables and notes."""

import pytest

from tests.bulletin.readers.reading import left_out, published, read_text
from wxbot.bulletin import Document
from wxbot.bulletin.blocks import Cell, ItemList, Paragraph, Span, Table
from wxbot.bulletin.readers import html as reader

WECHAT = """
<html><head><meta property="og:title" content="云海简报（第7期）">
<script>var ct = "1721469600";</script></head><body><div id="page">
<h1 id="activity-name"> 云海简报（第7期） </h1><div id="meta_content">
<span id="copyright_logo">原创</span><span class="rich_media_meta rich_media_meta_text">秘书处</span>
<a id="js_name">云海联盟</a><em id="publish_time">{time}</em><em id="js_ip_wording_wrp">浙江</em></div>
<div id="js_content" style="visibility:hidden"><p>近日新桥通车。</p>
<p><mp-common-profile data-nickname="云海联盟"></mp-common-profile></p></div>
<div id="js_tags">阅读 1024</div></div>
<div id="js_cmt_container"><ul><li>读者甲：讲得好</li></ul></div></body></html>"""


def read(page: str) -> Document:
    """Return the document of a page."""
    return read_text(reader.document, page, "a.html")


def texts(page: str) -> list[str]:
    """Return the text of a page's lines that are not left out."""
    return [line.text for line in published(read(page))]


@pytest.mark.parametrize(
    ("time", "printed"), [("2024年7月20日 18:05", "2024年7月20日 18:05"), ("", "2024-07-20 18:00")]
)
def test_of_a_wechat_page_only_the_article_is_read(time: str, printed: str) -> None:
    """Title, byline and text are read, the time from a script where none is printed; the rest is named as left out."""
    found = read(WECHAT.format(time=time))

    assert ["云海简报（第7期）", f"原创 秘书处 云海联盟 {printed}", "近日新桥通车。"] == [
        line.text for line in published(found)
    ]
    assert 1 == found.lines[0].level
    dropped = " ".join(text for text, _ in left_out(found))
    assert all(word in dropped for word in ("浙江", "阅读 1024", "读者甲：讲得好", "云海联盟"))


def test_navigation_and_imprint_of_a_site_are_left_out() -> None:
    """Navigation, side columns and imprint are left out; the heading and date above the article's element are not."""
    links = "".join(f'<a href="/{n}">栏目{n}</a>' for n in range(9))
    page = (
        f"<body><nav>{links}</nav><header><h1>云海简报第3期</h1><div>发布日期：2024-03-01</div></header>"
        f"<article><h2>新桥通车</h2><p>{'近日新桥通车，往来的人很多。' * 5}</p></article>"
        f"<aside class=sidebar>{links}</aside><footer>版权所有 © 云海</footer></body>"
    )

    assert ["云海简报第3期", "发布日期：2024-03-01", "新桥通车", "近日新桥通车，往来的人很多。" * 5] == texts(
        page
    )
    assert {"page furniture"} == {why for _, why in left_out(read(page))}


def test_a_header_and_a_footer_with_text_are_read() -> None:
    """A masthead in the header and editors in the footer belong to the bulletin."""
    page = (
        "<body><header><h1>云海简报</h1><p>2024年第3期</p></header><main><h2>要闻</h2><p>新桥通车。</p></main>"
        "<footer>编辑：张三　审核：李四</footer></body>"
    )

    assert ["云海简报", "2024年第3期", "要闻", "新桥通车。", "编辑：张三 审核：李四"] == texts(page)


def test_a_table_is_typed() -> None:
    """Header, merged cells, alignment, lists in cells and the caption are kept; the text is the table's plain text."""
    page = (
        "<p>文</p><table><caption>会费</caption><tr><th>级别</th><th colspan=2>金额</th></tr>"
        "<tr><td rowspan=9>甲</td><td align=right>5</td><td><ul><li>一</li></ul></td></tr></table>"
    )

    line = published(read(page))[1]

    def cell(text: str, **more: object) -> Cell:
        return Cell((Paragraph((Span(text),)),), **more)  # type: ignore[arg-type]

    assert isinstance(line.block, Table)
    first, second = line.block.rows
    assert (cell("级别", header=True), cell("金额", header=True, colspan=2)) == first
    assert (cell("甲", rowspan=1), cell("5", align="right")) == second[:2]
    assert isinstance(second[2].blocks[0], ItemList)
    assert (Span("会费"),) == line.block.caption
    assert "级别 | 金额\n甲 | 5 | - 一\n会费" == line.text


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td><h2>左</h2><p>左边。</p></td><td><h2>右</h2><p>右边。</p></td></tr></table>",
        "<table><tr><td>左</td></tr><tr><td>左边。</td></tr><tr><td>右</td></tr><tr><td>右边。</td></tr></table>",
        "<table role=presentation><tr><td>左</td><td>左边。</td></tr><tr><td>右</td><td>右边。</td></tr></table>",
        "<table><tr><td><table><tr><td><p>左</p><p>左边。</p><p>右</p>右边。</td></tr></table></td></tr></table>",
    ],
)
def test_a_table_that_lays_out_the_page_is_none(table: str) -> None:
    """Headings in cells, a single column or cell, and a stated role make page layout; its text is read in order."""
    found = published(read(table))

    assert ["左", "左边。", "右", "右边。"] == [line.text for line in found]
    assert not any(line.block for line in found)


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ('<sup><a href="#n1">1</a></sup>', "<p id=n1>1 自八月起施行。</p>"),
        (
            '<sup id=fnref1><a href="#fn1">[1]</a></sup>',
            '<ol><li id=fn1><p>自八月起施行。<a href="#fnref1">↩</a></p></li></ol>',
        ),
        (
            '<a href="#_ftn1" name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a>',
            '<hr><div id=ftn1><p><a href="#_ftnref1" name="_ftn1">[1]</a> 自八月起施行。</p></div>',
        ),
        (
            '<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a>',
            '<div id="sdfootnote1"><p><a name="sdfootnote1sym" href="#sdfootnote1anc">1</a> 自八月起施行。</p></div>',
        ),
    ],
)
def test_footnotes_are_kept_apart(mark: str, note: str) -> None:
    """The marks of Word, LibreOffice and Markdown converters refer to their notes, which are no lines."""
    found = read(f"<p>发布章程{mark}。</p><p>下文</p>{note}")

    assert ["1"] == [span.note for line in found.lines for span in line.spans if span.note]
    assert {"1": (Paragraph((Span("自八月起施行。"),)),)} == found.notes
    assert 2 == len(found.lines)


def test_a_link_to_a_chapter_is_no_footnote() -> None:
    """Contents that link to headings stay text."""
    page = '<p><a href="#a">1</a> 第一章</p><h2 id=a>第一章</h2><p>正文。</p>'

    assert ["1 第一章", "第一章", "正文。"] == texts(page)


def test_the_pages_of_word_are_read() -> None:
    """Comments of Word are left out, class rules give size and weight, and wrapped lines are joined."""
    page = (
        "<style>p.MsoTitle {font-size:16.0pt; text-align:center; font-weight:bold}</style><div class=WordSection1>"
        "<p class=MsoTitle>云海<span\nlang=EN-US>2024</span>简报</p><p class=MsoNormal>近日新桥\n通车。"
        "<span style='mso-special-character:comment'>批</span>"
        "<a class=msocomanchor href='#_msocom_1'>[A1]</a></p></div>"
        "<div style='mso-element:comment-list'><p>删去这句</p></div>"
    )

    title, text = published(read(page))

    assert ("云海2024简报", True, "center") == (title.text, title.bold, title.align)
    assert title.size > text.size
    assert "近日新桥通车。" == text.text
    assert ["［批注，未收入］"] == [text for text, _ in left_out(read(page))]


ARTICLE = """<h1>潮音社简报</h1><p>2022年第3期 2022年3月1日</p>
<h2>春祭筹备</h2><p>社员分三组筹备春祭，经费已经到位，请各组按时到岗，路远的社员可以前一天到。</p>
<h2>招募领唱</h2><p>招募领唱两名，要求嗓音洪亮，能参加每周三晚间排练，有意者请与秘书处联系。</p>"""
FURNITURE = "page furniture"


@pytest.mark.parametrize(
    "bar",
    [
        '<div><a href="/">首页</a> | <a href="/l">简报</a> | <a href="/m">登录</a></div>',
        '<ul><li><a href="/">首页</a></li><li><a href="/a">社务</a></li><li><a href="/b">联系我们</a></li></ul>',
        '<table><tr><td><a href="/">首页</a><td><a href="/a">社务</a><td><a href="/b">简报</a></tr></table>',
        '<p>您现在的位置：<a href="/">首页</a> &gt; <a href="/x">社务</a> &gt; 正文</p>',
        "<div>首页 | 简报 | 登录</div>",
    ],
)
def test_a_bar_of_links_that_no_element_names_is_left_out(bar: str) -> None:
    """A row of short links above the bulletin belongs to the website."""
    found = read(f"<body>{bar}{ARTICLE}</body>")

    assert "潮音社简报" == published(found)[0].text
    assert [FURNITURE] == [why for _, why in left_out(found)]


@pytest.mark.parametrize(
    ("footer", "kept"),
    [
        ("<hr><p>版权所有 潮音社　地址：海边路3号　邮编：310000</p>", []),
        ("<table><tr><td>版权所有 潮音社<br>电话：555-0101<br>浙ICP备123号</td></tr></table>", []),
        ("<p>电话：555-0100</p><p>Copyright © 2022 潮音社</p><p>浙ICP备123号</p>", ["电话：555-0100"]),
        ("<p>电话：555-0100</p><div><p>地址：海边路3号</p><p>版权所有：潮音社</p></div>", ["电话：555-0100"]),
        ("<p>电话：555-0100　地址：海边路3号</p>", ["电话：555-0100 地址：海边路3号"]),
        ("<p>主编：张三　版权所有 潮音社</p>", ["主编：张三 版权所有 潮音社"]),
        (
            '<p><a href="https://a.org">鸟类网</a> | <a href="https://b.org">观鸟网</a></p>',
            ["鸟类网 | 观鸟网"],
        ),
    ],
)
def test_a_footer_of_a_website_is_left_out_but_no_contact_of_a_notice(footer: str, kept: list[str]) -> None:
    """Copyright and registration end a page; what stands above them without a rule or box belongs to the article."""
    found = read(f"<body>{ARTICLE}{footer}</body>")

    assert kept == [line.text for line in published(found)][6:]
    assert all(FURNITURE == why for _, why in left_out(found))


def test_relative_links_of_a_page_without_an_address_are_reported_once() -> None:
    """The text stays; the addresses are one entry, and anchors and buttons none; with a base they are links."""
    addresses = ("n/1.html", "/m", "#below", "javascript:void(0)")
    links = "".join(f'<a href="{address}">看</a>，' for address in addresses)

    assert [("n/1.html /m", "address without a website")] == left_out(read(f"<body>{links}</body>"))
    based = read(f'<head><base href="https://a.org/b/"></head><body>{links}</body>')
    assert [] == left_out(based)
    assert {"https://a.org/b/n/1.html", "https://a.org/m"} == {
        span.url for span in published(based)[0].spans if span.url
    }


def test_the_place_of_a_table_is_not_that_of_its_text() -> None:
    """`align` of a table puts the table in the middle of the page; its text keeps its own alignment."""
    page = "<table align='center' width='640'><tr><td><p>近日，新码头开港。</p></td></tr></table>"

    assert {""} == {line.align for line in read_text(reader.document, page).lines}


def test_a_title_beside_the_text_of_a_page_is_read_whatever_its_element() -> None:
    """A division that repeats the title of the page, above the element of the article, belongs to the article."""
    body = "".join(f"<p>近日，图书馆第{number}次延长开放时间，读者可在夜间自习。</p>" for number in range(9))
    page = (
        "<html><head><title>研究动态 2020年第10期 - 研究中心</title></head><body><div>首页</div>"
        "<div class='arti_title'>研究动态（2020年第10期）</div>"
        f"<div class='wp_articlecontent'>{body}</div></body></html>"
    )
    assert "研究动态（2020年第10期）" == published(read_text(reader.document, page))[0].text
