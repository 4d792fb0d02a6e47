"""Page families of the administration, in one tuple for the console."""

from wxbot.web.console.admin import AdminPages
from wxbot.web.console.audit_pages import AuditPages
from wxbot.web.console.own_account import OwnAccountPages

__all__ = ["ADMIN_FAMILY"]

ADMIN_FAMILY = (AdminPages, AuditPages, OwnAccountPages)
