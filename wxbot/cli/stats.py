"""`wxbot stats`: counts of issues, followers and messages, and questions without an answer."""

import datetime as dt
from itertools import islice

import click

from wxbot import followers, journal, library
from wxbot.cli.context import CommandContext, pass_command_context, print_json, print_line
from wxbot.clicks import QuestionStats, asked_questions
from wxbot.wiring import Services

__all__ = ["stats"]


@click.group(invoke_without_command=True)
@click.option(
    "--days", type=click.IntRange(min=1), default=30, show_default=True, help="看最近多少天的提问。"
)
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@click.pass_context
@pass_command_context
def stats(context: CommandContext, ctx: click.Context, days: int, json_out: bool) -> None:
    """总览：书架、粉丝、消息，以及没有找到答案的提问。"""
    if ctx.invoked_subcommand is not None:
        return
    w = context.services
    with w.db.read() as session:
        found = {
            "issues": len(library.issues(session)),
            "articles": library.count_articles(session),
            "following": followers.count(session),
            "messages": journal.count(session),
        }
        missed = journal.unanswered_questions(session, w.now() - dt.timedelta(days=days))
    if json_out:
        print_json(found | {"unanswered": [{"query": query, "times": times} for query, times in missed]})
        return
    print_line(f"书架：{found['issues']} 期，{found['articles']} 篇文章")
    print_line(f"粉丝：{found['following']}    消息：{found['messages']}")
    if missed:
        print_line(f"最近 {days} 天没有找到答案的提问：")
        for query, times in missed:
            print_line(f"{times:>5} 次  {query}")


@stats.command("queries")
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="看最近多少天。")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="最多几个。")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def queries_command(context: CommandContext, days: int, limit: int, json_out: bool) -> None:
    """最常问的及打开次数，找到了却没有人打开的，没有找到的（附上可能的同义词）。"""
    w = context.services
    since = w.now() - dt.timedelta(days=days)
    w.sync_index()
    with w.db.read() as session:
        found = asked_questions(session, since)
    missed = [question for question in found if question.hits == 0][:limit]
    ignored = list(islice((q for q in found if q.hits and not q.click_count and _leads_here(w, q)), limit))
    hints = {question.query: _hint(w, question.query) for question in missed}
    if json_out:
        print_json(
            {
                "asked": [_question_json(question) for question in found[:limit]],
                "unopened": [{"query": q.query, "times": q.times, "hits": q.hits} for q in ignored],
                "missed": [
                    {"query": q.query, "times": q.times, "suggestion": hints[q.query][1]} for q in missed
                ],
            }
        )
        return
    print_line(f"最近 {days} 天问得最多：")
    for q in found[:limit]:
        print_line(f"{q.times:>5} 次  {q.query}  （找到 {q.hits} 篇，打开 {q.click_count} 次）")
    print_line("找到了却没有人打开：" if ignored else "找到的都有人打开。")
    for q in ignored:
        print_line(f"{q.times:>5} 次  {q.query}  （找到 {q.hits} 篇）")
    print_line("没有找到：" if missed else "没有找不到的。")
    for q in missed:
        typed, meant = hints[q.query]
        print_line(
            f"{q.times:>5} 次  {q.query}" + (f"  → wxbot synonyms add {typed} {meant}" if meant else "")
        )


def _question_json(question: QuestionStats) -> dict[str, object]:
    opened = [{"id": id_, "times": times} for id_, times in question.articles.most_common()]
    return {
        "query": question.query,
        "times": question.times,
        "hits": question.hits,
        "opened": question.click_count,
        "articles": opened,
    }


def _leads_here(w: Services, question: QuestionStats) -> bool:
    """Return whether the answer links to pages of ours: only opens of those are counted."""
    found = w.index.search(question.query, 5, now=w.now())
    return any(hit.n is not None or not hit.url for hit in found.hits)


def _hint(w: Services, query: str) -> tuple[str, str]:
    """Return a word of the query and its suggested synonym in the library; two empty strings for none."""
    found = w.index.search(query, 1, now=w.now())
    if found.corrected and " " not in f"{query}{found.corrected}":
        return query, found.corrected
    guess = w.index.suggestion(query)
    return (guess.typed, guess.meant) if guess else ("", "")
