"""Tests of approvals: who approved which hash, two persons, withdrawal, and the migration from joined names."""

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.harness import PushHarness
from tests.web.console.browser import add_account
from wxbot import editors, push
from wxbot.db import Database
from wxbot.db.schema import config
from wxbot.errors import Forbidden
from wxbot.push import Campaign, CampaignState
from wxbot.push.ledger.tables import Approval


def _approve(harness: PushHarness, campaign: Campaign, by: str) -> Campaign:
    """Approve a campaign as one of two persons who are needed."""
    return harness.pusher.approve(campaign.id, by=by, needed=2)


def _approvers(harness: PushHarness, campaign: Campaign) -> list[str]:
    """Return who has approved a campaign."""
    with harness.db.read() as session:
        return push.queries.get_campaign(session, campaign.id).approvers


def test_an_approval_is_a_row_with_person_and_hash(harness: PushHarness) -> None:
    """Each approval is stored with its person, the campaign's hash and the moment."""
    campaign = harness.plan()
    _approve(harness, campaign, "甲")
    _approve(harness, campaign, "乙")
    with harness.db.read() as session:
        rows = session.scalars(select(Approval).order_by(Approval.id)).all()
    assert [("甲", campaign.hash), ("乙", campaign.hash)] == [(row.person, row.hash) for row in rows]
    assert all(abs(row.at - harness.now()) < dt.timedelta(minutes=1) for row in rows)
    assert CampaignState.APPROVED == harness.state(campaign.id)


def test_one_person_cannot_approve_twice(harness: PushHarness) -> None:
    """The second approval by the same person is refused, and the campaign still waits for another one."""
    campaign = harness.plan()
    assert "还差 1 位" in _approve(harness, campaign, "甲").reason
    with pytest.raises(Forbidden, match="甲 已经批准过"):
        _approve(harness, campaign, "甲")
    assert (["甲"], CampaignState.PLANNED) == (_approvers(harness, campaign), harness.state(campaign.id))


def test_the_database_refuses_a_second_approval_by_one_person(harness: PushHarness) -> None:
    """The rule does not depend on the program: a unique constraint holds it."""
    campaign = harness.plan()
    _approve(harness, campaign, "甲")
    with pytest.raises(IntegrityError), harness.db.begin() as session:
        session.add(Approval(campaign_id=campaign.id, person="甲", hash=campaign.hash, at=harness.now()))


def test_two_accounts_of_nobody_known_are_not_two_persons(harness: PushHarness, now: dt.datetime) -> None:
    """An account without an openid may be anybody's second one: refused where two approvals are needed."""
    add_account(harness.db, now, "甲")
    campaign = harness.plan()
    with pytest.raises(Forbidden, match="账号「甲」没有写 openid"):
        _approve(harness, campaign, "甲")
    assert [] == _approvers(harness, campaign)


def test_an_account_that_changed_its_openid_is_the_same_person(
    harness: PushHarness, now: dt.datetime
) -> None:
    """Neither another openid of the same account nor the same openid at another account approves a second time."""
    add_account(harness.db, now, "甲", "oFirst")
    add_account(harness.db, now, "乙")
    campaign = harness.plan()
    _approve(harness, campaign, "oFirst")
    editors.change_openid(harness.db, "甲", "oSecond", by="root", now=now)
    editors.change_openid(harness.db, "乙", "oFirst", by="root", now=now)
    for by in ("甲", "oSecond", "乙", "oFirst"):
        with pytest.raises(Forbidden, match="已经批准过"):
            _approve(harness, campaign, by)


def test_the_terminal_counts_once(harness: PushHarness, now: dt.datetime) -> None:
    """At a terminal any name can be typed: one that is no account is refused, and a second one as well."""
    add_account(harness.db, now, "甲", "oFirst")
    add_account(harness.db, now, "乙", "oSecond")
    campaign = harness.plan()
    approve = partial(harness.pusher.approve, campaign.id, needed=2, at_terminal=True)
    with pytest.raises(Forbidden, match="不是网页后台的账号"):
        approve(by="root")
    approve(by="甲")
    with pytest.raises(Forbidden, match="命令行已经批准过一次"):
        approve(by="乙")
    _approve(harness, campaign, "乙")
    assert CampaignState.APPROVED == harness.state(campaign.id)


def test_bringing_a_campaign_forward_withdraws_its_approvals(harness: PushHarness) -> None:
    """A campaign that was approved for a later time and is wanted at once must be approved again."""
    campaign = harness.plan(harness.now() + dt.timedelta(days=1))
    _approve(harness, campaign, "甲")
    harness.pusher.bring_forward(campaign.id, by="乙")
    assert [] == _approvers(harness, campaign)
    _approve(harness, campaign, "甲")
    assert ["甲"] == _approvers(harness, campaign)


APPROVERS = {1: "", 2: "甲", 3: "甲、oWang", 4: "甲、甲"}


def test_the_migration_keeps_what_was_approved(database_url: str) -> None:
    """Joined names become one row each, with the campaign's hash; a downgrade joins them again."""
    db = Database.open(database_url)
    try:
        _migrate(db, command.upgrade, "0019")
        with db.begin() as session:
            for campaign_id, names in APPROVERS.items():
                session.execute(
                    text(
                        "INSERT INTO campaign (id, number, route, audience, hash, articles, warnings, choice, parts,"
                        " recipients, state, made_by, approved_by, made_at, moved_at, reason, holder, fence) VALUES"
                        " (:id, '2021-02', 'mass', 'tag:会员', :hash, '[]', '[]', '{}', '{}', 1, 'approved', 'x',"
                        " :names, :now, :now, '', '', 0)"
                    ),
                    {
                        "id": campaign_id,
                        "hash": f"h{campaign_id}",
                        "names": names,
                        "now": "2026-12-01 00:00:00",
                    },
                )
        _migrate(db, command.upgrade, "head")
        with db.read() as session:
            campaigns = {campaign.id: campaign for campaign in session.scalars(select(Campaign))}
        assert {1: [], 2: ["甲"], 3: ["甲", "oWang"], 4: ["甲"]} == {
            campaign_id: campaign.approvers for campaign_id, campaign in campaigns.items()
        }
        assert ["h3", "h3"] == [approval.hash for approval in campaigns[3].approvals]
        assert "tag:会员" == str(campaigns[1].audience)
        _migrate(db, command.downgrade, "0019")
        with db.read() as session:
            rows = session.execute(text("SELECT id, approved_by FROM campaign"))
            joined = {row.id: row.approved_by for row in rows}
        assert APPROVERS | {4: "甲"} == joined
    finally:
        db.close()


def _migrate(db: Database, run: Callable[..., None], revision: str) -> None:
    """Run alembic's upgrade or downgrade to a revision."""
    with db.begin() as session:
        settings = config()
        settings.attributes["connection"] = session.connection()
        run(settings, revision)
