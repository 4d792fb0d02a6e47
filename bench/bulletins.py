"""Benchmark of reading bulletins: whole readings beside the bare text extraction of each format's library.

    python -m bench.bulletins

Times are processor time of one process, so that issues a second are those of one core, and the ratio to the bare
extraction of the same files in the same run depends little on what else the machine does. Then a folder is ingested
into a library, with all cores, and the peak memory of a process that reads everything is printed.
"""

import datetime as dt
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import docx
import lxml.html
import pypdfium2
from markdown_it import MarkdownIt

from wxbot import bulletin, library
from wxbot.db import Database, upgrade
from wxbot.errors import BulletinError

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "content" / "bulletins" / "2021-02.txt"
CORPUS = ROOT / "tests" / "bulletin" / "corpus"
TURNS = 3
FOLDER_SIZE = 100
NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
MEGABYTE = 1024  # /proc counts in kilobytes

_MEMORY = """
import re, sys
from pathlib import Path
from wxbot import bulletin
for file in sys.argv[1:]:
    bulletin.parse(bulletin.read(Path(file)))
# The peak of getrusage is that of the process which forked this one, where it is higher.
print(re.search(r"VmHWM:\\s*([0-9]+)", Path("/proc/self/status").read_text())[1])
"""


def main() -> None:
    """Print the speed of each format beside its bare extraction, of a folder, and the memory used."""
    print(f"bulletins of our own, {TURNS} turns, processor time of one process:")
    print("  format  files  issues/s a core   bare extraction   reader / bare   reader and parser / bare")
    for suffix, (name, extract) in RIVALS.items():
        _compare(suffix, corpus_files(suffix), name, extract)
    _time_folder()
    _print_memory()


def corpus_files(suffix: str) -> list[Path]:
    """Return the bulletins of a format: those of the tests' data, and the sample."""
    return [*sorted(CORPUS.glob(f"*/*{suffix}")), *([SAMPLE] if suffix == SAMPLE.suffix else [])]


def read_whole(file: Path) -> None:
    """Read and parse one bulletin; a refusal costs what it costs."""
    try:
        bulletin.parse(bulletin.read(file))
    except BulletinError as error:
        print(f"  {file.name}: {error.message}", file=sys.stderr)


def _compare(suffix: str, files: Sequence[Path], name: str, extract: Callable[[bytes], object]) -> None:
    """Print issues a second of one format, and the ratio of its time to the bare extraction of the same files."""
    read_whole(files[0])  # loads the libraries
    extract(files[0].read_bytes())
    ours, readers, bare = [], [], []
    for _ in range(TURNS):
        readers.append(_processor_seconds(bulletin.read, files))
        ours.append(_processor_seconds(read_whole, files))
        bare.append(_processor_seconds(lambda file: extract(file.read_bytes()), files))
    whole, reader, plain = min(ours), min(readers), min(bare)
    print(
        f"  {suffix[1:]:6}  {len(files):5}  {len(files) / whole:15.0f}   "
        f"{len(files) / plain:15.0f}   {reader / plain:13.2f}   {whole / plain:10.2f}  ({name})"
    )


def _processor_seconds(read: Callable[[Path], object], files: Iterable[Path]) -> float:
    """Return the processor time of reading these files once."""
    began = time.process_time()
    for file in files:
        read(file)
    return time.process_time() - began


def _extract_docx(data: bytes) -> list[str]:
    """Return the texts of paragraphs and cells, as a script with python-docx takes them."""
    document = docx.Document(io.BytesIO(data))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


def _extract_pdf(data: bytes) -> list[str]:
    """Return the text of every page, as pdfium gives it."""
    document = pypdfium2.PdfDocument(data)
    texts = []
    for page in document:
        text = page.get_textpage()
        texts.append(text.get_text_range())
        text.close()
        page.close()
    document.close()
    return texts


RIVALS: dict[str, tuple[str, Callable[[bytes], object]]] = {
    ".txt": ("decoding the bytes", lambda data: data.decode("utf-8", "replace")),
    ".md": (
        "markdown-it-py",
        lambda data: MarkdownIt("commonmark").enable("table").parse(data.decode("utf-8")),
    ),
    ".html": (
        "lxml's text_content",
        lambda data: lxml.html.document_fromstring(data).text_content(),
    ),
    ".docx": ("python-docx, text of paragraphs and cells", _extract_docx),
    ".pdf": ("pdfium, text of each page", _extract_pdf),
}


def _time_folder() -> None:
    """Print issues a second of a whole folder: read, parsed and stored in SQLite."""
    text = SAMPLE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder) / "bulletins"
        inbox.mkdir()
        for number in range(1, FOLDER_SIZE + 1):
            (inbox / f"{number}.txt").write_text(
                re.sub("第 02 期", f"第 {number} 期", text, count=1), "utf-8"
            )
        db = Database.open(f"sqlite:///{folder}/wxbot.db")
        upgrade(db)
        began, before = time.perf_counter(), _processor_time()
        stored = sum(done.outcome is library.Outcome.NEW for done in library.ingest(db, [inbox], NOW))
        took, worked = time.perf_counter() - began, _processor_time() - before
        db.close()
    print(
        f"a folder of {stored} issues of 22 articles into SQLite, {os.cpu_count()} cores: "
        f"{stored / took:.0f} issues a second, {stored / worked:.0f} a second of processor time"
    )


def _processor_time() -> float:
    """Return the processor time of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _print_memory() -> None:
    """Print the peak memory of a process that reads all bulletins of a format, above one that reads none."""
    empty = _peak_memory([])
    for suffix in RIVALS:
        peak = _peak_memory(corpus_files(suffix))
        print(f"memory, {suffix[1:]:4}: {peak:.0f} MB at most, {peak - empty:.0f} MB for reading")


def _peak_memory(files: Sequence[Path]) -> float:
    """Return the peak memory in MB of a process that reads these files."""
    ran = subprocess.run(
        [sys.executable, "-c", _MEMORY, *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(ran.stdout.split()[-1]) / MEGABYTE


if __name__ == "__main__":
    main()
