"""Tests of files that LibreOffice converts; a script stands in for it, because it is not installed everywhere."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bulletin.hostile import docx
from wxbot.bulletin import ReaderLimits, ReaderPool, Source, load, open_source
from wxbot.bulletin.readers.sources import source_format
from wxbot.errors import BulletinError, ReaderStopped

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make a script the `soffice` of this machine; `$out` is where it writes."""
    folder.mkdir()
    program = folder / "soffice"
    program.write_text(f'#!/bin/sh\nout="$(dirname "$9")/out"\n{script}\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("name", ["简报.doc", "简报.wps", "简报.rtf", "简报.odt"])
def test_old_formats_are_read_through_libreoffice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A file of an older format is converted to docx and read like one."""
    (tmp_path / "made.docx").write_bytes(docx(()))
    _install(tmp_path / "bin", monkeypatch, f'mkdir -p "$out"; cp {tmp_path}/made.docx "$out/bulletin.docx"')
    (tmp_path / name).write_bytes(
        OLD if name.endswith(("doc", "wps")) else b"{\\rtf1" if "rtf" in name else b"PK\3\4"
    )

    assert "2025-03" == load(tmp_path / name).number


def test_without_libreoffice_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without LibreOffice refuses the file and says what to do."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "简报.doc").write_bytes(OLD)

    with pytest.raises(BulletinError, match="旧格式（doc）") as refused:
        load(tmp_path / "简报.doc")

    assert "另存为 .docx" in refused.value.remedy


def test_a_conversion_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit of time the conversion and its children are ended."""
    _install(tmp_path / "bin", monkeypatch, f"echo $$ > {tmp_path}/pid; sleep 600")
    with ReaderPool(ReaderLimits(1, 512)) as pool, pytest.raises(ReaderStopped, match="超过 1 秒"):
        pool.load(Source("简报.doc", OLD))

    started = (tmp_path / "pid").read_text(encoding="utf-8").strip()
    assert not Path(f"/proc/{started}").exists()


def test_a_conversion_ends_with_the_process_that_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After SIGKILL of the process that reads a file, its conversion ends too."""
    _install(
        tmp_path / "bin",
        monkeypatch,
        f"echo $$ > {tmp_path}/made; mv {tmp_path}/made {tmp_path}/pid; sleep 600",
    )
    (tmp_path / "简报.doc").write_bytes(OLD)
    waiting = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from wxbot.bulletin import load; load(pathlib.Path(sys.argv[1]))",
            tmp_path / "简报.doc",
        ]
    )
    until = time.monotonic() + 60
    while not (tmp_path / "pid").exists() and time.monotonic() < until:
        time.sleep(0.05)
    started = Path("/proc") / (tmp_path / "pid").read_text(encoding="utf-8").strip()
    waiting.kill()
    waiting.wait()

    while started.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not started.exists()


def test_a_file_that_libreoffice_cannot_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conversion without a result is a refusal."""
    _install(tmp_path / "bin", monkeypatch, "exit 1")
    (tmp_path / "简报.doc").write_bytes(OLD)

    with pytest.raises(BulletinError, match="LibreOffice 打不开"):
        load(tmp_path / "简报.doc")


@pytest.mark.parametrize(
    ("name", "data", "is_read_as"),
    [
        ("a.docx", OLD, ".doc"),
        ("a.doc", docx(()), ".docx"),
        ("a.wps", docx(()), ".docx"),
        ("a.doc", b"{\\rtf1 ...", ".rtf"),
        ("a.doc", "\ufeff<html><body>简报</body></html>".encode(), ".html"),
        ("a.odt", b"PK\x03\x04mimetype", ".odt"),
    ],
)
def test_the_content_decides_among_formats_of_word(name: str, data: bytes, is_read_as: str) -> None:
    """Word opens these files whatever their suffix says, and so do we."""
    assert is_read_as == source_format(Source(name, data))


@pytest.mark.parametrize("name", ["a.docx", "a.doc"])
def test_an_encrypted_file_is_called_encrypted(name: str) -> None:
    """A file with a password is no file of an older format."""
    with pytest.raises(BulletinError, match="有密码"):
        source_format(Source(name, OLD + "EncryptedPackage".encode("utf-16-le")))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_converts_rtf(tmp_path: Path) -> None:
    """The real program converts a real file."""
    lines = "\\par ".join(
        "".join(f"\\u{ord(each)}?" for each in line)
        for line in (
            "海风协会简报",
            "2025年第3期 2025年3月1日",
            "【要闻】",
            "协会召开年会",
            "协会近日在北京召开年会。",
        )
    )
    (tmp_path / "简报.rtf").write_text(f"{{\\rtf1\\ansi {lines}\\par}}", encoding="ascii")
    with ReaderPool() as pool:
        assert "2025-03" == pool.load(open_source(tmp_path / "简报.rtf")).number
