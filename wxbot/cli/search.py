"""`wxbot search` and `wxbot evaluate`: ranked hits of the index, and how well they match judged queries."""

import datetime as dt
import json
from pathlib import Path

import click

from wxbot.cli.context import (
    CommandContext,
    pass_command_context,
    print_json,
    print_line,
    print_table,
    read_lines,
)
from wxbot.errors import Exit, UsageError
from wxbot.search import Hit
from wxbot.search import evaluate as evaluation
from wxbot.search.evaluate import JudgedQuery
from wxbot.wiring import Services

__all__ = ["evaluate", "search"]


@click.command()
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="最多几条。")
@click.option("--from", "file", type=click.Path(path_type=Path), help="每行一个查询的文件，或 - 为标准输入。")
@click.option("--json", "json_out", is_flag=True, help="每个查询一行 JSON。")
@pass_command_context
def search(
    context: CommandContext, query: tuple[str, ...], limit: int, file: Path | None, json_out: bool
) -> None:
    """在书架上检索，最合适的在前。

    \b
    $ wxbot search 比亚迪 电池
    """
    words = " ".join(query).strip()
    if bool(words) == bool(file):
        raise UsageError("要么给出查询词，要么用 --from 给出文件", remedy="例如 wxbot search 芯片")
    w = context.services
    w.sync_index()
    if file is not None:
        for line in read_lines(file):
            if line.strip():
                _answer(w, _query(line), limit, json_out=json_out)
        return
    if not _answer(w, words, limit, json_out=json_out) and not json_out:
        raise click.exceptions.Exit(Exit.PROBLEMS)


def _query(line: str) -> str:
    """A line is a query; a line of JSON with a "query" is that query, such as those that `evaluate` reads."""
    if line.lstrip().startswith("{"):
        try:
            return str(json.loads(line)["query"])
        except (ValueError, KeyError):
            return line
    return line.strip()


def _answer(w: Services, query: str, limit: int, *, json_out: bool) -> int:
    found = w.index.search(query, limit, now=w.now().astimezone(w.settings.tz))
    hits = found.hits
    if found.corrected and not json_out:
        print_line(f"按「{found.corrected}」检索：")
    if json_out:
        print_json({"query": query, "hits": [_hit(hit) for hit in hits]})
    elif not hits:
        print_line(f"没有找到与「{query}」有关的文章。")
        for hit in found.related:
            print_line(f"  沾边的：{hit.id}  {hit.title}")
    else:
        print_table(
            ("编号", "标题", "栏目", "得分"), ((h.id, h.title, h.section, f"{h.score:.2f}") for h in hits)
        )
    return len(hits)


def _hit(hit: Hit) -> dict[str, object]:
    return {"id": hit.id, "title": hit.title, "section": hit.section, "score": round(hit.score, 4)}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def evaluate(context: CommandContext, file: Path, json_out: bool) -> None:
    """用判好的查询衡量检索：每行一个 JSON，{"query", "kind", "relevant": {"2021-02/5": 3}}。"""
    w = context.services
    w.sync_index()

    def search_one(judged: JudgedQuery) -> list[str]:
        now = dt.datetime.combine(judged.now, dt.time(12), w.settings.tz) if judged.now else w.now()
        return [hit.id for hit in w.index.search(judged.query, evaluation.DEPTH, now=now).hits]

    report = evaluation.evaluate(search_one, evaluation.read_queries(file))
    if json_out:
        print_json(report.as_json())
    else:
        print_line("\n".join(report.lines()))
