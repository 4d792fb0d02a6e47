"""Facts about `wxbot init`, the shipped samples, and taken ports."""

import socket
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT, Shell
from wxbot import samples
from wxbot.search.synonyms import Synonyms, append_group
from wxbot.settings import load

ANSWERS = (
    *("--account-name", "海风协会", "--app-id", "wx0123456789abcdef", "--app-secret", "ab" * 16),
    *("--public-url", "http://127.0.0.1:9/", "--platform-url", "http://127.0.0.1:9"),
)


@pytest.fixture
def empty(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to an empty folder outside any clone; return it."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_init_writes_a_configuration_that_works(empty: Path, shell: Shell) -> None:
    """`init` writes settings and secrets for their owner alone, prints the platform's lines, and never overwrites."""
    ran = shell("init", *ANSWERS, "--editor", "王编")
    assert 1 == ran.code, "the platform cannot be reached"
    assert "http://127.0.0.1:9/wechat" in ran.out
    assert "编辑「王编」的密码" in ran.out
    file = empty / "config" / "secrets.toml"
    assert 0o600 == file.stat().st_mode & 0o777
    written = tomllib.loads(file.read_text(encoding="utf-8"))
    assert written["token"] in ran.out
    assert written["encoding_aes_key"] == load().encoding_aes_key.get_secret_value()
    assert ("海风协会", "http://127.0.0.1:9") == (load().account_name, load().public_url)

    before = file.read_bytes()
    assert 3 == shell("init", *ANSWERS).code
    assert before == file.read_bytes()


@pytest.mark.parametrize("words", [ANSWERS[:6], (*ANSWERS, "--app-id", "gh_1")], ids=["missing", "wrong"])
def test_init_writes_nothing_before_every_answer_is_right(
    empty: Path, shell: Shell, words: tuple[str, ...]
) -> None:
    """A missing or wrong answer without a terminal ends with exit code 2 and leaves the folder empty."""
    assert 2 == shell("init", *words).code
    assert [] == list(empty.iterdir())


NOT_SHIPPED = {"advisories.toml", "requirements.txt", "requirements-dev.txt"}
"""Files of `config/` that only the repository needs."""


def test_the_samples_are_the_files_of_the_repository() -> None:
    """The package ships the files of `config/`, and files of `content/`, as they are there."""
    shipped = set[Path]()
    for folder, sample in (
        ("config", samples.CONFIG),
        ("config", samples.DEPLOYMENT),
        ("content", samples.CONTENT),
    ):
        for file in samples.list_files(sample):
            own = ROOT / folder / file.relative_to(sample)
            assert own.read_bytes() == file.read_bytes(), f"copy {own} to {file}"
            shipped.add(own)
    own_files = set(samples.list_files(ROOT / "config")) - shipped
    assert NOT_SHIPPED == {file.name for file in own_files} - {"secrets.toml"}


def test_the_wheel_holds_every_file_of_the_packages() -> None:
    """The patterns of package data match all files beside the modules."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for package, patterns in project["tool"]["setuptools"]["package-data"].items():
        matched = {file for pattern in patterns for file in (ROOT / package).glob(pattern)}
        files = {file for file in samples.list_files(ROOT / package) if file.suffix != ".py"}
        assert files <= matched, package


def test_samples_for_the_server_are_written_beside_what_is_there(empty: Path, shell: Shell) -> None:
    """`init --samples` asks nothing, names each file, and leaves one that exists as it is."""
    (empty / "samples").mkdir()
    (empty / "samples" / "Caddyfile").write_text("ours", encoding="utf-8")
    ran = shell("init", "--samples", "samples")
    assert (0, "已有，没有动 samples/Caddyfile" in ran.out) == (ran.code, True)
    assert "ours" == (empty / "samples" / "Caddyfile").read_text(encoding="utf-8")
    assert "✓ samples/systemd/wxbot-web.service" in ran.out
    assert ["samples"] == [each.name for each in empty.iterdir()]
    assert 2 == shell("init", "--samples", "samples/Caddyfile").code


def test_without_a_file_the_shipped_synonyms_count(tmp_path: Path) -> None:
    """The shipped synonyms hold without a file, and the first one that an editor adds joins them."""
    path = tmp_path / "content" / "synonyms.txt"
    synonyms = Synonyms(path)
    synonyms.refresh()
    shipped = len(synonyms._others)
    assert shipped > 100
    path.parent.mkdir()
    path.write_text(append_group(None, ["海风会", "海风协会"]), "utf-8")
    synonyms.refresh()
    assert shipped + 2 == len(synonyms._others)


@pytest.mark.parametrize("words", [("serve",), ("demo",), ("simulator",)])
def test_a_taken_port_is_refused(
    empty: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """A command that would listen on a taken port ends with exit code 2 and names the port."""
    for name in ("APP_ID", "APP_SECRET", "TOKEN"):
        monkeypatch.setenv(f"WXBOT_{name}", "x")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ran = shell(*words, "--host", "127.0.0.1", "--port", port)
    assert 2 == ran.code
    assert port in ran.err
