"""`wxbot stats`: counts of issues, followers and messages, and questions without an answer."""

import datetime as dt

import click

from wxbot import followers, journal, library
from wxbot.cli.context import CommandContext, pass_command_context, print_json, print_line
from wxbot.cli.progress import sync_index
from wxbot.clicks import QuestionStats
from wxbot.search.question_report import MissedQuestion, report_questions

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
    now = w.now().astimezone(w.settings.tz)
    sync_index(w)
    with w.db.read() as session:
        since = now - dt.timedelta(days=days)
        report = report_questions(session, w.index, since=since, now=now, limit=limit)
    if json_out:
        print_json(
            {
                "asked": [_question_json(question) for question in report.asked],
                "unopened": [{"query": q.query, "times": q.times, "hits": q.hits} for q in report.unopened],
                "missed": [
                    {"query": q.query, "times": q.times, "suggestion": q.meant} for q in report.missed
                ],
            }
        )
        return
    print_line(f"最近 {days} 天问得最多：")
    for q in report.asked:
        print_line(f"{q.times:>5} 次  {q.query}  （找到 {q.hits} 篇，打开 {q.click_count} 次）")
    print_line("找到了却没有人打开：" if report.unopened else "找到的都有人打开。")
    for q in report.unopened:
        print_line(f"{q.times:>5} 次  {q.query}  （找到 {q.hits} 篇）")
    print_line("没有找到：" if report.missed else "没有找不到的。")
    for missed in report.missed:
        print_line(f"{missed.times:>5} 次  {missed.query}" + _hint(missed))


def _hint(question: MissedQuestion) -> str:
    """Return what to do about a question without an answer; "" if nothing is known."""
    if question.found:
        return f"  （现在找得到：{question.found.title}）"
    return f"  → wxbot synonyms add {question.typed} {question.meant}" if question.meant else ""


def _question_json(question: QuestionStats) -> dict[str, object]:
    opened = [{"id": id_, "times": times} for id_, times in question.articles.most_common()]
    return {
        "query": question.query,
        "times": question.times,
        "hits": question.hits,
        "opened": question.click_count,
        "articles": opened,
    }
