"""`wxbot evaluate`: measure search on judged queries, and the parser on bulletins with expected results."""

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from wxbot.bulletin import evaluation as readings
from wxbot.bulletin.evaluation import FileScore, Tally
from wxbot.cli.context import (
    CommandContext,
    pass_command_context,
    print_json,
    print_line,
    print_notes,
    print_table,
)
from wxbot.cli.progress import sync_index
from wxbot.errors import NotFound
from wxbot.search import evaluate as evaluation
from wxbot.search.evaluate import JudgedQuery

__all__ = ["evaluate"]

_MEASURES = {
    "masthead": "报头各项正确",
    "sections": "栏目 F1",
    "titles": "标题 F1",
    "titles_exact": "标题 F1（一字不差）",
    "placed": "文章在自己的栏目",
    "paragraphs": "段落 F1",
    "content": "正文刊出",
    "pictures": "图片保留",
    "tables": "表格保留",
    "links": "链接保留",
    "published": "原文刊出",
    "apart": "原文另置（有原因）",
    "lost": "原文丢失",
    "wrong_doubted": "读错的有疑点提示",
    "right_undoubted": "读对的没有提示",
}


class _EvaluateGroup(click.Group):
    """A group whose first argument may be a file of queries in place of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Add the command `queries` before arguments that name no command."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["queries", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_EvaluateGroup, subcommand_metavar="FILE | bulletins FOLDER")
def evaluate() -> None:
    """衡量检索（FILE：判好的查询）或对简报的理解（bulletins FOLDER）。"""


@evaluate.command("queries")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def queries_command(context: CommandContext, file: Path, json_out: bool) -> None:
    """用判好的查询衡量检索：每行一个 JSON，{"query", "kind", "relevant": {"2021-02/5": 3}}。

    `wxbot evaluate FILE` 也是它。
    """
    w = context.services
    sync_index(w)
    names = w.read_names()

    def search_one(judged: JudgedQuery) -> list[str]:
        now = dt.datetime.combine(judged.now, dt.time(12), w.settings.tz) if judged.now else w.now()
        return [hit.id for hit in w.index.search(judged.query, evaluation.DEPTH, now=now, names=names).hits]

    report = evaluation.evaluate(search_one, evaluation.read_queries(file))
    if json_out:
        print_json(report.as_json())
    else:
        print_line("\n".join(report.lines()))


@evaluate.command("bulletins")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--details", is_flag=True, help="读错的每一份，列出它与期望的不同（-）和它的疑点（?）。")
@click.option("--json", "json_lines", is_flag=True, help="每个文件一行 JSON，最后每种格式和合计各一行。")
def bulletins_command(folder: Path, details: bool, json_lines: bool) -> None:
    """衡量简报读得对不对：FOLDER 里的文件，旁边有同名的 .expected.json。

    期望的写法：{"title", "year", "issue", "date", "editor", "sections": [{"name", "articles": ["标题"]}]}，
    或 wxbot ingest --json 的一行；可加 "pictures"、"tables"、"links" 的数目。

    \b
    $ wxbot evaluate bulletins tests/bulletin/cases
    """
    scores = []
    for score in _with_progress(readings.evaluate_folder(folder)):
        scores.append(score)
        if json_lines:
            print_json(score.as_json())
    if not scores:
        raise NotFound(
            f"{folder} 里没有可以衡量的简报", remedy="在简报旁边放一份同名的 .expected.json，写上应有的结果。"
        )
    sums = readings.sum_by_format(scores)
    if json_lines:
        for name, (count, measures) in sums.items():
            print_json({"format": name, "files": count, **readings.measures_json(measures)})
        return
    _print_sums(sums)
    _print_wrong(scores, details=details)


def _with_progress(scores: Iterator[FileScore]) -> Iterator[FileScore]:
    """Yield scores, and show the file just read on a terminal."""
    shows = sys.stderr.isatty()
    for count, score in enumerate(scores, start=1):
        if shows:
            click.echo(f"\r\x1b[K已读 {count} 份：{score.file[-50:]}", nl=False, err=True)
        yield score
    if shows:
        click.echo("\r\x1b[K", nl=False, err=True)


def _print_sums(sums: dict[str, tuple[int, dict[str, Tally]]]) -> None:
    """Print the table of measures: one row a measure, one column a format."""
    heads = ["", *("合计" if name == readings.ALL else name for name in sums)]
    rows = [["份数", *(str(count) for count, _ in sums.values())]]
    for measure, label in _MEASURES.items():
        cells = [_share(measures.get(measure, Tally())) for _, measures in sums.values()]
        rows.append([label, *cells])
    print_table(heads, rows)


def _share(tally: Tally) -> str:
    """Return a tally as a percentage with one decimal place; a dash where there is nothing to count."""
    return "—" if tally.share is None else f"{tally.share * 100:.1f}%"


def _print_wrong(scores: Sequence[FileScore], *, details: bool) -> None:
    """Print the files whose reading differs from what is expected."""
    wrong = [score for score in scores if score.differences]
    print_line(f"读对 {len(scores) - len(wrong)} 份，读错 {len(wrong)} 份。")
    for score in wrong:
        doubted = f"疑点 {len(score.doubts)} 处" if score.doubts else "没有提示！"
        print_line(f"  {score.file}  {len(score.differences)} 处不同，{doubted}")
        if details:
            for difference in score.differences:
                print_line(f"    - {difference}")
            for doubt in score.doubts:
                print_line(f"    ? {doubt}")
    if wrong and not details:
        print_notes("加 --details 看每一处不同。")
