"""All pages below 设置, as one part of the console."""

from flask import Blueprint

from wxbot.web.console.settings_menu import MenuSettingPages
from wxbot.web.console.settings_pages import SettingPages
from wxbot.web.console.settings_replies import ReplySettingPages
from wxbot.web.console.settings_rules import RuleSettingPages
from wxbot.wiring import Services

__all__ = ["SettingsFamily"]


class SettingsFamily:
    """The views of all settings."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        for part in (SettingPages, RuleSettingPages, MenuSettingPages, ReplySettingPages):
            part(self._services).register(blueprint)
