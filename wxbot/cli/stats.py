"""`wxbot stats`: what is on the shelf, who follows, what was asked and not found."""

import datetime as dt

import click

from wxbot import followers, journal, library
from wxbot.cli.door import Door, as_json, pass_door, say

__all__ = ["stats"]


@click.command()
@click.option(
    "--days", type=click.IntRange(min=1), default=30, show_default=True, help="看最近多少天的提问。"
)
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_door
def stats(door: Door, days: int, json_out: bool) -> None:
    """总览：书架、粉丝、消息，以及没有找到答案的提问。"""
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
