"""Tests of the page of the brand: it edits one table of the operators' settings and shows nothing else of them."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.web.console.conftest import BuildConsole, ConsoleSite

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = "/console/settings/brand"
SETTINGS = (
    'port = 9000  # ours\n\n[brand]\n# 我们的蓝\ncolour = "#1a5fb4"\n\n[notice_fields]\nthing1 = "{title}"\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the operators' settings file, with a brand."""
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "wxbot.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    return file


@pytest.fixture
def site(build_console: BuildConsole, file: Path) -> ConsoleSite:
    """Return a console with that file."""
    return build_console(config=file)


def test_a_brand_is_saved_seen_and_taken_back(site: ConsoleSite, file: Path) -> None:
    """The form changes [brand] alone, with a logo that is uploaded; pages follow, and undo restores the file."""
    editor = site.editor()
    out = io.BytesIO()
    Image.new("RGB", (120, 120), "navy").save(out, "PNG")
    form = editor.open(PAGE).form(PAGE)
    assert "#1a5fb4" == form["colour"]
    logo = (io.BytesIO(out.getvalue()), "logo.png")
    sent = editor.send(PAGE, form | {"do": "save", "foot": "欢迎\r\n来稿", "theme": "明快", "logo": logo})
    assert f"{PAGE}?done=saved" == sent.redirect

    text = file.read_text(encoding="utf-8")
    assert text.startswith("port = 9000  # ours\n\n[brand]\n# 我们的蓝\n")
    assert text.endswith('[notice_fields]\nthing1 = "{title}"\n')
    brand = site.services.brand_file.current()
    assert ("欢迎\n来稿", "明快", True) == (brand.foot, brand.theme, brand.logo is not None)
    assert "浅色" in editor.open(f"{PAGE}/preview").text

    assert site.services.editor_files.undo(1, seen=None, who="王编辑")
    assert SETTINGS == file.read_text(encoding="utf-8")
    assert "9000" not in editor.open("/console/settings/history/1").text


@pytest.mark.parametrize(
    "text",
    ['port = 1\n[brand]\ncolour = "#112233"', '[brand]\n[database]\nurl = "x"', 'brand.colour = "#112233"'],
)
def test_raw_text_of_the_brand_sets_nothing_else(site: ConsoleSite, file: Path, text: str) -> None:
    """An editor's text of [brand] that would change the operators' settings is refused."""
    editor, page = site.editor(), "/console/settings/raw/brand"
    sent = editor.send(page, editor.open(page).form(page) | {"text": text})
    assert (409, SETTINGS) == (sent.status, file.read_text(encoding="utf-8"))


def test_a_wrong_value_keeps_what_was_typed(site: ConsoleSite, file: Path) -> None:
    """A refused form says why, and shows what was typed; the file stays."""
    editor = site.editor()
    sent = editor.send(
        PAGE, editor.open(PAGE).form(PAGE) | {"do": "save", "colour": "blau", "slogan": "长风"}
    )
    assert 409 == sent.status
    assert "「颜色」 不能是「blau」" in sent.words
    assert "brand 第" not in sent.words
    assert 'value="长风"' in sent.text
    assert SETTINGS == file.read_text(encoding="utf-8")


def test_the_frame_shows_what_is_typed_or_why_it_cannot_be_used(site: ConsoleSite, file: Path) -> None:
    """A preview saves nothing; its answer may stand in the page's frame, with a mistake as well, as text."""
    editor = site.editor()
    page = editor.open(PAGE)
    assert 'name="brand-preview"' in page.text
    assert 'formtarget="brand-preview" data-live' in page.text
    for colour, says in (("#2e7d32", "浅色"), ("<b>grün", "&lt;b&gt;grün")):
        sent = editor.send(PAGE, page.form(PAGE) | {"do": "preview", "colour": colour})
        assert 200 == sent.status
        assert says in sent.text
        assert "frame-ancestors 'self'" in sent.response.headers["Content-Security-Policy"]
    logo = io.BytesIO()
    Image.new("RGB", (120, 120), "navy").save(logo, "PNG")
    logo.seek(0)
    seen = editor.send(PAGE, page.form(PAGE) | {"do": "preview", "logo": (logo, "logo.png")})
    assert "浅色" in seen.text
    assert not list(site.services.settings.content.glob("brand/*"))
    sheet = page.text.partition("/brand.css")[0].rpartition('"')[2]
    assert "--accent:#1a5fb4" in editor.open(f"{sheet}/brand.css").text
    assert SETTINGS == file.read_text(encoding="utf-8")
