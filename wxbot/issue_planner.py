"""Plan the push of each new issue by the schedule in the settings.

Only issues that a worker ingested are planned. Their flag `to_plan` stays until the plan is made, so that a kill
between the two loses none.
"""

import datetime as dt
import logging
from dataclasses import replace

from wxbot import library, push
from wxbot.db import KeyValueStore
from wxbot.errors import Busy, WxbotError
from wxbot.push import CampaignState
from wxbot.push.timing import next_free_slot, schedule_applies
from wxbot.wiring import Services

__all__ = ["IssuePlanner"]

log = logging.getLogger(__name__)

_LEASE, _LEASE_TIME = "planning", dt.timedelta(minutes=2)
_RETRY = dt.timedelta(minutes=5)


class IssuePlanner:
    """Planner of a worker; an issue that could not be planned is tried again after `_RETRY`."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._retry_at: dict[str, dt.datetime] = {}

    def plan_new_issues(self) -> None:
        """Plan every issue that is marked for it, under a lease: two workers at once would choose the same slot."""
        s = self.services
        with s.db.read() as session:
            numbers = library.unplanned_issues(session)
        numbers = [number for number in numbers if self._retry_at.get(number, s.now()) <= s.now()]
        store = KeyValueStore(s.db)
        if not numbers or not store.claim(_LEASE, s.now() + _LEASE_TIME, s.now()):
            return
        try:
            for number in numbers:
                self._plan(number)
        finally:
            store.release(_LEASE)

    def _plan(self, number: str) -> None:
        """Plan one issue; an error is logged, and the issue is retried after `_RETRY`."""
        s = self.services
        try:
            with s.db.read() as session:
                campaign = push.queries.latest_campaign(session, number)
                audience = push.Audience.parse(s.settings.push_to)
                applies = schedule_applies(session, number, audience, s.habits_file.current())
            if campaign is None and applies:
                campaign = self._create_campaign(number)
            if campaign is not None:
                self._approve(campaign)
            else:
                log.info(
                    "%s: not planned, the schedule's audience %s does not apply", number, s.settings.push_to
                )
            with s.db.begin() as session:
                library.mark_planned(session, number)
        except Busy:
            raise
        except WxbotError as error:
            self._retry_at[number] = s.now() + _RETRY
            log.warning("%s was not planned: %s %s", number, error.message, error.remedy)
        except Exception:
            # One issue whose content cannot be composed must not hold up the others.
            self._retry_at[number] = s.now() + _RETRY
            log.exception("%s was not planned", number)

    def _create_campaign(self, number: str) -> push.Campaign:
        """Create the campaign of an issue in the next free slot of the schedule."""
        s, settings = self.services, self.services.settings
        with s.db.read() as session:
            slot = next_free_slot(session, s.push_schedule, number, s.now())
        route = push.Route(settings.push_route) if settings.push_route else None
        request = push.PlanRequest(number, push.Audience.parse(settings.push_to), slot.at, route)
        plan = s.pusher.plan(request)
        if slot.warning:
            plan = replace(plan, warnings=(*plan.warnings, slot.warning))
        campaign = s.pusher.create(plan, "worker")
        log.info("campaign %s planned: %s at %s, hash %s", campaign.id, number, slot.at, campaign.hash)
        return campaign

    def _approve(self, campaign: push.Campaign) -> None:
        """Approve a campaign that a worker planned, if the settings require no editor's approval."""
        s = self.services
        unapproved = campaign.made_by == "worker" and campaign.state == CampaignState.PLANNED
        if unapproved and s.settings.push_approvals == 0:
            s.pusher.approve(campaign.id, by="wxbot.toml", given=campaign.hash)
