"""Facts about files that are costly to read: each is read or refused within the limits, in time linear in its size.

`make check` reads them at a size that takes a moment; the long form at the size at which each was seen.
"""

import base64
import os
from collections.abc import Callable, Iterator

import pytest

from tests.bulletin import hostile
from wxbot.bulletin import ParsedIssue, ReaderLimits, ReaderPool, Source
from wxbot.errors import BulletinError

LONG = bool(os.environ.get("WXBOT_TEST_EVERY_LINE"))
MEMORY_MB = 512 if LONG else 256
TITLE = "协会召开年会"


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """Yield a pool of one process with the limits of the product."""
    with ReaderPool(ReaderLimits(60, MEMORY_MB), size=1) as pool:
        yield pool


def _picture(side: int) -> bytes:
    data = base64.b64encode(hostile.png(side, side)).decode()
    return hostile.html(f'<p><img src="data:image/png;base64,{data}"></p><p>图片之后的正文。</p>')


READ: dict[str, tuple[str, Callable[[int], bytes], int, int]] = {
    "text boxes inside each other": (".docx", hostile.docx_nested_boxes, 20, 20),
    "empty paragraphs": (".docx", hostile.docx_empty_paragraphs, 5_000, 1_000_000),
    "links in one paragraph": (".html", hostile.html_links, 500, 60_000),
    "entries of a list": (".html", hostile.html_list, 500, 20_000),
    "digits of a list's start": (".html", hostile.html_numerals, 5_000, 5_000),
    "pixels of a side of a picture": (".html", _picture, 13_000, 13_000),
}
REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "forms that call each other": (".pdf", lambda: hostile.pdf_forms(30, 4), "互相套用"),
    "pages": (".pdf", lambda: hostile.pdf_pages(100_000 if LONG else 2_000), "页"),
    "italics in one block": (
        ".html",
        lambda: hostile.html_styles(25 * 2**20 if LONG else 2**17),
        "一层套一层",
    ),
}


@pytest.mark.parametrize("what", READ)
def test_it_is_read(pool: ReaderPool, what: str) -> None:
    """The bulletin is read, and its article is there."""
    suffix, made, short, long = READ[what]
    issue = pool.load(Source(f"简报{suffix}", made(long if LONG else short)), apart=True)

    assert isinstance(issue, ParsedIssue)
    assert ("2025-03", TITLE) == (issue.number, issue.articles[0].title)


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_its_name(pool: ReaderPool, what: str) -> None:
    """The refusal names the file and the true reason, and the next file is read."""
    suffix, made, says = REFUSED[what]
    with pytest.raises(BulletinError, match=says) as refused:
        pool.load(Source(f"简报{suffix}", made()))

    assert f"简报{suffix}" in refused.value.message
    assert "2025-03" == pool.load(Source("简报.html", hostile.html(""))).number


@pytest.mark.parametrize("suffix", [".docx", ".pdf", ".html", ".md", ".txt"])
def test_damaged_bytes_are_refused_with_a_reason(pool: ReaderPool, suffix: str) -> None:
    """A file that is cut off or random is a refusal or an issue, never another error."""
    whole = {".docx": hostile.docx(()), ".pdf": hostile.pdf_pages(3)}.get(suffix, hostile.html(""))
    for data in (whole[: len(whole) // 2], whole[:5] + bytes(range(256)) * 40, b"\0" * 4096, b"<" * 4096):
        with pytest.raises(BulletinError) as refused:
            pool.load(Source(f"简报{suffix}", data), apart=True)
        assert refused.value.remedy
