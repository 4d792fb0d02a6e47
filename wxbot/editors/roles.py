"""Roles of editors and the table of their rights: the one place that says who may do what.

The console checks a right before each page and form, orders by phone before they are accepted and again before they
are carried out. The command line checks none: it belongs to the operator.
"""

from enum import StrEnum

from wxbot.errors import Forbidden, UsageError

__all__ = ["RIGHTS", "EditorRight", "EditorRole", "parse_role", "require"]


class EditorRight(StrEnum):
    """Something that an editor may be allowed to do; the values are used in templates."""

    OWN_ACCOUNT = "own account"  # log out, change one's own password, end one's own sessions
    BRING = "bring"  # upload bulletins, take files of the folder, put them aside
    MEND = "mend"  # settle doubts, texts, order, covers, number and date of an issue
    HOLD = "hold"  # keep an issue back from readers before it is published
    PLAN = "plan"  # plan a push or a correction, and change a plan that waits for approval
    PREVIEW = "preview"  # send a preview to one's own WeChat
    PUBLISH = "publish"  # publish, withdraw, pin or restore what readers see
    APPROVE = "approve"  # approve, pause, resume, cancel, retry, resolve or recall a push
    TEXTS = "texts"  # rules, menu, reply texts, synonyms, sections and brand
    ADMIN = "admin"  # accounts, others' sessions, audit log, backup, checks of the installation

    @property
    def label(self) -> str:
        """Name of the right, as an editor reads it."""
        return _RIGHT_LABELS[self]


class EditorRole(StrEnum):
    """EditorRole of an account; the values are stored. A later role has all rights of an earlier one."""

    WRITER = "writer"
    APPROVER = "approver"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role's name, as an editor reads it."""
        return _ROLE_LABELS[self]

    @property
    def explanation(self) -> str:
        """Purpose of the role in one sentence."""
        return _EXPLANATIONS[self]

    def may(self, right: EditorRight) -> bool:
        """Return whether the role includes a right."""
        return right in RIGHTS[self]


_WRITER = frozenset(
    {
        EditorRight.OWN_ACCOUNT,
        EditorRight.BRING,
        EditorRight.MEND,
        EditorRight.HOLD,
        EditorRight.PLAN,
        EditorRight.PREVIEW,
    }
)
_APPROVER = _WRITER | {EditorRight.PUBLISH, EditorRight.APPROVE, EditorRight.TEXTS}

RIGHTS: dict[EditorRole, frozenset[EditorRight]] = {
    EditorRole.WRITER: _WRITER,
    EditorRole.APPROVER: _APPROVER,
    EditorRole.ADMIN: _APPROVER | {EditorRight.ADMIN},
}
"""Rights of each role. Every role may look at every page that has no right of its own."""

_ROLE_LABELS = {EditorRole.WRITER: "写稿", EditorRole.APPROVER: "审批", EditorRole.ADMIN: "管理"}
_EXPLANATIONS = {
    EditorRole.WRITER: "带进简报、改稿、先不公开、计划推送",
    EditorRole.APPROVER: "写稿的都可以，还能公开、撤下、批准和停下推送、改自动回复",
    EditorRole.ADMIN: "审批的都可以，还能管账号、登录、记录和备份",
}
_RIGHT_LABELS = {
    EditorRight.OWN_ACCOUNT: "管自己的账号",
    EditorRight.BRING: "带进简报",
    EditorRight.MEND: "改稿",
    EditorRight.HOLD: "先不公开",
    EditorRight.PLAN: "计划推送",
    EditorRight.PREVIEW: "预览到自己的微信",
    EditorRight.PUBLISH: "公开和撤下",
    EditorRight.APPROVE: "批准和停下推送",
    EditorRight.TEXTS: "改自动回复、菜单和栏目",
    EditorRight.ADMIN: "管理账号、登录、记录和备份",
}


def parse_role(typed: str) -> EditorRole:
    """Return the role of a value or a label, such as `approver` or 审批; raise UsageError."""
    for role in EditorRole:
        if typed.strip().lower() in {role.value, role.label}:
            return role
    raise UsageError(
        f"没有「{typed}」这个角色",
        remedy="用 " + "、".join(f"{each.value}（{each.label}）" for each in EditorRole),
    )


def require(role: EditorRole, right: EditorRight) -> None:
    """Raise Forbidden unless the role includes the right; the error says who may."""
    if not role.may(right):
        allowed = "、".join(f"「{each.label}」" for each in EditorRole if each.may(right))
        raise Forbidden(
            f"您的角色是「{role.label}」，不能{right.label}",
            remedy=f"请角色是{allowed}的同事来做；角色由管理账号的人在“管理”里改。",
        )
