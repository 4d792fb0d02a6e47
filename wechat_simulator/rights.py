"""API rights of each kind of account (reference, section L); a call without the right is refused with 48001.

Where the sources disagree, the stricter reading applies: too strict a simulator shows in development, too lenient a
one only in production.
"""

__all__ = ["KINDS", "RIGHTS", "is_allowed"]

KINDS = {
    "personal": "个人订阅号",
    "org-unverified": "未认证的企业订阅号",
    "sub": "已认证的订阅号",
    "svc": "已认证的服务号",
}

EVERYONE = frozenset(KINDS)
VERIFIED = frozenset({"sub", "svc"})
SERVICE = frozenset({"svc"})

RIGHTS = {
    "basic": EVERYONE,  # tokens, addresses, quotas, diagnostics
    "media": EVERYONE,  # uploadimg, material, media
    "draft": EVERYONE,
    "selfmenu": EVERYONE,
    "jssdk": EVERYONE,
    "publish": VERIFIED,  # unverified accounts lost it in July 2025
    "service": VERIFIED,  # customer-service messages
    "mass": VERIFIED,
    "mass list": SERVICE,
    "one-time": VERIFIED,
    "users": VERIFIED,
    "menu": VERIFIED,
    "datacube": VERIFIED,
    "comments": VERIFIED,
    "template": SERVICE,
    "notice": SERVICE,  # sources disagree about verified subscription accounts
    "qrcode": SERVICE,
}


def is_allowed(kind: str, right: str) -> bool:
    """Return whether an account of this kind has the right."""
    return kind in RIGHTS[right]
