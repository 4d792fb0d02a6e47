"""Fuzz the readers: changed bulletins in every format, read as the product reads them, in a process with limits.

A refusal has a reason and a remedy. Harm is an error that no reader turned into a refusal, a process that crashed, hung
or took too much memory, and a refusal without a remedy.
"""

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import ROOT
from tests.fuzz.mutations import Change, mutate, mutate_docx, mutate_pdf
from tests.fuzz.targets import Finding, Target
from wxbot.bulletin import ReaderLimits, ReaderPool, Source, read_archive
from wxbot.errors import BulletinError, ReaderStopped

__all__ = ["ReadersTarget"]

LIMITS = ReaderLimits(seconds=10, memory_mb=512)
FOLDERS = ("tests/bulletin/cases", "tests/bulletin/corpus/known", "tests/bulletin/samples")
LEFT_OUT = {"22-bomb-100-mb.docx", "23-text-400-levels-deep.html", "messages.jsonl"}
ARCHIVE = (
    '{"id": "a1", "issue": "2021-02", "title": "芯片", "section": "投融界", "date": "2021-01-15", '
    '"body": "一\\n\\n二", "url": "https://e.org/1"}\n'
    '{"id": "a2", "issue": null, "title": "电池", "section": "", "date": null, "body": "三"}\n'
).encode()
_WORDS = tuple(
    each.encode()
    for each in (
        *(
            "第",
            "期",
            "2021年第2期",
            "（总第99期）",
            "【要闻】",
            "一、",
            "1.",
            "①",
            "——",
            "目录",
            "|",
            "| --- |",
            "\u3000",
        ),
        *(
            "#",
            "##",
            "**",
            "__",
            "`",
            "```",
            "![a](b.png)",
            "[a](http://b)",
            "<b>",
            "</b>",
            ">",
            "- ",
            "1) ",
            "\r",
            "\t",
        ),
    )
)
_MARKS = tuple(
    each.encode()
    for each in (
        *(
            "<p>",
            "</p>",
            "<table>",
            "<tr>",
            "<td colspan=9999 rowspan=9999>",
            "</td>",
            "<ol start=99999>",
            "<li>",
            "<div>",
        ),
        *(
            "<!--",
            "-->",
            "<script>",
            "<style>p{display:none}</style>",
            "<img src='data:image/png;base64,AAAA'>",
            "&nbsp;",
        ),
        *(
            "<svg>",
            "<math>",
            "<template>",
            "<br/>",
            "style='float:left;font-size:1e9px'",
            "<a href='javascript:x'>",
        ),
    )
)
_WORD_MARKS = tuple(
    each.encode()
    for each in (
        *(
            "<w:p>",
            "</w:p>",
            "<w:r>",
            "</w:r>",
            "<w:tbl>",
            "<w:tc>",
            '<w:gridSpan w:val="99999"/>',
            "<w:t>",
            "</w:t>",
        ),
        *(
            'w:val="-1"',
            '<w:ilvl w:val="99"/>',
            '<w:numId w:val="7"/>',
            "<w:sdt>",
            "<mc:AlternateContent>",
            "<w:tab/>",
        ),
        *(
            'r:embed="rId99"',
            'Target="../../x"',
            'TargetMode="External"',
            "<w:fldChar/>",
            "<m:oMath>",
            "<w:footnoteReference/>",
        ),
    )
)
_PDF_MARKS = tuple(
    each.encode()
    for each in (
        *(
            "BT",
            "ET",
            "q",
            "Q",
            " cm",
            " Tf",
            " Tj",
            " TJ",
            " re f",
            " Do",
            "endobj",
            "<<",
            ">>",
            "[",
            "]",
            "/Length",
            " 0 R",
        ),
        *(
            "1e38",
            "-1e38",
            "/Type /Page",
            "/Kids",
            "/Rotate 90",
            "/FlateDecode",
            "stream",
            "endstream",
            "(",
            ")",
            "<FEFF",
        ),
    )
)
FORMATS: dict[str, tuple[Change, tuple[bytes, ...]]] = {
    ".docx": (mutate_docx, _WORDS + _WORD_MARKS),
    ".pdf": (mutate_pdf, _PDF_MARKS),
    ".html": (mutate, _WORDS + _MARKS),
    ".md": (mutate, _WORDS + _MARKS),
    ".txt": (mutate, _WORDS),
    ".jsonl": (
        mutate,
        (b'"', b"{", b"}", b"null", b"[]", b"1", b"\\ud800", b"\\u0000", b"2021-02-31", b"\n"),
    ),
}


class ReadersTarget(Target):
    """All readers, each format as often as the others."""

    def __enter__(self) -> Self:
        """Start the pool and read the samples."""
        self._pool = ReaderPool(LIMITS, size=1)
        self._folder = tempfile.TemporaryDirectory()
        self._samples: dict[str, list[bytes]] = {suffix: [] for suffix in FORMATS}
        for path in sorted(each for folder in FOLDERS for each in (ROOT / folder).rglob("*")):
            if path.suffix in FORMATS and path.name not in LEFT_OUT and path.stem != "README":
                self._samples[path.suffix].append(path.read_bytes())
        self._samples[".jsonl"] = [ARCHIVE]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the pool."""
        self._pool.close()
        self._folder.cleanup()

    def try_batch(self) -> list[Finding]:
        """Try one file of each format."""
        found = []
        for suffix, (change, tokens) in FORMATS.items():
            data = change(self.chance.choice(self._samples[suffix]), self.chance, tokens)
            self.tried += 1
            found += self.replay(data, suffix)
        return found

    def replay(self, data: bytes, suffix: str) -> list[Finding]:
        """Read one file; return a finding unless it is read or refused."""
        try:
            if suffix == ".jsonl":
                self._read_archive(data)
            else:
                self._pool.load(Source(f"简报{suffix}", data), apart=True)
        except ReaderStopped as stopped:
            return [Finding(data, suffix, f"stopped{suffix}", stopped.message)]
        except BulletinError as refused:
            self.outcomes[f"refused{suffix}"] += 1
            if "时出错（" in refused.message:
                return [Finding(data, suffix, f"error{suffix}", refused.message)]
            return [] if refused.remedy else [Finding(data, suffix, f"remedy{suffix}", refused.message)]
        except Exception as wrong:  # noqa: BLE001  any other error is what is looked for
            return [Finding(data, suffix, f"error{suffix}", repr(wrong))]
        self.outcomes[f"read{suffix}"] += 1
        return []

    def _read_archive(self, data: bytes) -> None:
        path = Path(self._folder.name) / "articles.jsonl"
        path.write_bytes(data)
        for _ in read_archive(path):
            continue
