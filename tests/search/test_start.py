"""Tests for the modules that the first search of a process loads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import json, sys
from pathlib import Path
from wxbot.search import Index
found = Index.open(Path(sys.argv[1])).search(sys.argv[2])
print(json.dumps([found.hits[0].id, sorted({"PIL", "pypinyin"} & set(sys.modules))]))
"""


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(("asked", "loaded"), [("冷链", []), ("lenlian", []), ("翎翼科枝", ["pypinyin"])])
def test_sounds_and_shapes_are_loaded_when_a_query_needs_them(
    folder: Path, asked: str, loaded: list[str]
) -> None:
    """A search for correctly spelt words loads neither pypinyin nor the drawing of characters."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(folder), asked], capture_output=True, text=True, check=True
    )
    found, modules = json.loads(ran.stdout)

    assert found in {"2022-03/1", "2022-03/7"}
    assert loaded == modules
