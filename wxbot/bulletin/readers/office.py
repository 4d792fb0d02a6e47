"""Convert files of older word processors to docx with LibreOffice, where it is installed."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from wxbot.bulletin.model import Source
from wxbot.bulletin.readers.sources import open_source
from wxbot.errors import BulletinError, Busy, ReaderStopped

__all__ = ["convert_to_docx"]

_PROGRAMS = ("soffice", "libreoffice")
_TICK = 0.05  # seconds
_MAX_OUTPUT = 256 * 2**20
_MAX_MEMORY = 4 * 2**30  # address space, of which LibreOffice maps more than it uses

# The shell sets the limits before LibreOffice starts: units of seconds, 512 bytes, and 1024 bytes. A process beside it
# waits for the end of stdin, which the caller holds open: when the caller is gone, it kills the whole group.
_LIMITED = (
    'ulimit -c 0; ulimit -t "$1"; ulimit -f "$2"; ulimit -v "$3"; shift 3; '
    'exec 3<&0; { read -r _ <&3; kill -KILL 0; } & exec "$@" </dev/null 3<&-'
)

# Macros of a document are never run, and no update of its links is fetched.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""


def convert_to_docx(
    source: Source, suffix: str, seconds: int, *, stopping: Callable[[], bool] = lambda: False
) -> Source:
    """Return a file of the format `suffix` as docx, under its own name.

    Raises BulletinError where LibreOffice is missing or cannot read the file, ReaderStopped if it takes longer than
    `seconds`, and Busy once `stopping` is true.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise BulletinError(
            f"{source.file} 是旧格式（{suffix[1:]}），这台机器上没有 LibreOffice，读不了",
            file=source.file,
            remedy="请在 Word 或 WPS 里另存为 .docx；或者请运维人员安装 LibreOffice（命令 soffice）。",
        )
    with tempfile.TemporaryDirectory(prefix="wxbot-office-") as name:
        folder = Path(name)
        given = folder / f"bulletin{suffix}"
        given.write_bytes(source.data)
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        _run(_command(program, given, seconds), folder, source, seconds, stopping)
        made = folder / "out" / "bulletin.docx"
        if not made.is_file():
            raise BulletinError(
                f"LibreOffice 打不开 {source.file}",
                file=source.file,
                remedy="文件可能已损坏或有密码；请在 Word 或 WPS 里另存为 .docx。",
            )
        return replace(source, data=open_source(made, follow_links=False).data)


def _command(program: str, given: Path, seconds: int) -> list[str]:
    """Return the command that converts one file, within limits of the operating system."""
    limits = (str(seconds), str(_MAX_OUTPUT // 512), str(_MAX_MEMORY // 1024))
    profile = f"-env:UserInstallation={(given.parent / 'profile').as_uri()}"
    options = ("--headless", "--norestore", "--nologo", "--nolockcheck")
    target = ("--convert-to", "docx", "--outdir", str(given.parent / "out"))
    return ["/bin/sh", "-c", _LIMITED, "sh", *limits, program, profile, *options, *target, str(given)]


def _run(
    command: list[str], folder: Path, source: Source, seconds: int, stopping: Callable[[], bool]
) -> None:
    """Run the conversion to its end, and end all of its processes when the time is over."""
    child = subprocess.Popen(  # noqa: S603  the file is an argument, never part of the script
        command,
        cwd=folder,
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + seconds
    try:
        while child.poll() is None:
            if stopping():
                raise Busy("正在停止，这个文件下次再读")
            if time.monotonic() > until:
                raise ReaderStopped(
                    f"LibreOffice 读 {source.file} 超过 {seconds} 秒，已停下",
                    file=source.file,
                    remedy="请在 Word 或 WPS 里另存为 .docx；确实需要更久时，调大设置 reader_seconds。",
                )
            time.sleep(_TICK)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
