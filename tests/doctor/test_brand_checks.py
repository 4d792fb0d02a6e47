"""Facts about the check of the brand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import Shell
from wxbot.doctor import CheckResult, examine
from wxbot.doctor.examination import CHECKS
from wxbot.settings import load
from wxbot.wiring import Services

Check = Callable[[str], CheckResult]


@pytest.fixture
def check(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Return a function that writes [brand], with pictures and style sheets beside it, and checks it."""
    monkeypatch.setenv("WXBOT_CONTENT", str(home / "own"))
    folder = home / "own" / "brand"
    folder.mkdir(parents=True)
    for name, colour in (("dark", "navy"), ("pale", "#cccccc"), ("white", "#fafafa")):
        Image.new("RGB", (300, 300), colour).save(folder / f"{name}.png")
    (folder / "torn.png").write_bytes((folder / "dark.png").read_bytes()[:60])
    (folder / "pale.css").write_text(".quote { color: #cccccc }", encoding="utf-8")
    (folder / "float.css").write_text(".quote { position: fixed }", encoding="utf-8")

    def check_brand(lines: str) -> CheckResult:
        settings = home / "config" / "wxbot.toml"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(f"[brand]\n{lines}\n", encoding="utf-8")
        services = Services(load())
        (result,) = examine(services, {"品牌": CHECKS["品牌"]})
        services.close()
        return result

    return check_brand


def test_a_brand_that_readers_see_passes(check: Check) -> None:
    """The check names what is used: colour, theme, pictures."""
    lines = 'colour = "#1a5fb4"\ntheme = "简明"\nlogo = "brand/pale.png"\nqr_code = "brand/dark.png"'
    assert CheckResult("品牌", True, "颜色 #1a5fb4、样式「简明」、标志、二维码") == check(lines)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('logo = "brand/none.png"', "没有 "),
        ('logo = "brand/torn.png"', "不是 PNG 或 JPEG 图片，或者是坏的"),
        ('logo = "brand/white.png"', "标志在白底上看不清"),
        ('qr_code = "brand/pale.png"', "二维码在白底上看不清"),
        ('colour = "#f0f0f0"', "颜色 #f0f0f0 几乎是白的"),
        ('stylesheet = "brand/none.css"', "没有 "),
        ('stylesheet = "brand/float.css"', "float.css 第 1 行"),
        ('stylesheet = "brand/pale.css"', "看不清：字 #cccccc"),
    ],
)
def test_what_cannot_be_read_or_seen_is_found_with_a_remedy(lines: str, says: str, check: Check) -> None:
    """Missing, torn and pale pictures, a colour that is nearly white, and style sheets with mistakes are problems."""
    result = check(lines)
    assert (False, True) == (result.good, says in result.says), result
    assert result.remedy
