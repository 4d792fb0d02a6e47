"""The console's pages below 设置: rules, menu, reply texts, synonyms, publications and brand."""

from wxbot.web.console.settings.brand import BrandSettingPages
from wxbot.web.console.settings.menu import MenuSettingPages
from wxbot.web.console.settings.overview import SettingPages
from wxbot.web.console.settings.publications import PublicationSettingPages
from wxbot.web.console.settings.replies import ReplySettingPages
from wxbot.web.console.settings.rules import RuleSettingPages
from wxbot.web.console.settings.synonyms import SynonymSettingPages

__all__ = ["SETTINGS_PAGES"]

SETTINGS_PAGES = (
    SettingPages,
    RuleSettingPages,
    MenuSettingPages,
    ReplySettingPages,
    SynonymSettingPages,
    PublicationSettingPages,
    BrandSettingPages,
)
