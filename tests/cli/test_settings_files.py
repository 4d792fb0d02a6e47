"""Facts about `wxbot settings`."""

from pathlib import Path

import pytest

from tests.conftest import Shell
from wxbot.editor_files import FileEdit
from wxbot.settings import load
from wxbot.wiring import Services

TEXT = '[[publication]]\nname = "简报"\n'


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_change_is_listed_shown_and_undone(shell: Shell, home: Path) -> None:
    """`history` names who changed what, `show` prints the difference, and `undo` takes it back."""
    assert "还没有改动" in shell("settings", "history").out
    services = Services(load())
    services.editor_files.save("publications", FileEdit(TEXT, None, "王编辑", "加了一份刊物"))
    services.close()
    assert ["王编辑"] == [each["who"] for each in shell("settings", "history", "--json").json]
    assert '+name = "简报"' in shell("settings", "show", "1").out
    shell("settings", "undo", "1", "--dry-run")
    assert (home / "config" / "bulletins.toml").exists()
    assert "第 2 次改动" in shell("settings", "undo", "1").out
    assert not (home / "config" / "bulletins.toml").exists()
    assert 3 == shell("settings", "show", "9").code
