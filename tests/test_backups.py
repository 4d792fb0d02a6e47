"""Facts about archives of database, content and configuration."""

import tarfile
from pathlib import Path

import pytest

from tests.conftest import Shell


@pytest.fixture
def office(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to an installation on SQLite with two files of its own and a secret; return its folder."""
    folder = tmp_path / "office"
    (folder / "content" / "bulletins").mkdir(parents=True)
    (folder / "content" / "bulletins" / "2021-02.fix.toml").write_text("# ours", encoding="utf-8")
    (folder / "config").mkdir()
    (folder / "config" / "rules.toml").write_text("", encoding="utf-8")
    (folder / "config" / "secrets.toml").write_text('app_id = "wx1"', encoding="utf-8")
    (folder / "config" / "secrets.toml").chmod(0o600)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WXBOT_DATABASE_URL", "sqlite:///var/wxbot.db")
    monkeypatch.setenv("WXBOT_STATE", "var")
    return folder


@pytest.fixture
def recipient(office: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let backups be encrypted; return the private key."""
    made = shell("backup", "--make-key", "private.txt")
    assert 0 == made.code
    monkeypatch.setenv("WXBOT_BACKUP_RECIPIENT", made.out.split('"')[1])
    return office / "private.txt"


def test_an_encrypted_archive_brings_back_all_that_is_missing(
    office: Path, recipient: Path, shell: Shell
) -> None:
    """Missing files come back, changed ones stay and the older are laid aside; nobody reads it without the key."""
    assert 0 == shell("backup", "whole.tar.age").code
    assert 0o600 == (office / "whole.tar.age").stat().st_mode & 0o777
    assert b"wx1" not in (office / "whole.tar.age").read_bytes()
    assert ["whole.tar.age"] == [each.name for each in office.glob("*whole*")]

    assert 2 == shell("restore", "whole.tar.age", "--yes").code
    assert "什么也没有改" in shell("restore", "whole.tar.age", "--check", "--key", "private.txt").out
    (office / "content" / "bulletins" / "2021-02.fix.toml").unlink()
    (office / "config" / "secrets.toml").unlink()
    (office / "config" / "rules.toml").write_text("# newer", encoding="utf-8")
    restored = shell("restore", "whole.tar.age", "--yes", "--key", "private.txt")

    assert 0 == restored.code, restored.err
    assert "# ours" == (office / "content" / "bulletins" / "2021-02.fix.toml").read_text(encoding="utf-8")
    assert 0o600 == (office / "config" / "secrets.toml").stat().st_mode & 0o777
    assert "# newer" == (office / "config" / "rules.toml").read_text(encoding="utf-8")
    assert "" == (office / "var" / "restored" / "config" / "rules.toml").read_text(encoding="utf-8")


def test_old_archives_make_room_and_hold_no_secrets(office: Path, shell: Shell) -> None:
    """Without a key an archive leaves the secrets out; `--keep` deletes the oldest archives and no other file."""
    folder = office / "backups"
    folder.mkdir()
    for name in ("wxbot-20200101-000000.tar", "wxbot-20200102-000000.tar.age", "letter.tar"):
        (folder / name).touch()
    assert "删去了 1 份" in shell("backup", "--into", "backups", "--keep", "2").out

    left = sorted(each.name for each in folder.iterdir())
    assert ["letter.tar", "wxbot-20200102-000000.tar.age"] == left[:2]
    with tarfile.open(folder / left[2]) as archive:
        names = archive.getnames()
    assert {"wxbot.db", "config/rules.toml", "content/bulletins/2021-02.fix.toml"} == set(names)


def test_a_cut_or_foreign_archive_changes_nothing(office: Path, shell: Shell) -> None:
    """An archive cut anywhere, between two files too, is refused; database and files are as they were."""
    assert 0 == shell("backup", "whole.tar").code
    whole = (office / "whole.tar").read_bytes()
    with tarfile.open(office / "whole.tar") as archive:
        starts = [member.offset for member in archive.getmembers()] + [archive.offset]
    (office / "config" / "rules.toml").unlink()
    before = (office / "var" / "wxbot.db").read_bytes()
    assert 3 == len(starts) - 1
    for end in (100, 5000, *starts[1:], starts[-1] - 700):
        (office / "cut.tar").write_bytes(whole[:end])
        for words in (("--yes",), ("--check",)):
            assert shell("restore", "cut.tar", *words).code in (2, 3), end
    assert before == (office / "var" / "wxbot.db").read_bytes()
    assert not (office / "config" / "rules.toml").exists()
    assert 0 == shell("restore", "whole.tar", "--yes").code
    assert (office / "config" / "rules.toml").exists()


def test_a_wrong_key_or_a_cut_encrypted_archive_opens_nothing(
    office: Path, recipient: Path, shell: Shell
) -> None:
    """The key of somebody else, a file that is no key, and a file cut at its end are refused with a remedy."""
    assert 0 == shell("backup", "whole.tar.age").code
    assert 0 == shell("backup", "--make-key", "other.txt").code
    (office / "letter.txt").write_bytes(b"\xff a letter")
    sealed = (office / "whole.tar.age").read_bytes()
    (office / "cut.tar.age").write_bytes(sealed[:-20_000])
    for file, key, code in (("whole", "other.txt", 2), ("whole", "letter.txt", 2), ("cut", "private.txt", 3)):
        ran = shell("restore", f"{file}.tar.age", "--yes", "--key", key)
        assert (code, True) == (ran.code, "打不开" in ran.err), (file, key)


def test_the_first_command_closes_the_state_folder_to_others(office: Path, shell: Shell) -> None:
    """The folder of the database is its owner's alone, whichever command creates it."""
    assert 0 == shell("rules", "check").code
    assert 0o700 == (office / "var").stat().st_mode & 0o777
