"""Roles of editors and the table of their rights: the one place that says who may do what.

The console checks a right before each page and form, orders by phone before they are accepted and again before they
are carried out. The command line checks none: it belongs to the operator.
"""

from enum import StrEnum

from wxbot.errors import Forbidden, UsageError

__all__ = ["RIGHTS", "Right", "Role", "parse_role", "require"]


class Right(StrEnum):
    """Something that an editor may be allowed to do; the values are used in templates."""

    OWN_ACCOUNT = "own account"  # log out, change one's own password, end one's own sessions
    BRING = "bring"  # upload bulletins, take files of the folder, put them aside
    MEND = "mend"  # settle doubts, texts, order, covers, number and date of an issue
    HOLD = "hold"  # keep an issue back from readers before it is published
    PLAN = "plan"  # plan a push and change a plan that waits for approval
    PREVIEW = "preview"  # send a preview to one's own WeChat
    PUBLISH = "publish"  # publish, withdraw, pin or restore what readers see
    APPROVE = "approve"  # approve, pause, resume, cancel, retry, resolve, recall or correct a push
    TEXTS = "texts"  # rules, menu, reply texts, synonyms, sections and brand
    ADMIN = "admin"  # accounts, others' sessions, audit log, backup, checks of the installation

    @property
    def label(self) -> str:
        """What the right allows, as an editor reads it."""
        return _RIGHT_LABELS[self]


class Role(StrEnum):
    """Role of an account; the values are stored. A later role has all rights of an earlier one."""

    WRITER = "writer"
    APPROVER = "approver"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role's name, as an editor reads it."""
        return _ROLE_LABELS[self]

    @property
    def explanation(self) -> str:
        """What the role is for, in one sentence."""
        return _EXPLANATIONS[self]

    def may(self, right: Right) -> bool:
        """Return whether the role includes a right."""
        return right in RIGHTS[self]


_WRITER = frozenset({Right.OWN_ACCOUNT, Right.BRING, Right.MEND, Right.HOLD, Right.PLAN, Right.PREVIEW})
_APPROVER = _WRITER | {Right.PUBLISH, Right.APPROVE, Right.TEXTS}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.WRITER: _WRITER,
    Role.APPROVER: _APPROVER,
    Role.ADMIN: _APPROVER | {Right.ADMIN},
}
"""Rights of each role. Every role may look at every page that has no right of its own."""

_ROLE_LABELS = {Role.WRITER: "写稿", Role.APPROVER: "审批", Role.ADMIN: "管理"}
_EXPLANATIONS = {
    Role.WRITER: "带进简报、改稿、先不公开、计划推送",
    Role.APPROVER: "写稿的都可以，还能公开、撤下、批准和停下推送、改自动回复",
    Role.ADMIN: "审批的都可以，还能管账号、登录、记录和备份",
}
_RIGHT_LABELS = {
    Right.OWN_ACCOUNT: "管自己的账号",
    Right.BRING: "带进简报",
    Right.MEND: "改稿",
    Right.HOLD: "先不公开",
    Right.PLAN: "计划推送",
    Right.PREVIEW: "预览到自己的微信",
    Right.PUBLISH: "公开和撤下",
    Right.APPROVE: "批准和停下推送",
    Right.TEXTS: "改自动回复、菜单和栏目",
    Right.ADMIN: "管理账号、登录、记录和备份",
}


def parse_role(typed: str) -> Role:
    """Return the role of a value or a label, such as `approver` or 审批; raise UsageError."""
    for role in Role:
        if typed.strip().lower() in {role.value, role.label}:
            return role
    raise UsageError(
        f"没有「{typed}」这个角色", remedy="用 " + "、".join(f"{each.value}（{each.label}）" for each in Role)
    )


def require(role: Role, right: Right) -> None:
    """Raise Forbidden unless the role includes the right; the error says who may."""
    if not role.may(right):
        allowed = "、".join(f"「{each.label}」" for each in Role if each.may(right))
        raise Forbidden(
            f"您的角色是「{role.label}」，不能{right.label}",
            remedy=f"请角色是{allowed}的同事来做；角色由管理账号的人在“管理”里改。",
        )
