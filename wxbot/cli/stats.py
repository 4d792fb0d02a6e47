"""`wxbot stats`: what is on the shelf, who follows, what was asked and not found."""

import datetime as dt

import click

from wxbot import followers, journal, library
from wxbot.cli.door import Door, as_json, pass_door, say
from wxbot.wiring import Wxbot

__all__ = ["stats"]


@click.group(invoke_without_command=True)
@click.option(
    "--days", type=click.IntRange(min=1), default=30, show_default=True, help="看最近多少天的提问。"
)
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@click.pass_context
@pass_door
def stats(door: Door, ctx: click.Context, days: int, json_out: bool) -> None:
    """总览：书架、粉丝、消息，以及没有找到答案的提问。"""
    if ctx.invoked_subcommand is not None:
        return
    w = door.wxbot
    with w.db.read() as session:
        found = {
            "issues": len(library.issues(session)),
            "articles": library.count_articles(session),
            "following": followers.count(session),
            "messages": journal.count(session),
        }
        missed = journal.unanswered_questions(session, w.now() - dt.timedelta(days=days))
    if json_out:
        as_json(found | {"unanswered": [{"query": query, "times": times} for query, times in missed]})
        return
    say(f"书架：{found['issues']} 期，{found['articles']} 篇文章")
    say(f"粉丝：{found['following']}    消息：{found['messages']}")
    if missed:
        say(f"最近 {days} 天没有找到答案的提问：")
        for query, times in missed:
            say(f"{times:>5} 次  {query}")


@stats.command("queries")
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="看最近多少天。")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="最多几个。")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_door
def queries_command(door: Door, days: int, limit: int, json_out: bool) -> None:
    """最常问的，和没有找到的；没有找到的附上可能的同义词。"""
    w = door.wxbot
    since = w.now() - dt.timedelta(days=days)
    w.catch_up()
    with w.db.read() as session:
        asked = journal.questions(session, since, limit)
        missed = journal.unanswered_questions(session, since, limit)
    hints = {query: _hint(w, query) for query, _ in missed}
    if json_out:
        as_json(
            {
                "asked": [{"query": query, "times": times} for query, times in asked],
                "missed": [{"query": q, "times": times, "suggestion": hints[q]} for q, times in missed],
            }
        )
        return
    say(f"最近 {days} 天问得最多：")
    for query, times in asked:
        say(f"{times:>5} 次  {query}")
    say("没有找到：" if missed else "没有找不到的。")
    for query, times in missed:
        say(
            f"{times:>5} 次  {query}"
            + (f"  → wxbot synonyms add {query} {hints[query]}" if hints[query] else "")
        )


def _hint(w: Wxbot, query: str) -> str:
    """What may have been meant: what a correction looks for, or what a near article is about."""
    found = w.index.search(query, 1, now=w.now())
    if found.corrected:
        return found.corrected
    return found.related[0].title if found.related else ""
