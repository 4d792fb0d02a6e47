"""An invented issue that shows every part of an article once: for the preview of a brand."""

import datetime as dt
import io

from PIL import Image, ImageDraw

from wxbot.bulletin.blocks import (
    Blocks,
    Cell,
    Code,
    Divider,
    Heading,
    Item,
    ItemList,
    Note,
    Paragraph,
    Picture,
    Quote,
    Span,
    Table,
)
from wxbot.library import Article, Issue

__all__ = ["SAMPLE_PICTURE", "sample_articles", "sample_issue", "sample_picture"]

SAMPLE_PICTURE = "0" * 64
"""Digest by which the sample names its picture."""

_COLUMNS = ("类别", "五月底前", "之后")
_SECTIONS = ("协会动态", "行业观察")


def sample_issue() -> Issue:
    """Return the issue."""
    return Issue(
        key="2026-05",
        year=2026,
        issue=5,
        total=None,
        date=dt.date(2026, 5, 8),
        title="工作简报",
        editor="秘书处",
        sections=list(_SECTIONS),
        lead=(Paragraph.of("本期介绍年会的筹备、新标准的征求意见，以及上半年的行业数据。"),),
        section_leads={},
        source="",
        digest="",
        revision=1,
    )


def sample_articles() -> list[Article]:
    """Return its three articles; the first has every kind of block."""
    long = (
        Paragraph.of("上半年全行业完成产值 1.2 万亿元，同比增长 8.6%，出口占三成。"),
        Paragraph.of("专家认为，下半年的重点是供应链的稳定和人才的培养。"),
    )
    return [
        _article(1, "第十二届年会定于六月在长沙召开，报名今天开始", _SECTIONS[0], _every_block()),
        _article(2, "《零部件通用要求》征求意见", _SECTIONS[0], long),
        _article(3, "上半年行业产值同比增长 8.6%", _SECTIONS[1], long),
    ]


def sample_picture() -> bytes:
    """Draw the picture of the first article: a landscape, as JPEG."""
    image = Image.new("RGB", (1200, 675), "#cfe3f1")
    draw = ImageDraw.Draw(image)
    draw.ellipse((820, 90, 960, 230), fill="#fdf3d0")
    draw.polygon(
        [(0, 480), (330, 210), (640, 500), (900, 300), (1200, 470), (1200, 675), (0, 675)], fill="#6f93a8"
    )
    draw.polygon([(0, 560), (420, 430), (800, 590), (1200, 500), (1200, 675), (0, 675)], fill="#3f6a5b")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _article(n: int, title: str, section: str, blocks: Blocks) -> Article:
    summary = "六月十八日至二十日，长沙国际会展中心；会员单位每家两个名额。" if n == 1 else "详见正文。"
    return Article(
        public_id=f"2026-05/{n}",
        issue_key="2026-05",
        n=n,
        title=title,
        section=section,
        blocks=blocks,
        summary=summary,
        date=None,
        url=None,
    )


def _every_block() -> Blocks:
    return (
        Paragraph(
            (
                Span("第十二届年会定于六月十八日至二十日在长沙召开，主题是"),
                Span("「韧性与协作」", bold=True),
                Span("。会议手册见"),
                Span("年会网站", url="https://example.org/2026"),
                Span("，交通和住宿由秘书处统一安排"),
                Span("1", note="1"),
                Span("。"),
            )
        ),
        Picture(
            SAMPLE_PICTURE, caption=(Span("图 1　会场在湘江边"),), alt="江边的会场", width=1200, height=675
        ),
        Heading((Span("日程"),), 1),
        ItemList(
            (
                Item(
                    (
                        Paragraph.of("六月十八日：报到，理事会"),
                        ItemList(
                            (Item((Paragraph.of("上午九点起报到"),)), Item((Paragraph.of("下午三点理事会"),)))
                        ),
                    ),
                    "1.",
                ),
                Item((Paragraph.of("六月十九日：主题报告和六个分会场"),), "2."),
                Item((Paragraph.of("六月二十日：参观两家会员企业"),), "3."),
            ),
            ordered=True,
        ),
        Heading((Span("费用"),), 2),
        Table(
            (
                (
                    _cell("类别", header=True),
                    _cell("五月底前", "right", header=True),
                    _cell("之后", "right", header=True),
                ),
                (_cell("会员单位"), _cell("1,200 元", "right"), _cell("1,500 元", "right")),
                (_cell("其他单位"), _cell("1,800 元", "right"), _cell("2,200 元", "right")),
            ),
            (Span("表 1　会务费"),),
        ),
        Quote((Paragraph.of("希望每一家会员单位都派年轻的工程师来，会议是为他们办的。"),)),
        Heading((Span("怎样报名"),), 2),
        ItemList(
            (
                Item((Paragraph.of("在公众号里发送「年会」，按提示填写；"),), "（一）"),
                Item((Paragraph.of("把回执发到会务邮箱。"),), "（二）"),
            ),
            ordered=True,
        ),
        Heading((Span("回执的格式"),), 3),
        Code("单位：\n参会人：\n电话："),
        Divider(),
        Paragraph((Span("秘书处"),), "right"),
        Note("1", (Paragraph.of("每家会员单位两个名额，其余的人按报名的先后。"),)),
    )


def _cell(text: str, align: str = "", *, header: bool = False) -> Cell:
    return Cell((Paragraph.of(text),), header=header, align="right" if align else "")
