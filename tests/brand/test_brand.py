"""A brand is read with its pictures and style sheet; every mistake is refused with line and remedy."""

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import ROOT
from wxbot.brand import (
    PARTS,
    PLAIN_BRAND,
    THEMES,
    BrandFile,
    brand_fields,
    brand_problems,
    parse_brand,
    read_sheet,
)
from wxbot.errors import SettingsError

FILE = "wxbot.toml"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Return a content folder with the pictures of a brand."""
    folder = tmp_path / "content" / "brand"
    folder.mkdir(parents=True)
    Image.new("RGB", (300, 300), "navy").save(folder / "logo.png")
    Image.new("RGB", (300, 120), "navy").save(folder / "wide.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")
    return tmp_path / "content"


def test_the_settings_file_documents_every_key() -> None:
    """config/wxbot.toml has the description and default of each key of [brand]."""
    page = (ROOT / "config" / "wxbot.toml").read_text(encoding="utf-8")
    for name, (description, default) in brand_fields().items():
        assert f'# {description}\n# {name} = "{default}"\n' in page, name


def test_a_brand_is_read(content: Path) -> None:
    """Values, pictures and the association's own style sheet over that of the theme make one brand."""
    (content / "brand" / "own.css").write_text(".quote { color: var(--accent) }", encoding="utf-8")
    text = (
        '[brand]\ncolour = "#1A5FB4"\ntheme = "简明"\nstylesheet = "brand/own.css"\nlogo = "brand/logo.png"\n'
        'icp_number = "京ICP备12345678号-1"\nfoot = """\n长风联盟\n  欢迎来稿\n"""\n'
    )
    brand = parse_brand(text, FILE, content)
    assert ("#1a5fb4", "简明", "长风联盟\n欢迎来稿") == (brand.colour, brand.theme, brand.foot)
    assert brand.logo is not None
    assert ("image/png", 300) == (brand.logo.media_type, brand.logo.width)
    assert "var(--accent)" == brand.sheet.parts["quote"]["color"]
    assert "border-left" in brand.sheet.parts["quote"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('colour = "rot"', "colour 不能是「rot」"),
        ('theme = "花哨"', "没有「花哨」这种样式"),
        ('logo = "brand/none.png"', "没有 "),
        ('logo = "../secret.png"', "logo 不在"),
        ('logo = "brand/broken.png"', "不是 PNG 或 JPEG 图片"),
        ('qr_code = "brand/wide.png"', "300 × 120 像素"),
        ('icp_number = "12345"', "icp_number 不能是"),
        (f'slogan = "{"长" * 41}"', "slogan 有 41 字，最多 40 字"),
        ("head = 3", "head 要写成文字"),
        ('color = "#112233"', "不认识「color」"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(line: str, says: str, content: Path) -> None:
    """A mistake names file and line, and what to do; the values beside it are read."""
    (found,) = brand_problems(f'port = 80\n\n[brand]\nfoot = "好"\n{line}\n', FILE, content)
    assert (5, FILE) == (found.line, found.file)
    assert says in str(found)
    assert found.remedy


@pytest.mark.parametrize(
    ("css", "says"),
    [
        (".quote { position: relative }", "position"),
        (".quote { color: var(--blue) }", "没有「--blue」"),
        (".zitat { color: #112233 }", "不认识「.zitat」"),
        (":root { --paper: white }", "不是颜色"),
        (".quote { color }", "读不懂"),
        (".quote { color: #112233", "读不懂"),
        (".quote { background: u\\72l(x) }", "值里有"),
        (".quote { color: red</style> }", "值里有"),
        (".quote" + " " * 50_000, "读不懂"),
    ],
)
def test_a_style_that_wechat_drops_is_refused_with_its_line(css: str, says: str) -> None:
    """A style sheet may only say what an article in WeChat keeps."""
    _, (problem,) = read_sheet(f"/* two\nlines */\n.title {{ font-size: 20px }}\n{css}")
    assert 4 == problem.line
    assert says in problem.says


def test_shipped_themes_are_without_mistakes() -> None:
    """Each theme says how every part looks that has a look of its own, and nothing that WeChat drops."""
    for file in THEMES.values():
        sheet, problems = read_sheet(
            (ROOT / "wxbot" / "brand" / "themes" / f"{file}.css").read_text(encoding="utf-8")
        )
        assert [] == problems
        assert {"picture"} >= set(PARTS) - set(sheet.parts)


def test_a_changed_file_is_read_again_and_a_broken_one_changes_nothing(content: Path, tmp_path: Path) -> None:
    """A process goes on with the last good brand; one that begins with a broken brand refuses to."""
    path = tmp_path / "wxbot.toml"
    file = BrandFile(path, content)
    assert PLAIN_BRAND == file.current()

    def write(text: str, at: int) -> None:
        path.write_text(text, encoding="utf-8")
        os.utime(path, ns=(at, at))

    write('[brand]\nslogan = "长风"\n', 1)
    assert "长风" == file.current().slogan
    write("[brand]\nslogan = 3\n", 2)
    assert "长风" == file.current().slogan
    with pytest.raises(SettingsError, match="第 2 行"):
        BrandFile(path, content).current()
