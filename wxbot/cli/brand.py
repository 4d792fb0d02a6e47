"""`wxbot brand …`: check [brand] in wxbot.toml, and see it wherever a reader meets it."""

import sys
from pathlib import Path

import click

from wxbot.brand import BrandPicture, brand_fields
from wxbot.cli.context import CommandContext, pass_command_context, print_line, print_table
from wxbot.editor_files.file_text import replace_file
from wxbot.rendering.brand_preview import brand_preview

__all__ = ["brand"]

_PAGE = "brand-preview.html"  # in the state folder


@click.group()
def brand() -> None:
    """协会的样子，写在 config/wxbot.toml 的 [brand]。"""


@brand.command("show")
@pass_command_context
def show_command(context: CommandContext) -> None:
    """现在的颜色、样式、标志和文字；写错的地方带行号和办法。"""
    found = context.services.brand_file.read()
    rows = []
    for name, (description, _) in brand_fields().items():
        value: str | BrandPicture | None = getattr(found, name)
        shown = f"{value.width} × {value.height}" if isinstance(value, BrandPicture) else value or ""
        rows.append(
            (name, shown.replace("\n", " / ") or "（没有）", description.split("；")[0].split("，")[0])
        )
    print_table(("项", "值", "是什么"), rows)


@brand.command("preview")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="写到这个文件。")
@click.option("--open/--no-open", "opens", default=True, help="写好后在浏览器里打开。")
@pass_command_context
def preview_command(context: CommandContext, output: Path | None, opens: bool) -> None:
    """一页看全：消息、封面、每种样式的文章（浅色和深色）、网页、图文卡片的图。"""
    w = context.services
    path = (output or w.settings.state / _PAGE).resolve()
    page = brand_preview(w.brand_file.read(), w.settings.account_name or "公众号")
    replace_file(path, page, "\n")
    print_line(f"已写好 {path}")
    if opens and sys.stdout.isatty():
        click.launch(path.as_uri())
