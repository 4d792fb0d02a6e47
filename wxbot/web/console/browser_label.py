"""Name a browser and its system from the User-Agent header, for the list of sessions."""

__all__ = ["browser_label"]

# The first name that occurs counts: most browsers also name those that they resemble.
_BROWSERS = {
    "MicroMessenger": "微信",
    "Edg": "Edge",
    "OPR": "Opera",
    "QQBrowser": "QQ 浏览器",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "HarmonyOS": "鸿蒙",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def browser_label(user_agent: str) -> str:
    """Return a browser's name and system, such as `Edge，Windows`; nothing of the header itself is kept."""
    found = (_find(user_agent, _BROWSERS) or "别的浏览器", _find(user_agent, _SYSTEMS))
    return "，".join(filter(None, found))


def _find(user_agent: str, names: dict[str, str]) -> str:
    return next((label for name, label in names.items() if name in user_agent), "")
