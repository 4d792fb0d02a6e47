"""Tests of campaign reports: counts of the ledger, the platform's reports and statistics, members' questions."""

import csv
import datetime as dt
import io
import tracemalloc
from typing import Any

import pytest
from sqlalchemy import insert, update

from tests.harness import PushHarness, call_simulator
from wxbot import followers, journal, push
from wxbot.db import Database
from wxbot.errors import NotFound
from wxbot.journal import NewEntry
from wxbot.push import Audience, CampaignReport, CampaignState, DeliveryState, PlanRequest, Route
from wxbot.push.audience.resolve import count_platform_audience, count_recipients
from wxbot.push.ledger.tables import Campaign, Delivery
from wxbot.push.planning.plan import compose_plan
from wxbot.push.reporting.campaign_report import ArticleReaders, campaign_report, figures_by_day
from wxbot.push.reporting.counts import SINGLE_DELIVERY_ROUTES
from wxbot.push.reporting.render import report_html
from wxbot.push.reporting.report_csv import report_csv
from wxbot.wechat import DayStatistics

DETAIL = "/datacube/getarticletotaldetail"
OLD = "/datacube/getarticletotal"
READERS = ["r1", "r2", "r3", "r4"]


def _report(harness: PushHarness, campaign_id: int) -> CampaignReport:
    """Return the report on a campaign as of now."""
    return harness.pusher.report(campaign_id)


def _send(harness: PushHarness) -> int:
    """Deliver a mass message until the platform has finished it, and return the campaign."""
    campaign = harness.plan_and_approve()
    harness.run_worker()
    harness.advance(10)
    harness.run_worker()
    assert CampaignState.FINISHED == harness.state(campaign)
    return campaign


def _receive_job_event(harness: PushHarness, campaign_id: int, **counts: Any) -> None:
    """Record the platform's job event with its counts, as the webhook does."""
    with harness.db.begin() as session:
        job = next(
            line.msg_id for line in push.queries.campaign_deliveries(session, campaign_id) if line.msg_id
        )
        told = {
            "status": "send success",
            "total": 3,
            "filtered": 3,
            "sent": 3,
            "errors": 0,
            "urls": [],
        } | counts
        journal.record_job_event(
            session, key=f"job {job}", event="masssendjobfinish", job=str(job), report=told, now=harness.now()
        )
    harness.pusher.reconcile()


def _article_urls(harness: PushHarness) -> list[str]:
    """Return the addresses of the articles that followers see, in order."""
    (message,) = harness.inbox()
    return [article["url"] for article in message["articles"]]


def _read(harness: PushHarness, url: str, openids: list[str], does: str = "read") -> None:
    """Let these followers open an article, or share it."""
    for openid in openids:
        call_simulator(harness.platform, "/_sim/read", {"url": url, "openid": openid, "does": does})


def _advance_a_day(harness: PushHarness) -> None:
    """Let a day pass for the platform and the product."""
    harness.advance(24 * 3600)


@pytest.mark.both_databases
def test_a_mass_message_is_counted_by_the_platforms_report(harness: PushHarness) -> None:
    """Sent, failed and filtered people are those of the platform's event, and its addresses are the articles' links."""
    campaign = _send(harness)
    before = _report(harness, campaign).counts.people
    assert (None, 3) == (before.sent, before.taken)

    _receive_job_event(
        harness, campaign, total=10, filtered=8, sent=7, errors=1, urls=["https://mp/1", "https://mp/2"]
    )
    found = _report(harness, campaign)
    people = found.counts.people
    assert (3, 7, 0, 1, 2) == (people.planned, people.sent, people.taken, people.failed, people.filtered)
    assert [("https://mp/1",), ("https://mp/2",), ()] == [article.urls for article in found.articles[:3]]
    assert [7] == [count for _, count in found.counts.moments]


def test_individual_deliveries_are_counted_one_by_one(harness: PushHarness) -> None:
    """Sent people, people left out by reason, failures by errcode and the time of delivery come from the ledger."""
    harness.inject_fault("/cgi-bin/message/custom/send", "errcode", errcode=45015)
    with harness.db.begin() as session:
        followers.record_messages(
            session, {"alice": harness.now(), "bob": harness.now()}
        )  # bob's window is not open there
        followers.record_messages(session, {"carol": harness.now() - dt.timedelta(hours=72)})
    audience = count_recipients(
        harness.db,
        PlanRequest(harness.number, Audience.parse("recent")),
        [Route.CUSTOMER],
        harness.settings,
        harness.now(),
    )
    made = compose_plan(
        harness.db, PlanRequest(harness.number, audience.audience), audience, harness.settings, harness.now()
    )
    campaign = harness.pusher.create(made, "editor")
    harness.pusher.approve(campaign.id, by="editor")
    harness.run_worker()

    found = _report(harness, campaign.id)
    people = found.counts.people
    assert (1, 1, 1) == (people.sent, people.failed, people.left_out)
    (failed,) = found.counts.failed
    assert (1, 45015) == (failed.count, failed.errcode)
    assert "48 小时" in failed.words
    assert ["超过 48 小时没有来过消息，平台不许发"] == [reason.words for reason in found.counts.left_out]
    ((moment, count),) = found.counts.moments
    assert (1, True) == (count, moment <= harness.now() < moment + found.counts.step)
    assert {"逐个发的卡片打开的是本系统的网页，平台不统计"} == {article.why for article in found.articles}


def test_readers_come_from_the_platforms_statistics(harness: PushHarness) -> None:
    """Readers and shares are shown per article of the message, cumulative by day."""
    campaign = _send(harness)
    lead, second = _article_urls(harness)[:2]
    _read(harness, lead, READERS)
    _read(harness, lead, READERS[:1], "share")
    _read(harness, second, READERS[:3])
    _advance_a_day(harness)
    harness.pusher.fetch_figures(campaign)
    first = _report(harness, campaign).articles
    assert [(4, 1), (3, 0)] == [(each.days[-1].read, each.days[-1].shared) for each in first[:2]]
    assert "读者不足 3 位，平台不给出数字" == first[2].why

    _read(harness, lead, ["r5"])
    _advance_a_day(harness)
    harness.pusher.fetch_figures(campaign)
    assert [4, 5] == [day.read for day in _report(harness, campaign).articles[0].days[:2]]


def test_figures_are_not_fetched_before_the_next_morning(harness: PushHarness) -> None:
    """Before eight the next morning in Beijing the platform is not asked; the report says when figures will come."""
    campaign = _send(harness)
    harness.advance(19 * 3600)  # 07:00
    harness.pusher.fetch_figures(campaign)
    assert 0 == harness.count_calls(DETAIL)
    assert "11 月 25 日 8 点" in _report(harness, campaign).articles[0].why


def test_figures_are_fetched_once_a_day_and_stored(harness: PushHarness) -> None:
    """A second fetch makes no call, and a report without the platform shows the stored figures."""
    campaign = _send(harness)
    _read(harness, _article_urls(harness)[0], READERS)
    _advance_a_day(harness)
    for _ in range(3):
        harness.pusher.fetch_figures(campaign)
    assert 1 == harness.count_calls(DETAIL)
    _advance_a_day(harness)
    harness.inject_fault(DETAIL, "errcode", errcode=-1)
    harness.pusher.fetch_figures(campaign)
    assert 4 == _report(harness, campaign).articles[0].days[-1].read


@pytest.mark.parametrize(
    ("errcode", "says"), [(48001, "没有调用此接口的权限"), (61503, "还没有算好"), (45009, "额度")]
)
def test_a_refusal_is_the_reason_why_there_are_no_figures(
    harness: PushHarness, errcode: int, says: str
) -> None:
    """A missing right, a call that is too early and a spent quota are shown as the reason, and raise nothing."""
    campaign = _send(harness)
    _advance_a_day(harness)
    for path in (DETAIL, OLD):
        harness.inject_fault(path, "errcode", errcode=errcode)
    harness.pusher.fetch_figures(campaign)
    assert says in _report(harness, campaign).articles[0].why


def test_the_older_statistics_replace_the_newer_call(harness: PushHarness) -> None:
    """If the newer statistics call is refused, the older one gives the same figures."""
    campaign = _send(harness)
    _read(harness, _article_urls(harness)[0], READERS)
    _advance_a_day(harness)
    harness.inject_fault(DETAIL, "errcode", errcode=48001)
    harness.pusher.fetch_figures(campaign)
    assert 4 == _report(harness, campaign).articles[0].days[-1].read


def _ask(session: Any, key: str, asked: str, shown: tuple[str, ...], hits: int, at: dt.datetime) -> None:
    """Record a question whose answer showed these articles."""
    journal.record(session, NewEntry(key, "somebody", "text", asked, hits, "<xml/>", at, shown))


def test_members_questions_are_counted(harness: PushHarness) -> None:
    """The report counts questions answered with the issue's articles, and questions that found nothing."""
    campaign = _send(harness)
    start = _report(harness, campaign).counts.started_at
    assert start is not None
    with harness.db.begin() as session:
        for key in ("1", "2"):
            _ask(session, key, "芯片", ("2021-02/5",), 1, start)
        _ask(session, "3", "融资", ("2021-02/14",), 1, start + dt.timedelta(days=6))
        _ask(session, "4", "旧闻", ("2021-025/5",), 1, start)
        _ask(session, "5", "元宇宙", (), 0, start)
        _ask(session, "6", "太早", ("2021-02/5",), 1, start - dt.timedelta(minutes=1))
        _ask(session, "7", "太晚", ("2021-02/5",), 1, start + dt.timedelta(days=7))
    asked = _report(harness, campaign).questions
    assert asked is not None
    assert (("芯片", 2), ("融资", 1)) == asked.about
    assert (3, ((5, 2), (14, 1))) == (asked.times, asked.shown)
    assert (("元宇宙", 1),) == asked.missed


def test_an_unknown_campaign_has_no_report(db: Database, now: dt.datetime) -> None:
    """A report on a campaign that does not exist raises NotFound."""
    with pytest.raises(NotFound):
        campaign_report(db, 7, now)


def test_an_unapproved_campaign_has_nobody_reached(harness: PushHarness) -> None:
    """All people are still waiting, and there are no figures and no questions, with the reason."""
    campaign = harness.plan().id
    found = _report(harness, campaign)
    assert (3, 0, 3) == (found.counts.people.planned, found.counts.people.sent, found.counts.people.waiting)
    assert ({"还没有发出"}, None) == ({article.why for article in found.articles}, found.questions)


def _big_ledger(db: Database, lines: int, now: dt.datetime) -> int:
    """Create a campaign with this many deliveries within two hours, one in ten failed, each with another message."""
    with db.begin() as session:
        campaign = Campaign(
            number="2021-02", route=Route.CUSTOMER, audience="recent", hash="h", recipients=lines, made_at=now,
            moved_at=now, state=CampaignState.FINISHED, articles=[], warnings=[], choice={},
        )  # fmt: skip
        session.add(campaign)
        session.flush()
        campaign_id = campaign.id
    for start in range(0, lines, 5000):
        with db.begin() as session:
            session.execute(
                insert(Delivery),
                [
                    {
                        "campaign_id": campaign_id,
                        "recipient": f"o{n}",
                        "route": Route.CUSTOMER,
                        "state": DeliveryState.REFUSED if n % 10 == 0 else DeliveryState.SENT,
                        "errcode": 45015 if n % 10 == 0 else None,
                        "reason": f"rid {n}" if n % 10 == 0 else "平台已收下",
                        "claimed_at": now + dt.timedelta(hours=2) * n / lines,
                        "moved_at": now,
                        "report": {},
                    }
                    for n in range(start, min(start + 5000, lines))
                ],
            )
    return campaign_id


def _row(
    campaign: int, openid: str, route: Route, msg_id: str | None, now: dt.datetime, **more: Any
) -> Delivery:
    """Return a delivery row, sent unless another state is given."""
    values = {
        "state": DeliveryState.SENT,
        "reason": "",
        "report": {},
        "moved_at": now,
        "claimed_at": now,
    } | more
    return Delivery(campaign_id=campaign, recipient=openid, route=route, msg_id=msg_id, **values)


@pytest.mark.both_databases
def test_a_mixed_campaign_is_counted_by_route(db: Database, now: dt.datetime) -> None:
    """Mass messages by list are counted by the reports of their calls, the other deliveries one by one."""
    campaign = _big_ledger(db, 0, now)
    told = {
        "status": "send success",
        "total": 4,
        "filtered": 3,
        "sent": 2,
        "errors": 1,
        "urls": ["https://mp/1"],
    }
    with db.begin() as session:
        session.add_all(
            _row(campaign, f"a{n}", Route.LIST, "1", now, report=told if n == 0 else {}) for n in range(4)
        )
        session.add_all(_row(campaign, f"b{n}", Route.LIST, "2", now) for n in range(3))
        session.add_all(_row(campaign, f"c{n}", Route.NOTICE, None, now) for n in range(5))
        session.add(_row(campaign, "d", Route.CUSTOMER, None, now, state=DeliveryState.UNKNOWN))
    people = campaign_report(db, campaign, now).counts.people
    assert (2 + 5, 3, 1, 1, 1) == (people.sent, people.taken, people.failed, people.filtered, people.unknown)


def test_a_publication_reaches_nobody_by_itself(harness: PushHarness) -> None:
    """Nobody received an issue that was only published, and the report says why."""
    audience = count_platform_audience(harness.db, harness.wechat, Audience.parse("all"))
    made = compose_plan(
        harness.db,
        PlanRequest(harness.number, audience.audience, route=Route.PUBLISH),
        audience,
        harness.settings,
        harness.now(),
    )
    campaign = harness.pusher.create(made, "editor").id
    harness.pusher.approve(campaign, by="editor")
    harness.run_worker()
    found = _report(harness, campaign)
    assert (0, 0) == (found.counts.people.sent, found.counts.people.failed)
    assert "只发布、没有通知粉丝" in found.notes


@pytest.mark.both_databases
def test_a_large_ledger_needs_little_memory(db: Database, now: dt.datetime) -> None:
    """Ten thousand deliveries are counted within a few hundred kilobytes, and their failures have one reason."""
    campaign = _big_ledger(db, 10_000, now)
    campaign_report(db, campaign, now)  # what is loaded once is not counted
    tracemalloc.start()
    found = campaign_report(db, campaign, now)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 300_000
    assert (9000, 1000) == (found.counts.people.sent, found.counts.people.failed)
    assert [(45015, 1000)] == [(reason.errcode, reason.count) for reason in found.counts.failed]
    assert 9000 == sum(count for _, count in found.counts.moments)
    assert dt.timedelta(minutes=5) == found.counts.step


def test_every_route_is_counted_by_call_or_by_person() -> None:
    """Every route is counted either by single calls or by individual deliveries."""
    assert set(Route) - set(SINGLE_DELIVERY_ROUTES) == {Route.CUSTOMER, Route.NOTICE, Route.LIST, Route.MIXED}


def test_the_page_shows_the_whole_report(harness: PushHarness) -> None:
    """The HTML page shows figures, reasons, linked articles and questions, and loads nothing from elsewhere."""
    campaign = _send(harness)
    _receive_job_event(
        harness, campaign, total=1200, filtered=1100, sent=1000, errors=100, urls=["https://mp/s/1"]
    )
    _read(harness, _article_urls(harness)[0], READERS)
    _advance_a_day(harness)
    harness.pusher.fetch_figures(campaign)
    with harness.db.begin() as session:
        _ask(session, "1", "<元宇宙>", (), 0, harness.now())
    page = report_html(
        _report(harness, campaign), harness.settings.tz, harness.now(), account_name="长风联盟"
    )
    for words in ("1,000", "失败的原因", "https://mp/s/1", "&lt;元宇宙&gt;", "长风联盟", "第2期"):
        assert words in page
    assert "<script" not in page
    assert "src=" not in page


def test_a_spreadsheet_opens_the_report(harness: PushHarness) -> None:
    """The table has a byte order mark, each result with its reasons, readers by day; no formula, no whole openid."""
    campaign = _send(harness)
    _receive_job_event(harness, campaign, total=1200, filtered=1100, sent=1000, errors=100)
    _read(harness, _article_urls(harness)[0], READERS)
    _read(harness, _article_urls(harness)[0], READERS[:3], "share")
    _advance_a_day(harness)
    harness.pusher.fetch_figures(campaign)
    openid = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"
    with harness.db.begin() as session:
        _ask(session, "1", f"=HYPERLINK({openid})", (), 0, harness.now())
    text = report_csv(_report(harness, campaign), harness.settings.tz)
    assert text.startswith("\ufeff内容,项目,说明,时间,数\r\n")
    rows = list(csv.reader(io.StringIO(text)))
    assert ["投递", "失败", "", "", "100"] in rows
    assert any(row[:2] == ["投递的原因", "失败"] and "没有送达" in row[2] for row in rows)
    figures = {(row[2], row[4]) for row in rows if row[0] == "各篇"}
    assert {("阅读（累计）", "4"), ("分享（累计）", "3")} <= figures
    assert ["会员来问", "'=HYPERLINK(oAbCdE…xYz0)", "没有找到", "", "1"] in rows
    assert openid not in text


def test_readers_and_shares_are_shown_by_day() -> None:
    """The platform's figures are cumulative: each day shows what it adds, over all articles."""
    days = [
        [DayStatistics(dt.date(2026, 11, day), *figures) for day, *figures in rows]
        for rows in ([(24, 5, 1, 0), (25, 8, 1, 0)], [(25, 2, 2, 0), (26, 2, 2, 0)])
    ]
    articles = [ArticleReaders(at, "", (), (), tuple(each)) for at, each in enumerate(days, start=1)]
    found = [(each.day.day, each.read, each.shared, each.read_so_far) for each in figures_by_day(articles)]
    assert [(24, 5, 1, 5), (25, 5, 2, 10), (26, 0, 0, 10)] == found


def _unmatched(harness: PushHarness) -> int:
    with harness.db.read() as session:
        return len(journal.unmatched_job_events(session, "masssendjobfinish"))


@pytest.mark.both_databases
def test_reports_of_other_jobs_hold_nobody_up(harness: PushHarness) -> None:
    """Reports on messages sent by hand need no write transaction, are let go after 15 minutes, and pruned by age."""
    with harness.db.begin() as session:
        for job in ("901", "902"):
            journal.record_job_event(
                session, key=f"job {job}", event="masssendjobfinish", job=job, report={}, now=harness.now()
            )
    with harness.db.begin() as session:  # SQLite has one writer at a time: a second one would fail here
        session.execute(update(followers.Follower).values(openid=followers.Follower.openid))
        assert 0 == harness.pusher.reconcile()
    assert 2 == _unmatched(harness)

    harness.advance(16 * 60)
    assert 0 == harness.pusher.reconcile()
    assert 0 == _unmatched(harness)
    with harness.db.begin() as session:
        assert 2 == journal.prune(session, harness.now())


def test_an_unforeseen_error_pauses_the_campaign(harness: PushHarness) -> None:
    """An error that nothing foresaw pauses a campaign with its reason, and once resumed it is delivered."""
    campaign = harness.plan_and_approve()

    def fail() -> bool:
        raise ArithmeticError("13000 x 13000")

    harness.pusher.deliver(campaign, worker_id="w1", stopping=fail)
    assert CampaignState.PAUSED == harness.state(campaign)
    assert "ArithmeticError 13000 x 13000" in harness.reason(campaign)
    harness.pusher.resume(campaign, by="editor")
    harness.run_worker()
    harness.advance(10)
    harness.run_worker()
    assert CampaignState.FINISHED == harness.state(campaign)


@pytest.mark.both_databases
def test_what_is_watched_counts_lag_and_failures(harness: PushHarness) -> None:
    """A due campaign is overdue from its approval until it is finished, and a refused delivery counts by errcode."""
    start = harness.now()
    harness.inject_fault("/cgi-bin/message/mass/sendall", "errcode", errcode=48001)
    campaign = harness.plan_and_approve()
    harness.advance(60)
    with harness.db.read() as session:
        since = push.queries.first_overdue(session, harness.now())
        assert push.queries.first_overdue(session, start - dt.timedelta(days=1)) == since
    assert since is not None
    assert abs(since - start) < dt.timedelta(seconds=30)
    harness.run_worker()
    with harness.db.read() as session:
        found = push.queries.recent_delivery_counts(session, start)
        assert [(str(CampaignState.FAILED), 1)] == list(push.queries.count_campaigns(session).items())
        assert push.queries.first_overdue(session, harness.now()) is None
    assert {48001} == {each.errcode for each in found}
    assert harness.counts(campaign) == {each.state: each.size for each in found}
