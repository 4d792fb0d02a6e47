"""Tests of reading bulletins in processes of their own: limits, crashes, and no process left behind."""

import base64
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from tests.bulletin import hostile
from tests.library.picture_issues import digest_of, encoded
from wxbot.bulletin import ReaderLimits, ReaderPool, Source, load
from wxbot.bulletin.reader_protocol import ReadingAnswer, decode_answer
from wxbot.errors import BulletinError, Busy, ReaderStopped

REAL = Path(__file__).parents[2] / "content" / "bulletins" / "2021-02.txt"
BOUND = 120.0  # seconds that any wait may take

PAGE = """<html><body><h1>海风协会简报</h1><p>2025 年第 3 期 2025 年 3 月 1 日</p><h2>要闻</h2>
<h3>协会召开年会</h3><p>协会近日在北京召开年会，会员到会。</p></body></html>"""


def _page(text: str = PAGE) -> Source:
    return Source("海风.html", text.encode())


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """Yield a pool of one process with small limits, shared by the tests because a start takes time."""
    with ReaderPool(ReaderLimits(30, 256), size=1) as pool:
        yield pool


def test_a_page_is_read_as_in_this_process(pool: ReaderPool, tmp_path: Path) -> None:
    """An issue that a process of its own has read equals the one that is read directly."""
    (tmp_path / "海风.html").write_text(PAGE, encoding="utf-8")

    assert load(tmp_path / "海风.html") == pool.load(_page())


def test_the_lines_of_a_page_are_traced_in_its_process(pool: ReaderPool) -> None:
    """The lines come with what they became, and a page that is no bulletin is traced as well."""
    issue, traced = pool.trace(_page())
    _, letter = pool.trace(_page("<p>各位同事，今天下午三点开会。</p>"))

    assert ("协会召开年会", 1) == (issue.articles[0].title, len(pool.running))
    assert ["masthead", "masthead", "section", "title", "text"] == [one.places[0].kind for one in traced]
    assert ["各位同事，今天下午三点开会。"] == [one.line.text for one in letter]


def test_a_page_that_ends_its_process_cannot_be_traced() -> None:
    """A page that takes too long ends its process and nothing else."""
    with ReaderPool(ReaderLimits(1, 256), size=1) as pool, pytest.raises(ReaderStopped, match="超过 1 秒"):
        pool.trace(Source("慢.html", hostile.html_links(60_000)))


def test_one_process_reads_many_files(pool: ReaderPool) -> None:
    """The process stays for the next file."""
    pool.load(_page())
    first = pool.running
    pool.load(_page())

    assert (first, 1) == (pool.running, len(first))


def test_pictures_are_converted_in_the_process_that_read_the_file(pool: ReaderPool) -> None:
    """The answer holds the web form of a picture; of a damaged one the place is named and the text stays."""
    sound, damaged = encoded("navy", "BMP"), encoded("red", "TIFF", (400, 300))[:300]
    shown = "".join(
        f'<p><img src="data:image/x;base64,{base64.b64encode(data).decode()}"></p>'
        for data in (sound, damaged)
    )

    issue = pool.load(_page(PAGE.replace("</body>", f"{shown}</body>")))

    assert {digest_of(sound): "image/png"} == {one: form.media_type for one, form in issue.web_forms.items()}
    assert ["“协会召开年会”有 1 张图片打不开，只保留了图片说明；请检查原文件"] == [
        problem.says for problem in issue.problems if "打不开" in problem.says
    ]
    assert (digest_of(sound), "") == issue.articles[0].images


def test_small_plain_text_needs_no_process() -> None:
    """A small text file starts no process, unless that is asked for."""
    with ReaderPool() as pool:
        pool.load(Source("2021-02.txt", REAL.read_bytes()))

        assert [] == pool.running


def test_a_refusal_keeps_its_reason(pool: ReaderPool) -> None:
    """A refusal of a reader arrives with message, remedy and the file's name."""
    with pytest.raises(BulletinError, match="没有期号") as refused:
        pool.load(_page("<html><body><p>今日无事。</p></body></html>"))

    assert ("海风.html", True) == (refused.value.file, bool(refused.value.remedy))


def test_memory_is_limited(pool: ReaderPool) -> None:
    """A small archive whose document inflates beyond the limit of memory is refused, and the next file is read."""
    with pytest.raises(BulletinError) as refused:
        pool.load(Source("大.docx", _bomb(280)))

    assert "大.docx" in refused.value.message
    assert "2025-03" == pool.load(_page()).number


def test_time_is_limited() -> None:
    """A file that takes longer than the limit is refused with that reason."""
    with (
        ReaderPool(ReaderLimits(1, 512), size=1) as pool,
        pytest.raises(ReaderStopped, match="超过 1 秒") as said,
    ):
        pool.load(Source("慢.html", hostile.html_links(60_000)))

    assert "reader_seconds" in said.value.remedy


def test_a_crash_is_a_refusal_and_the_next_file_is_read(pool: ReaderPool) -> None:
    """A process that is killed while it reads costs this file alone."""
    pool.load(_page())
    slow = Source("慢.html", hostile.html_links(60_000))
    killer = threading.Timer(0.3, lambda: os.kill(pool.running[0], signal.SIGSEGV))
    killer.start()
    with pytest.raises(ReaderStopped, match="崩溃了（SIGSEGV）") as said:
        pool.load(slow)

    assert said.value.crashed
    assert "2025-03" == pool.load(_page()).number


def test_closing_ends_what_is_being_read() -> None:
    """A file that is read while the pool closes is to be read later, and no process is left."""
    pool = ReaderPool(ReaderLimits(60, 1024), size=1)
    pool.load(_page())
    (process,) = pool.running
    threading.Timer(0.3, pool.close).start()
    with pytest.raises(Busy):
        pool.load(Source("慢.html", hostile.html_links(60_000)))
    with pytest.raises(Busy):
        pool.load(_page())

    _wait_for_end(process)


def test_processes_end_with_a_killed_parent() -> None:
    """A process ends when the one that started it is killed, also while it computes."""
    program = (
        "import sys, threading; from tests.bulletin.test_reader_pool import ReaderPool, Source, _page\n"
        "pool = ReaderPool(size=1); pool.load(_page()); print(pool.running[0], flush=True)\n"
        "pool.load(Source('慢.html', b'<html><body>' + b'<p>a b c</p>' * 4_000_000))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        parent.kill()

    _wait_for_end(process)


def test_a_process_knows_no_secret(pool: ReaderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of this process, where secrets are, does not reach the one that reads."""
    monkeypatch.setenv("WXBOT_APP_SECRET", "geheim")
    pool.load(_page())

    assert b"WXBOT" not in Path(f"/proc/{pool.running[0]}/environ").read_bytes()


def test_an_answer_holds_content_and_no_code() -> None:
    """An answer with anything but the types of an issue is not unpickled."""
    for command in (os.system, subprocess.Popen, Path("/etc/passwd")):
        with pytest.raises(pickle.UnpicklingError):
            decode_answer(pickle.dumps(command))

    assert "memory" == decode_answer(pickle.dumps(ReadingAnswer("memory"))).kind


def _bomb(megabytes: int) -> bytes:
    """Return a docx whose document is a paragraph of that size."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    )
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    kind = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", types)
        packed.writestr("_rels/.rels", relation)
        with packed.open("word/document.xml", "w") as part:
            part.write(f'<w:document xmlns:w="{kind}"><w:body><w:p><w:r><w:t>'.encode())
            for _ in range(megabytes):
                part.write(b"a" * 2**20)
            part.write(b"</w:t></w:r></w:p></w:body></w:document>")
    return written.getvalue()


def _wait_for_end(process: int) -> None:
    """Wait until a process is gone."""
    until = time.monotonic() + BOUND
    while Path(f"/proc/{process}").exists() and _state(process) != "Z":
        assert time.monotonic() < until, "the process is still there"
        time.sleep(0.01)


def _state(process: int) -> str:
    """Return the state of a process; Z for one that has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
