"""The parts of the console below 设置."""

from wxbot.web.console.settings_brand import BrandSettingPages
from wxbot.web.console.settings_menu import MenuSettingPages
from wxbot.web.console.settings_pages import SettingPages
from wxbot.web.console.settings_publications import PublicationSettingPages
from wxbot.web.console.settings_replies import ReplySettingPages
from wxbot.web.console.settings_rules import RuleSettingPages
from wxbot.web.console.settings_synonyms import SynonymSettingPages

__all__ = ["SETTINGS_FAMILY"]

SETTINGS_FAMILY = (
    SettingPages,
    RuleSettingPages,
    MenuSettingPages,
    ReplySettingPages,
    SynonymSettingPages,
    PublicationSettingPages,
    BrandSettingPages,
)
