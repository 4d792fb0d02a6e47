"""`wxbot publish`, `withdraw` and `publications`: who may see what, and the association's publications."""

from functools import partial

import click

from wxbot import library
from wxbot import push as pushing
from wxbot.cli.campaign_view import effect_exit, print_consequences
from wxbot.cli.context import (
    CommandContext,
    current_user,
    json_option,
    pass_command_context,
    print_json,
    print_line,
    print_table,
)
from wxbot.cli.issue_name import ISSUE
from wxbot.errors import NotFound, UsageError
from wxbot.library import Issue, Publication
from wxbot.library.issue_list import IssueView, count_issues
from wxbot.push.content_changes import preview_withdrawal
from wxbot.wiring import Services

__all__ = ["named_issue_key", "publications", "publish", "require_issue", "withdraw"]


@click.command()
@click.argument("issue", type=ISSUE)
@click.argument("n", type=click.IntRange(min=1), required=False)
@click.option("--pin/--unpin", default=None, help="置顶这一篇：在它的栏目里排在最前；--unpin 取消。")
@click.option("--by", help="谁公开；默认是登录本机的用户。")
@json_option
@pass_command_context
def publish(
    context: CommandContext, issue: str, n: int | None, pin: bool | None, by: str | None, json_out: bool
) -> None:
    """公开一期，或重新公开其中一篇。

    它有一次修订在等着看，就一并公开。给出 N 则重新公开撤下的第 N 篇。

    \b
    $ wxbot publish 2021-02
    """
    w, by = context.services, by or current_user()
    found = require_issue(w, issue)
    if pin is not None and n is None:
        raise UsageError("--pin 要写明是第几篇", remedy=f"例如 wxbot publish {found.key} 3 --pin")
    if n is not None:
        change = partial(library.publish_article, key=found.key, n=n)
        if pin is not None:
            change = partial(library.pin_article, key=found.key, n=n, pinned=pin)
        what = "publish" if pin is None else "pin" if pin else "unpin"
        article, changed, effects = pushing.publishing.change_article(
            w.pusher, found.key, n, change, what=what, by=by, now=w.now()
        )
        words = {
            None: ("已公开", "没有撤下过"),
            True: ("已置顶", "本来就置顶"),
            False: ("已取消置顶", "没有置顶"),
        }
        done = f"第 {n} 篇《{article.title}》{words[pin][not changed]}"
    else:
        changed, effects = pushing.publishing.publish(w.pusher, found.key, by=by, now=w.now())
        done = f"{found.key} 已公开" if changed else f"{found.key} 本来就是公开的"
    w.sync_index()
    if json_out:
        campaigns = [each.as_json() for each in effects]
        state = "public" if n is None else str(found.state)
        print_json({"issue": found.key, "n": n, "state": state, "changed": changed, "campaigns": campaigns})
    else:
        print_line(done)
        print_consequences(effects)
    raise click.exceptions.Exit(effect_exit(effects))


@click.command()
@click.argument("issue", type=ISSUE)
@click.argument("n", type=click.IntRange(min=1), required=False)
@click.option("--reason", required=True, help="为什么撤下；记在日志里，读者看不到。")
@click.option("--by", help="谁撤下；默认是登录本机的用户。")
@click.option("--dry-run", is_flag=True, help="只看会怎样，什么也不写。")
@json_option
@pass_command_context
def withdraw(
    context: CommandContext,
    issue: str,
    n: int | None,
    reason: str,
    by: str | None,
    dry_run: bool,
    json_out: bool,
) -> None:
    """撤下一期，或其中一篇。

    网页、回答、检索里都不再有它；没有发出的推送计划取消，正在发的暂停。

    \b
    $ wxbot withdraw 2021-02 --reason 数字有误
    """
    if not reason.strip():
        raise UsageError("--reason 是空的", remedy="写明为什么撤下，如 --reason 数字有误")
    w, by = context.services, by or current_user()
    found = require_issue(w, issue)
    changed, effects = True, list[pushing.publishing.CampaignEffect]()
    if dry_run:
        _preview_withdrawal(w, found, n, json_out=json_out)
        return
    if n is not None:
        change = partial(library.withdraw_article, key=found.key, n=n, reason=reason)
        _, changed, effects = pushing.publishing.change_article(
            w.pusher, found.key, n, change, what="withdraw", by=by, now=w.now(), reason=reason
        )
    else:
        changed, effects = pushing.publishing.withdraw(w.db, found.key, reason, by=by, now=w.now())
    w.sync_index()
    if json_out:
        campaigns = [each.as_json() for each in effects]
        print_json(
            {"issue": found.key, "n": n, "state": "withdrawn", "changed": changed, "campaigns": campaigns}
        )
        raise click.exceptions.Exit(effect_exit(effects))
    where = f"{found.key} 第 {n} 篇" if n is not None else found.key
    print_line(f"{where} 已撤下" if changed else f"{where} 早已撤下")
    print_consequences(effects)
    raise click.exceptions.Exit(effect_exit(effects))


def _preview_withdrawal(w: Services, issue: Issue, n: int | None, *, json_out: bool) -> None:
    """Print what withdrawing an issue, or one of its articles, would do."""
    title = _article_title(w, issue.key, n) if n is not None else ""
    what = f"{issue.key} 第 {n} 篇《{title}》" if n is not None else f"{issue.key}《{issue.title}》"
    with w.db.read() as session:
        effects = preview_withdrawal(session, issue.key, n)
    if json_out:
        campaigns = [each.as_json() for each in effects]
        print_json({"issue": issue.key, "n": n, "dry_run": True, "campaigns": campaigns})
        return
    print_line(f"会撤下 {what}（预演，什么也没有改）")
    print_consequences(effects)


def require_issue(w: Services, text: str) -> Issue:
    """Return the issue that an editor names, in whatever state; raise NotFound."""
    with w.db.read() as session:
        found = library.any_issue_by_name(session, text)
    if found is None:
        raise NotFound(f"书架上没有 {text}", remedy="wxbot issues 列出已有的各期。")
    return found


def named_issue_key(w: Services, text: str) -> str:
    """Return the key of the issue that an editor names; the text itself where it names none."""
    with w.db.read() as session:
        found = library.any_issue_by_name(session, text)
    return found.key if found is not None else text


def _article_title(w: Services, key: str, n: int) -> str:
    with w.db.read() as session:
        article = library.any_article(session, key, n)
    if article is None:
        raise NotFound(f"{key} 没有第 {n} 篇", remedy=f"wxbot show {key} 看目录。")
    return article.title


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def publications(ctx: click.Context, json_out: bool) -> None:
    """协会的各份刊物。"""
    if ctx.invoked_subcommand is not None:
        return
    context = ctx.find_object(CommandContext)
    assert context is not None  # noqa: S101  the group above makes it
    with context.services.db.read() as session:
        found = library.publications(session)
        sizes = {each.id: count_issues(session, each.id)[IssueView.ALL] for each in found}
    if json_out:
        print_json([_publication_json(each) | {"issues": sizes[each.id]} for each in found])
    elif not found:
        print_line("还没有刊物：上架第一期时，它的刊名就是默认刊物。")
    else:
        rows = (
            (each.slug or "（默认）", each.name, sizes[each.id], "、".join(each.other_names))
            for each in found
        )
        print_table(("短名", "刊名", "期数", "也叫"), rows)


@publications.command("add")
@click.argument("name")
@click.option("--slug", required=True, help="网址里的短名，如 kuaixun。")
@json_option
@pass_command_context
def add_publication_command(context: CommandContext, name: str, slug: str, json_out: bool) -> None:
    """添加一份刊物，它的各期就能上架。

    \b
    $ wxbot publications add 政策快讯 --slug kuaixun
    """
    with context.services.db.begin() as session:
        added = library.add_publication(session, name, slug)
        shown = _publication_json(added)
    print_json(shown) if json_out else print_line(f"已添加《{name}》，网址 /i/{slug}/…")


@publications.command("rename")
@click.argument("name")
@click.argument("new_name")
@json_option
@pass_command_context
def rename_publication_command(context: CommandContext, name: str, new_name: str, json_out: bool) -> None:
    """改刊名；旧名仍然认得。"""
    with context.services.db.begin() as session:
        shown = _publication_json(library.rename_publication(session, name, new_name))
    print_json(shown) if json_out else print_line(f"《{name}》改名为《{new_name}》")


def _publication_json(publication: Publication) -> dict[str, object]:
    return {
        "slug": publication.slug,
        "name": publication.name,
        "other_names": publication.other_names,
        "default": publication.is_default,
    }
