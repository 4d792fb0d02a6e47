"""Usage errors and click's own texts are shown in Chinese, or in English where LANG asks for it."""

import ast
import gettext
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.conftest import ROOT, Shell
from wxbot.cli import cli, install_translations

LOCALE = ROOT / "wxbot" / "cli" / "locale"
SOURCE = LOCALE / "zh" / "LC_MESSAGES" / "messages.po"
# Texts of click for programmers, for Windows, and for features that wxbot does not use.
NOT_SHOWN = re.compile(
    r"d$|Windows|Editing failed|iterable|declaration|twice|true/false|Bash|colour|standard stream|No options defined"
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("nonsense", "没有命令 'nonsense'"),
        ("serch 芯片", "没有命令 'serch'"),
        ("ask", "缺少 'TEXT'"),
        ("ask 芯片 手机", "多出来的：手机"),
        ("ask 芯片 --nonsense", "没有选项 '--nonsense'"),
        ("push plan 2021-02 --rout mass", "是不是 '--route'"),
        ("ask 芯片 --as", "选项 '--as' 后面缺少内容"),
        ("ask 芯片 --xml=yes", "选项 '--xml' 后面不能有内容"),
        ("show 2021-02 x", "'x' 不是数字"),
        ("show 2021-02 0", "0 不在 x>=1 之内"),
        ("serve --port 70000", "70000 不在 0<=x<=65535 之内"),
        ("push plan 2021-02 --route pigeon", "没有 'pigeon' 这一种，可以是 'mass'"),
        ("push plan 2021-02 --at 明天", "'--at'：看不懂时刻「明天」"),
        ("push preview 1", "缺少选项 '--to'"),
        ("evaluate nowhere.jsonl", "没有 'nowhere.jsonl' 这个文件"),
        ("backup content", "'content' 是文件夹"),
    ],
)
def test_a_usage_error_is_described_in_chinese(shell: Shell, typed: str, says: str) -> None:
    """A mistyped command ends with exit code 2 and says in Chinese what is wrong and what to do."""
    ran = shell(*typed.split())
    assert (2, "") == (ran.code, ran.out)
    *_, error, remedy = ran.err.splitlines()
    assert says in error
    assert not re.search("[a-z]+ [a-z]+ [a-z]+", error)
    assert remedy.startswith("怎么办：wxbot")


def test_a_group_without_a_command_lists_its_commands(shell: Shell) -> None:
    """`wxbot push` alone ends with exit code 2 and lists the commands of the group."""
    ran = shell("push")
    assert (2, "") == (ran.code, ran.out)
    assert "approve" in ran.err


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ({}, "用法: 选项: 命令:"),
        ({"LANG": "C.UTF-8"}, "用法: 选项: 命令:"),
        ({"LANG": "zh_CN.UTF-8"}, "用法: 选项: 命令:"),
        ({"LANG": "en_US.UTF-8"}, "Usage: Options: Commands:"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "Usage: Options: Commands:"),
    ],
    ids=str,
)
def test_the_help_speaks_the_language_of_the_environment(
    language: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headings of a help text are Chinese unless LANG, LC_ALL or LANGUAGE names another language."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in language.items():
        monkeypatch.setenv(name, value)
    install_translations(os.environ)
    group = cli.get_command(click.Context(cli, **cli.context_settings), "push")
    assert group is not None
    shown = group.get_help(click.Context(group, info_name="push"))
    assert expected.split() == re.findall(r"^(\S+:)(?: |$)", shown, re.MULTILINE)


def test_a_process_speaks_the_language_of_its_environment() -> None:
    """`LANG=en_US.UTF-8 wxbot push --help` has English headings."""
    environ = {name: value for name, value in os.environ.items() if name not in {"LANGUAGE", "LC_ALL"}}
    shown = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "wxbot", "push", "--help"],
        env=environ | {"LANG": "en_US.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    ).stdout
    assert "Usage:" in shown


def test_a_language_of_the_environment_is_kept() -> None:
    """The environment is changed only when it names no language."""
    for named in ({"LANG": "en_US.UTF-8"}, {"LANGUAGE": "fr"}):
        environ = dict(named)
        install_translations(environ)
        assert named == environ
    environ = {"LC_ALL": "C"}
    install_translations(environ)
    assert "zh" == environ["LANGUAGE"]


def test_every_text_that_click_shows_is_translated() -> None:
    """The catalogue has each translatable text of the installed click, except those that wxbot cannot show."""
    assert set() == {text for text in _click_texts() if not NOT_SHOWN.search(text)} - set(_source())


def test_the_compiled_catalogue_is_that_of_its_source() -> None:
    """messages.mo holds what messages.po says: `make translations` was run after the last change."""
    translation = gettext.translation("messages", LOCALE, ["zh"])
    for text, translated in _source().items():
        assert translated in {translation.gettext(text), translation.ngettext(text, text, 2)}


def _click_texts() -> set[str]:
    """Return the first arguments of click's calls of gettext."""
    texts = set()
    for file in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"_", "ngettext"}
                and isinstance(node.args[0], ast.Constant)
            ):
                texts.add(str(node.args[0].value))
    return texts


def _source() -> dict[str, str]:
    """Return the texts and translations of messages.po."""
    pairs = re.findall(
        r'^msgid "(.+)"\n(?:msgid_plural ".*"\n)?msgstr(?:\[0\])? "(.+)"$',
        SOURCE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return {ast.literal_eval(f'"{text}"'): ast.literal_eval(f'"{translated}"') for text, translated in pairs}
