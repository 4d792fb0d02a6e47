"""`wxbot synonyms …`: words that mean the same."""

import datetime as dt

import click

from wxbot import journal, library
from wxbot.cli.context import CommandContext, pass_command_context, print_line, print_table
from wxbot.search import synonym_suggestions
from wxbot.search import synonyms as table
from wxbot.wiring import SYNONYMS_FILE, Services

__all__ = ["synonyms"]

DAYS = 90


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
    w.sync_index()
    missed = _unanswered_questions(w)
    table.add(w.settings.content / SYNONYMS_FILE, words)
    print_line(f"已加入：{' '.join(words)}")
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
    known = table.Synonyms(w.settings.content / SYNONYMS_FILE)
    known.refresh()
    with w.db.read() as session:
        texts = (
            "\n".join([article.title, *article.paragraphs])
            for article in library.changed_since(session, 0)
            if not article.withdrawn
        )
        found = synonym_suggestions.proposals(texts, known)
    if not found:
        print_line("没有新的简称。")
        return
    print_table(("全称", "简称", "出现"), ((p.long, p.short, p.seen) for p in found))
    print_line("合适的，用 wxbot synonyms add 全称 简称 加入。")


def _unanswered_questions(w: Services) -> list[tuple[str, int]]:
    """Return recent questions without an answer that still have none, with their counts."""
    with w.db.read() as session:
        asked = journal.unanswered_questions(session, w.now() - dt.timedelta(days=DAYS), limit=200)
    return [(query, times) for query, times in asked if not w.index.search(query, 1, now=w.now()).hits]
