"""Tests for style sheets and templates."""

import base64
import hashlib

import pytest
from jinja2 import UndefinedError

from wxbot.rendering import page_templates


@pytest.mark.parametrize("names", [("tokens.css", "page.css"), ("report.css",)])
def test_a_sheet_is_one_line_and_has_all_its_rules(names: tuple[str, ...]) -> None:
    """A style sheet has no line breaks, and all its braces."""
    style = page_templates.read_stylesheet(*names)

    assert "\n" not in style
    assert style.count("{") == style.count("}") > 10


def test_a_policy_knows_a_sheet_by_what_stands_in_the_page() -> None:
    """The hash in a policy is that of the style sheet in the page."""
    digest = base64.b64encode(hashlib.sha256(b"a{color:red}").digest()).decode()

    assert f"'sha256-{digest}'" == page_templates.csp_hash("a{color:red}")


def test_templates_escape_and_reject_undefined_variables() -> None:
    """Text is escaped, the style sheet is not, and an undefined variable is an error."""
    pages = page_templates.template_environment("a>b{}")

    assert "a>b{} &lt;i&gt;" == pages.from_string("{{ style }} {{ text }}").render(text="<i>")
    with pytest.raises(UndefinedError):
        pages.from_string("{{ forgotten }}").render()
