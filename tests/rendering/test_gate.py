"""A draft is checked before any call; what passes is shown by WeChat as it was approved."""

from dataclasses import replace
from pathlib import Path

import pytest

import wxbot
from wechat_simulator.html_filter import filter_html
from wxbot.brand import PLAIN_BRAND, THEMES, read_sheet
from wxbot.brand.values import shipped_sheet
from wxbot.rendering import DraftArticle, draft_articles
from wxbot.rendering.brand_sample import sample_articles, sample_issue
from wxbot.rendering.gate import check_draft

from .samples import Outline

UPLOADED = "http://mmbiz.qpic.cn/mmbiz_jpg/k/0"


def drafts_in(theme: str) -> tuple[DraftArticle, ...]:
    """Return the draft of the sample issue in a theme."""
    brand = replace(PLAIN_BRAND, theme=theme, sheet=shipped_sheet(theme), sheet_digest=theme, foot="文末")
    return draft_articles(
        sample_issue(), sample_articles(), public_url="https://e.org", author="长风联盟", brand=brand
    )


@pytest.mark.parametrize("theme", THEMES)
def test_a_draft_in_a_shipped_theme_passes_and_comes_back_unchanged(theme: str) -> None:
    """The platform's filter keeps every element, style and word of each theme, and nothing is hard to read."""
    drafts = drafts_in(theme)
    assert [] == check_draft(drafts)
    for draft in drafts:
        sent = draft.as_platform("M", {each.key: UPLOADED for each in draft.pictures})["content"]
        before, after = Outline(sent), Outline(filter_html(sent, lambda _: "k"))
        assert before.text() == after.text()
        assert [tag for tag, _ in before.tags] == [tag for tag, _ in after.tags]
        assert [_count(each) for _, each in before.tags] == [_count(each) for _, each in after.tags]


def _count(attributes: dict[str, str]) -> int:
    """Return how many declarations a style has."""
    return len([each for each in attributes.get("style", "").split(";") if each.strip()])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<div><p>字</p></div>", "微信会去掉 <div>"),
        ('<p style="position:relative">字</p>', "position"),
        ('<p id="a">字</p>', "<p> 的 id"),
        ('<p>字<img src="https://e.org/x.png"></p>', "别处的图片"),
        ('<p><a href="https://e.org/">字</a></p>', "到 https://e.org/ 的链接"),
        ('<p style="color:#aaaaaa">字</p>', "「字」看不清：字 #aaaaaa，底 #ffffff"),
        ('<p style="color:#636363">字</p>', "（深色模式）：「字」看不清"),
    ],
)
def test_what_wechat_changes_is_found_with_its_place(content: str, says: str) -> None:
    """A finding names the article and what happens, and says how to mend it."""
    draft = replace(drafts_in("典雅")[0], content=content)
    (found,) = check_draft([draft])
    assert says in str(found)
    assert str(found).startswith("第 1 条正文")
    assert found.repair
    assert not found.is_refused


@pytest.mark.parametrize(
    ("style", "says"),
    [
        ("color:silver", "字 #c0c0c0，底 #ffffff"),
        ("color:rgba(0, 0, 0, .4)", "字 #999999，底 #ffffff"),
        ("background:yellow url(https://mmbiz.qpic.cn/a);color:hsl(60,100%,90%)", "字 #ffffcc，底 #ffff00"),
    ],
)
def test_colours_are_read_however_they_are_written(style: str, says: str) -> None:
    """Names, rgb, hsl, translucent colours and the short form of a background are as good as hexadecimal digits."""
    draft = replace(drafts_in("典雅")[0], content=f'<p style="{style}">字</p>')
    assert says in str(check_draft([draft])[0])


def test_no_draft_reaches_the_platform_past_the_gate() -> None:
    """One module composes what is sent, and checks it; one module sends drafts, and only composed ones."""
    root = Path(wxbot.__file__).parent
    calls = {"draft_articles(": set[str](), ".add_draft(": set[str](), "check_draft(": set[str]()}
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for call, modules in calls.items():
            if call in text.replace(f"def {call}", ""):
                modules.add(path.relative_to(root).as_posix())
    sample = "rendering/brand_preview.py"  # an invented issue, which nobody can send
    assert {"push/planning/compose.py", sample} == calls["draft_articles("]
    assert {"push/planning/compose.py", sample} == calls["check_draft("]
    assert {"push/delivery/prepare.py"} == calls[".add_draft("]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"title": "长" * 33}, "标题有 33 字"),
        ({"title": ""}, "没有标题"),
        ({"digest": "长" * 41}, "摘要有 123 字节"),
        ({"author": "长" * 9}, "作者"),
        ({"content": f"<p>{'长' * 20_000}</p>"}, "平台只收不到 20000 字"),
        ({"content": "<p></p>"}, "是空的"),
        ({"content_source_url": f"https://e.org/{'x' * 1024}"}, "超过 1 KB"),
    ],
)
def test_what_the_platform_refuses_stops_the_draft(changed: dict[str, str], says: str) -> None:
    """A field beyond its limit is found before pictures are uploaded for it."""
    (found,) = check_draft([replace(drafts_in("典雅")[0], **changed)])  # type: ignore[arg-type]
    assert says in found.says
    assert found.is_refused


def test_a_style_sheet_with_pale_text_is_told_of() -> None:
    """The gate reads colours as they come out, whatever rule they are from."""
    own, _ = read_sheet(".caption { color: #bbbbbb }")
    brand = replace(PLAIN_BRAND, sheet=own.over(shipped_sheet("典雅")), sheet_digest="pale")
    drafts = draft_articles(sample_issue(), sample_articles(), public_url="", author="", brand=brand)
    assert any("#bbbbbb" in str(each) for each in check_draft(drafts))
