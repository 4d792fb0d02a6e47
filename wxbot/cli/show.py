"""`wxbot show`: an issue, one of its articles, or the lines of its source."""

from collections.abc import Iterator
from pathlib import Path

import click

from wxbot import bulletin, library
from wxbot.bulletin import ReaderPool
from wxbot.bulletin.blocks import Block, Blocks, Picture, blocks_to_json, paragraphs, plain
from wxbot.bulletin.fix_file import read_fixes
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.issue_number import IssueNumber, IssueReference, number_label
from wxbot.cli.context import CommandContext, pass_command_context, print_json, print_line, print_notes
from wxbot.cli.issue_name import ISSUE
from wxbot.cli.reading_view import print_source
from wxbot.errors import NotFound, UsageError
from wxbot.library import Article, ArticleStatus, Issue
from wxbot.library.habits import learn_habits

__all__ = ["issue_json", "show"]


@click.command()
@click.argument("number", type=ISSUE)
@click.argument("n", type=click.IntRange(min=1), required=False)
@click.option("--source", is_flag=True, help="原文的每一行，旁边是它成了什么。")
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="原文所在的文件；不写时在 content/bulletins 里找。",
)
@click.option(
    "--json", "json_out", is_flag=True, help="一个 JSON 文档；与 --source 同用时每行原文一行 JSON。"
)
@pass_command_context
def show(
    context: CommandContext, number: str, n: int | None, source: bool, file: Path | None, json_out: bool
) -> None:
    """一期的目录；给出 N 则是其中第 N 篇文章；--source 对照原文。

    \b
    $ wxbot show 2021-02
    $ wxbot show 2021-02 5
    $ wxbot show 2021-02 --source
    """
    with context.services.db.read() as session:
        issue = library.any_issue_by_name(session, number)
        if issue is None and not _is_issue_name(number):
            raise UsageError(
                f"「{number}」不是期号",
                remedy="请写成 2021-02、第2期 或 latest（最新一期）；wxbot issues 列出已有的各期。",
            )
        if issue is None:
            raise NotFound(f"书架上没有 {number}", remedy="wxbot issues 列出已有的各期。")
        articles = sorted(library.all_articles(session, issue.key), key=lambda each: (each.place, each.n))
        habits = context.services.read_habits().merge(learn_habits(session)) if source or file else Habits()
    if source or file is not None:
        found_file = file or context.services.bulletin_folder / issue.source
        readers = context.services.readers
        _show_source(issue, articles, found_file, habits, readers, json_out=json_out)
        return
    if n is None:
        _show_issue(issue, articles, json_out=json_out)
        return
    found = [a for a in articles if a.n == n]
    if not found:
        count = sum(each.status != ArticleStatus.REMOVED for each in articles)
        raise NotFound(f"{number} 没有第 {n} 篇，共 {count} 篇", remedy=f"wxbot show {number} 看目录。")
    _show_article(found[0], json_out=json_out)


def _is_issue_name(text: str) -> bool:
    """Tell if a text has the form in which an issue is named."""
    bare = "".join(text.split()).lower().rpartition("/")[2]  # after the slug of a publication
    return (
        bare in {"latest", "最新", "最新一期"}
        or (IssueNumber.parse(bare) or IssueReference.parse(bare)) is not None
    )


def _show_source(
    issue: Issue, articles: list[Article], file: Path, habits: Habits, readers: ReaderPool, *, json_out: bool
) -> None:
    """Read the file of an issue again and print its lines beside what they became.

    The library keeps no second copy of the file: it is read where it lies. The masthead is settled as it is stored.
    """
    if not file.is_file():
        raise NotFound(
            f"{issue.number} 的原文 {issue.source} 不在 {file.parent}",
            remedy=f"用 wxbot show {issue.number} --source --file 文件 指出它在哪里。",
        )
    settled = Settled(IssueNumber.parse(issue.number), issue.date, issue.title or None)
    (found,) = library.list_files([file])
    fixes = read_fixes(found.fix)
    parsed, traced = readers.trace(bulletin.open_source(file), settled=settled, habits=habits, fixes=fixes)
    stored = [article.title for article in articles if article.status != ArticleStatus.REMOVED]
    if stored != [article.title for article in parsed.articles]:
        print_notes(f"{file.name} 现在读出的文章与书架上的不同：上架以后，文件或读法变过。")
    print_source(traced, parsed.problems, json_lines=json_out)


def _show_issue(issue: Issue, articles: list[Article], *, json_out: bool) -> None:
    if json_out:
        current = [_head_json(each) for each in articles if each.status != ArticleStatus.REMOVED]
        removed = [_head_json(each) for each in articles if each.status == ArticleStatus.REMOVED]
        leads = {name: blocks_to_json(blocks) for name, blocks in issue.section_leads.items()}
        texts = {"lead": blocks_to_json(issue.lead), "section_leads": leads}
        print_json(issue_json(issue) | texts | {"articles": current, "removed": removed})
        return
    state = "" if issue.is_public and issue.pending is None else f"  〔{issue.state_label}〕"
    print_line(f"{issue.title}  {number_label(issue.number)}  {issue.date or ''}  {issue.editor}{state}")
    if issue.lead:
        print_line("")
        _print_blocks(issue.lead)
    section = None
    for article in (each for each in articles if each.status != ArticleStatus.REMOVED):
        if article.section != section:
            section = article.section
            _print_section(issue, section)
        print_line(f"{article.n:>4}  {article.title}{_article_mark(article)}")
    for article in (each for each in articles if each.status == ArticleStatus.REMOVED):
        print_line(f"{article.n:>4}  {article.title}{_article_mark(article)}")
    for name in issue.section_leads.keys() - {article.section for article in articles}:
        _print_section(issue, name)


def _head_json(article: Article) -> dict[str, object]:
    return {
        "n": article.n,
        "id": article.public_id,
        "title": article.title,
        "section": article.section,
        "status": article.status,
        "pinned": article.pinned,
    }


def _article_mark(article: Article) -> str:
    """Return what an editor must know of an article beside its title; "" for one like any other."""
    if article.status == ArticleStatus.CURRENT:
        return "  〔置顶〕" if article.pinned else ""
    reason = f"：{article.status_note}" if article.status_note else ""
    return f"  〔{article.status_label}{reason}〕"


def _print_section(issue: Issue, name: str) -> None:
    print_line(f"\n【{name}】")
    _print_blocks(issue.section_leads.get(name, ()))


def _show_article(article: Article, *, json_out: bool) -> None:
    if json_out:
        print_json(
            {
                "id": article.public_id,
                "n": article.n,
                "title": article.title,
                "section": article.section,
                "status": article.status,
                "status_note": article.status_note,
                "date": article.date,
                "paragraphs": article.paragraphs,
                "links": article.links,
                "images": article.images,
                "blocks": blocks_to_json(article.blocks),
            }
        )
        return
    print_line(f"{article.title}{_article_mark(article)}\n{article.section}  {article.date or ''}\n")
    _print_blocks(article.blocks)
    if article.url:
        print_line(f"原文 {article.url}")


def _print_blocks(blocks: Blocks) -> None:
    """Print blocks as plain text, with a line for each picture."""
    for block in blocks:
        print_line("\n".join(_block_lines(block)) + "\n")


def _block_lines(block: Block) -> Iterator[str]:
    if isinstance(block, Picture):
        size = f" {block.width} × {block.height}" if block.width else ""
        caption = plain(block.caption) or block.alt
        yield f"〔图片{size}〕{caption}{'' if block.digest else f' {block.url}'.rstrip()}"
    else:
        yield from paragraphs([block])


def issue_json(issue: Issue) -> dict[str, object]:
    """Return the values of an issue, without its content, as `--json` prints them."""
    return {
        "number": issue.number,
        "key": issue.key,
        "state": str(issue.state),
        "pending": issue.pending,
        "year": issue.year,
        "issue": issue.issue,
        "total": issue.total,
        "total_last": issue.total_last,
        "date": issue.date,
        "title": issue.title,
        "editor": issue.editor,
        "sections": issue.sections,
        "revision": issue.revision,
    }
