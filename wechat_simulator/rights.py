"""Which kind of account may do what (reference, section L); what it may not do is refused with 48001.

Where the sources contradict each other the stricter reading holds here: a fake that says no too often is
noticed at the desk, one that says yes too often only in production.
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
    "publish": VERIFIED,  # withdrawn from the others in July 2025
    "service": VERIFIED,  # customer-service messages
    "mass": VERIFIED,
    "mass list": SERVICE,
    "one-time": VERIFIED,
    "users": VERIFIED,
    "menu": VERIFIED,
    "datacube": VERIFIED,
    "comments": VERIFIED,
    "template": SERVICE,
    "notice": SERVICE,  # subscription notices; for a verified subscription account the sources differ
    "qrcode": SERVICE,
}


def is_allowed(kind: str, right: str) -> bool:
    return kind in RIGHTS[right]
