"""Style sheets and templates."""

import base64
import hashlib

import pytest
from jinja2 import UndefinedError

from wxbot.rendering import page_templates


@pytest.mark.parametrize("name", ["page.css", "report.css"])
def test_a_sheet_is_one_line_and_has_all_its_rules(name: str) -> None:
    """What only authors need is gone; no brace is."""
    style = page_templates.read_stylesheet(name)

    assert "\n" not in style
    assert style.count("{") == style.count("}") > 10


def test_a_policy_knows_a_sheet_by_what_stands_in_the_page() -> None:
    """The hash is that of the sheet as the page carries it, to the letter."""
    digest = base64.b64encode(hashlib.sha256(b"a{color:red}").digest()).decode()

    assert f"'sha256-{digest}'" == page_templates.csp_hash("a{color:red}")


def test_templates_escape_and_miss_nothing_in_silence() -> None:
    """Text of a bulletin is escaped, the sheet is not; a name that nobody gave is an error."""
    pages = page_templates.template_environment("a>b{}")

    assert "a>b{} &lt;i&gt;" == pages.from_string("{{ style }} {{ text }}").render(text="<i>")
    with pytest.raises(UndefinedError):
        pages.from_string("{{ forgotten }}").render()
