"""`wxbot search`, `ask` and `synonyms`: what members find."""

import datetime as dt
import json
from pathlib import Path

import click

from wxbot import library
from wxbot.bot.trial_answer import try_question
from wxbot.cli.context import (
    CommandContext,
    current_user,
    pass_command_context,
    print_json,
    print_line,
    print_table,
    read_lines,
)
from wxbot.cli.progress import sync_index
from wxbot.editor_files import add_group
from wxbot.errors import Exit, UsageError
from wxbot.search import Hit, synonym_suggestions
from wxbot.search import synonyms as synonyms_file
from wxbot.search.names import LibraryNames
from wxbot.search.question_report import find_unanswered
from wxbot.wechat import Card, ImageReply, News, Nothing, Reply, Text, Transfer
from wxbot.wechat.text_markup import TextPart, cut_text, split_links
from wxbot.wiring import SYNONYMS_FILE, Services

__all__ = ["ask", "search", "synonyms", "terminal_text"]

_UNANSWERED_DAYS = 90  # how far back `synonyms add` looks for questions that had no answer


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
    sync_index(w)
    names = w.read_names()
    if file is not None:
        for line in read_lines(file):
            if line.strip():
                _print_hits(w, names, _query_of(line), limit, json_out=json_out)
        return
    if not _print_hits(w, names, words, limit, json_out=json_out) and not json_out:
        raise click.exceptions.Exit(Exit.PROBLEMS)


def _query_of(line: str) -> str:
    """Return the query of a line: its field "query" if the line is JSON, as in files for `evaluate`, else its text."""
    if line.lstrip().startswith("{"):
        try:
            return str(json.loads(line)["query"])
        except (ValueError, KeyError):
            return line
    return line.strip()


def _print_hits(w: Services, names: LibraryNames, query: str, limit: int, *, json_out: bool) -> int:
    """Search, print the hits, and return their number."""
    found = w.index.search(query, limit, now=w.now().astimezone(w.settings.tz), names=names)
    hits = found.hits
    if found.corrected and not json_out:
        print_line(f"按「{found.corrected}」检索：")
    if json_out:
        print_json({"query": query, "hits": [_hit_json(hit) for hit in hits]})
    elif not hits:
        print_line(f"没有找到与「{query}」有关的文章。")
        for hit in found.related:
            print_line(f"  {'意思相近' if found.near else '相关'}的：{hit.id}  {hit.title}")
    else:
        print_table(
            ("编号", "标题", "栏目", "得分"), ((h.id, h.title, h.section, f"{h.score:.2f}") for h in hits)
        )
    return len(hits)


def _hit_json(hit: Hit) -> dict[str, object]:
    return {"id": hit.id, "title": hit.title, "section": hit.section, "score": round(hit.score, 4)}


@click.command()
@click.argument("text")
@click.option("--as", "openid", default="o_editor_in_terminal", help="以哪位粉丝的身份（openid）。")
@click.option("--xml", is_flag=True, help="原样给出发往微信的 XML。")
@pass_command_context
def ask(context: CommandContext, text: str, openid: str, xml: bool) -> None:
    """看公众号会怎样回答一句话。

    \b
    $ wxbot ask 比亚迪
    """
    w = context.services
    sync_index(w)
    answer = try_question(w.bot, w.db, text, openid=openid, now=w.now())
    print_line(answer.xml if xml else terminal_text(answer.reply))


def terminal_text(reply: Reply) -> str:
    """Return a reply as plain text: words with their links, or the lines of a card; 「…」 can be tapped."""
    match reply:
        case Text(content):
            return "".join(map(_part_text, split_links(cut_text(content))))
        case Card():
            return _card_text(reply)
        case News(cards):
            return "\n\n".join(map(_card_text, cards))
        case ImageReply(media_id):
            return f"（图片 {media_id}）"
        case Transfer():
            return "（转给客服）"
        case Nothing():
            return "（不回复）"


def _card_text(card: Card) -> str:
    return f"【图文卡片】{card.title}\n{card.description}\n图　{card.picture_url}\n链接　{card.url}"


def _part_text(part: TextPart) -> str:
    """Return a part of a text as plain words."""
    if part.sends:
        return f"「{part.words}」" if part.sends == part.words else f"「{part.words}」（发送 {part.sends}）"
    return f"{part.words} <{part.url}>" if part.url else part.words


@click.group()
def synonyms() -> None:
    """同义词：content/synonyms.txt，改了马上生效。"""


@synonyms.command("add")
@click.argument("words", nargs=-1, required=True)
@pass_command_context
def add_command(context: CommandContext, words: tuple[str, ...]) -> None:
    """加一组同义词，并说出以前哪些没找到的提问现在有答案了。

    \b
    $ wxbot synonyms add 网约车 滴滴
    """
    w = context.services
    sync_index(w)
    with w.db.read() as session:
        since = w.now() - dt.timedelta(days=_UNANSWERED_DAYS)
        missed = find_unanswered(session, w.index, since=since, now=w.now())
    added = add_group(w.editor_files, ["".join(word.split()) for word in words], current_user())
    print_line(f"{'已加入' if added else '早就有了'}：{' '.join(words)}")
    w.index.reload()
    for query, times in missed:
        hits = w.index.search(query, 1, now=w.now()).hits
        if hits:
            print_line(f"「{query}」（{times} 次没找到）现在找到：{hits[0].title}")


@synonyms.command("suggest")
@pass_command_context
def suggest_command(context: CommandContext) -> None:
    """书架上的文章自己定义过的简称（以下简称…、括号里的字母），还没有加入的。"""
    w = context.services
    known = synonyms_file.Synonyms(w.settings.content / SYNONYMS_FILE)
    known.refresh()
    with w.db.read() as session:
        texts = (
            "\n".join([article.title, *article.paragraphs])
            for article in library.changed_since(session, 0)
            if not article.hidden
        )
        found = synonym_suggestions.proposals(texts, known)
    if not found:
        print_line("没有新的简称。")
        return
    print_table(("全称", "简称", "出现"), ((p.long, p.short, p.seen) for p in found))
    print_line("合适的，用 wxbot synonyms add 全称 简称 加入。")
