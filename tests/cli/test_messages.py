"""Facts about what is said of a command that was typed wrongly."""

import re

import pytest

from tests.conftest import Shell


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
        ("push show x", "'CAMPAIGN_ID'：'x' 不是数字"),
        ("push plan 2021-02 --route pigeon", "没有 'pigeon' 这一种，可以是 'mass'"),
        ("push plan 2021-02 --at 明天", "'--at'：看不懂时刻「明天」"),
        ("push preview 1", "缺少选项 '--to'"),
        ("evaluate nowhere.jsonl", "没有 'nowhere.jsonl' 这个文件"),
        ("backup content", "'content' 是文件夹"),
    ],
)
def test_it_is_said_in_chinese(shell: Shell, typed: str, says: str) -> None:
    """Exit 2; what is wrong and what to do, and no sentence of English beside the usage line."""
    ran = shell(*typed.split())
    assert (2, "") == (ran.code, ran.out)
    *_, wrong, remedy = ran.err.splitlines()
    assert says in wrong
    assert not re.search("[a-z]+ [a-z]+ [a-z]+", wrong)
    assert remedy.startswith("怎么办：wxbot")


def test_a_group_without_a_command_shows_what_there_is(shell: Shell) -> None:
    """`wxbot push` alone is exit 2, and lists its commands."""
    ran = shell("push")
    assert (2, "") == (ran.code, ran.out)
    assert "approve" in ran.err
