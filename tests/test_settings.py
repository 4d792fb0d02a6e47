"""Tests of the settings."""

import tomllib
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from wxbot.errors import SettingsError
from wxbot.push import Route
from wxbot.settings import SECRETS, SERVER_SETTINGS, Settings, load

TOML = Path(__file__).parent.parent / "config" / "wxbot.toml"

CONTRACT = {
    "database_url": "sqlite:///var/wxbot.db",
    "app_id": "",
    "app_secret": "",
    "token": "",
    "encoding_aes_key": "",
    "encoding_aes_key_previous": "",
    "platform_url": "https://api.weixin.qq.com",
    "public_url": "",
    "lease_seconds": 60,
    "unknown_wait_seconds": 60,
    "content": Path("content"),
    "config": Path("config/wxbot.toml"),
    "state": Path("var"),
}


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run without settings of this machine and without a settings file."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WXBOT_{name.upper()}", raising=False)


@pytest.mark.parametrize(("name", "default"), CONTRACT.items())
def test_every_variable_of_the_contract_has_its_default(name: str, default: object) -> None:
    """Each variable of the contract exists with its default."""
    assert default == _plain(getattr(load({}), name))


def test_the_file_documents_every_setting_with_its_default() -> None:
    """config/wxbot.toml has the description and default of each setting, and sets nothing itself."""
    page = TOML.read_text(encoding="utf-8")
    shown = tomllib.loads("\n".join(line.removeprefix("# ") for line in page.splitlines() if " = " in line))
    for name, field in Settings.model_fields.items():
        assert f"# {field.description}\n" in page, name
        if name not in SECRETS and name != "config":
            default = _plain(field.default)
            assert shown[name] == (str(default) if isinstance(default, Path) else default), name
    assert {} == tomllib.loads(page)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment variable overrides the settings file."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "wxbot.toml").write_text('port = 9000\nhost = "0.0.0.0"\n')
    monkeypatch.setenv("WXBOT_PORT", "9001")

    settings = load()

    assert (9001, "0.0.0.0") == (settings.port, settings.host)  # noqa: S104  an example, nothing listens


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    """`NAME_FILE` names a file with the secret, as container platforms mount it."""
    (tmp_path / "secret").write_text("s3cret\n")
    settings = load({"WXBOT_APP_SECRET_FILE": str(tmp_path / "secret")})
    assert "s3cret" == settings.app_secret.get_secret_value()


def test_all_errors_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three wrong values give one message with three names and without the secret's value."""
    monkeypatch.setenv("WXBOT_PORT", "eighty")
    monkeypatch.setenv("WXBOT_ZONE", "Mars/Olympus")
    monkeypatch.setenv("WXBOT_ENCODING_AES_KEY", "tooshort")
    with pytest.raises(SettingsError) as raised:
        load()
    for name in ("WXBOT_PORT", "WXBOT_ZONE", "WXBOT_ENCODING_AES_KEY"):
        assert name in raised.value.message
    assert "tooshort" not in raised.value.message


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "eighty", "应为整数"),
        ("PORT", "70000", "不能大于 65535"),
        ("LEASE_SECONDS", "0", "不能小于 1"),
        ("ANSWER_SECONDS", "soon", "应为数字"),
        ("ANSWER_SECONDS", "0", "应大于 0"),
        ("PUSH_WORKDAYS", "maybe", "应为 true 或 false"),
        ("PUSH_ROUTE", "pigeon", "'mass'、'list'"),
        ("NOTICE_FIELDS", "title", "应为 JSON"),
    ],
)
def test_error_messages_are_chinese(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    """The message for each kind of wrong value names the variable and has no English text of the library."""
    monkeypatch.setenv(f"WXBOT_{name}", value)
    with pytest.raises(SettingsError) as raised:
        load()
    assert f"WXBOT_{name}：" in raised.value.message
    assert says in raised.value.message
    assert "nput should" not in raised.value.message


def test_all_missing_settings_are_reported_at_once() -> None:
    """The error of a server without an account names every variable it needs."""
    with pytest.raises(SettingsError) as raised:
        load({}).require(SERVER_SETTINGS)
    for name in SERVER_SETTINGS:
        assert f"WXBOT_{name.upper()}" in raised.value.message


def test_a_credential_of_blanks_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blanks around a credential are no part of it, so that one of blanks alone is named as missing."""
    for name, value in (("APP_ID", "wx0123456789abcdef"), ("APP_SECRET", " geheim "), ("TOKEN", " ")):
        monkeypatch.setenv(f"WXBOT_{name}", value)
    settings = load()
    assert settings.app_secret.get_secret_value() == "geheim"
    with pytest.raises(SettingsError, match="WXBOT_TOKEN"):
        settings.require(SERVER_SETTINGS)


@pytest.mark.parametrize("line", ['app_secret = "x"', "no such thing", "colour = 1"])
def test_a_wrong_file_is_named(line: str, tmp_path: Path) -> None:
    """A secret in the file, a broken file and an unknown key raise an error with the key or the file."""
    file = tmp_path / "wxbot.toml"
    file.write_text(line)
    with pytest.raises(SettingsError) as raised:
        load({"WXBOT_CONFIG": str(file)})
    assert str(file) in raised.value.message or "WXBOT_COLOUR" in raised.value.message


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("push_weekday", "fri", "fri"),
        ("push_weekday", " Thu，mon, thu ", "mon,thu"),
        ("push_quiet", "22-8", "22-8"),
        ("push_quiet", "22 - 24", "22-0"),
        ("push_quiet", "", ""),
        ("push_to", "section:投融界", "section:投融界"),
    ],
)
def test_schedule_settings_are_normalised(
    name: str, written: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weekdays in any order, hours up to 24, blanks and full-width commas are accepted."""
    monkeypatch.setenv(f"WXBOT_{name.upper()}", written)
    assert kept == getattr(load(), name)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("push_weekday", "mon,funday"),
        ("push_quiet", "22"),
        ("push_quiet", "8-8"),
        ("push_quiet", "0-24"),
        ("push_quiet", "8-25"),
        ("push_quiet", "8-10"),  # push_hour is 09:00
        ("push_quiet", "22-10"),
        ("push_to", "everybody"),
        ("push_to", "tag:"),
        ("push_route", "pigeon"),
    ],
)
def test_an_impossible_schedule_is_refused(name: str, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown days and hours, and quiet hours all day or around push_hour, raise an error with the setting's name."""
    monkeypatch.setenv(f"WXBOT_{name.upper()}", written)
    with pytest.raises(SettingsError) as raised:
        load()
    assert f"WXBOT_{name.upper()}" in raised.value.message


def test_the_routes_of_the_setting_are_those_of_the_push() -> None:
    """`push_route` accepts exactly the routes of the push."""
    assert {"", *Route} == set(get_args(Settings.model_fields["push_route"].annotation))


def test_secrets_do_not_show() -> None:
    """The representation of the settings contains no secret."""
    settings = Settings(app_secret=SecretStr("s3cret"), token=SecretStr("t0ken"))
    assert "s3cret" not in repr(settings)
    assert "t0ken" not in repr(settings)
