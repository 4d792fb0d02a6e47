"""Tests of the editors' roles: which pages and forms each role may use, and what is hidden from it."""

import pytest

from tests.web.console.conftest import ConsoleSite
from wxbot import editors, push
from wxbot.editors import EditorRight, EditorRole
from wxbot.editors.roles import RIGHTS
from wxbot.web.console.access import rules_without_right


def test_every_form_names_the_right_it_needs(console: ConsoleSite) -> None:
    """No route of the console that changes something is registered without a right (`require_right`)."""
    assert [] == [f"{rule.endpoint} {rule.rule}" for rule in rules_without_right(console.app)]


def test_a_later_role_has_the_rights_of_an_earlier_one() -> None:
    """Each role has all rights of the one before it and more, and only admins have all."""
    writer, approver, admin = (RIGHTS[role] for role in EditorRole)
    assert writer < approver < admin == set(EditorRight)


@pytest.mark.parametrize("verb", ["approve", "pause", "cancel"])
def test_a_writer_cannot_send_an_approvers_form(console: ConsoleSite, verb: str) -> None:
    """A writer who sends an approver's form, with a valid CSRF token, gets 403 and changes nothing."""
    campaign = console.plan()
    writer = console.editor("小李", role=EditorRole.WRITER)
    token = writer.open("/console/").form("/console/logout")["csrf_token"]
    page = writer.send(f"/console/push/{campaign}/{verb}", {"csrf_token": token, "seen": ""})
    assert (403, True) == (page.status, "您的角色是「写稿」" in page.words)
    with console.db.read() as session:
        found = push.queries.get_campaign(session, campaign)
        assert ("planned", []) == (found.state, found.approvers)
    assert 403 == writer.open(f"/console/push/{campaign}/{verb}").status


@pytest.mark.both_databases
def test_publishing_is_for_approvers(console: ConsoleSite) -> None:
    """A writer may neither withdraw nor publish an issue; an approver may."""
    writer = console.editor("小李", role=EditorRole.WRITER)
    approver = console.editor("老王", role=EditorRole.APPROVER)
    address = "/console/change/withdraw/2021-02"
    assert (403, 200) == (writer.open(address).status, approver.open(address).status)


def test_a_page_shows_only_what_the_role_allows(console: ConsoleSite) -> None:
    """A writer sees previews, the plan form and the settings, but no buttons to approve, withdraw or save."""
    campaign = console.plan()
    writer = console.editor("小李", role=EditorRole.WRITER)
    page, shelf = writer.open(f"/console/push/{campaign}"), writer.open("/console/shelf/2021-02")
    assert f"push/{campaign}/preview" in page.text
    assert f"push/{campaign}/approve" not in page.text
    assert "plan/2021-02" in shelf.text
    assert "change/withdraw" not in shelf.text
    assert 200 == writer.open("/console/plan/2021-02").status
    settings = writer.open("/console/settings/replies/thanks").words
    assert (True, False) == ("保存要请角色是「审批」" in settings, "保存 先看看" in settings)


@pytest.mark.both_databases
def test_a_changed_role_holds_at_once(console: ConsoleSite) -> None:
    """A demoted approver is refused with the next form; the session goes on."""
    campaign = console.plan()
    console.editor("管理员甲")
    approver = console.editor("老王", role=EditorRole.APPROVER)
    assert 200 == approver.open(f"/console/push/{campaign}/approve").status
    editors.change_role(console.db, "老王", EditorRole.WRITER, by="root", now=console.harness.now())
    assert 403 == approver.open(f"/console/push/{campaign}/approve").status
    assert 200 == approver.open("/console/").status
