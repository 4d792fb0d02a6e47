"""The console's pages of the administration: accounts, audit log, and the editor's own account."""

from wxbot.web.console.admin.accounts import AdminPages
from wxbot.web.console.admin.audit_pages import AuditPages
from wxbot.web.console.admin.own_account import OwnAccountPages

__all__ = ["ADMIN_PAGES"]

ADMIN_PAGES = (AdminPages, AuditPages, OwnAccountPages)
