"""Many mastheads, one a line: name, number, date and editor are read, and nothing of the news gets into them."""

import pytest

from tests.bulletin.masthead_samples import MARKDOWN, TEXT
from wxbot import bulletin
from wxbot.bulletin import ParsedIssue, Source
from wxbot.bulletin.readers import read_source

NEWS = "近日，青禾区图书馆完成自助借还设备升级，读者还书后可当场办理续借，全天开放，欢迎读者前来体验。"
BODY = f"\n\n【馆内消息】\n\n■ 自助设备升级\n\n{NEWS}\n\n■ 旧书整理上山\n\n{NEWS}\n"
MARKDOWN_BODY = f"\n\n## 馆内消息\n\n### 自助设备升级\n\n{NEWS}\n\n### 旧书整理上山\n\n{NEWS}\n"


def summary(issue: ParsedIssue) -> str:
    """Return the values of the masthead in the form of the samples."""
    return "|".join(str(value or "") for value in (issue.title, issue.number, issue.date, issue.editor))


@pytest.mark.parametrize(("head", "wanted"), TEXT.items(), ids=range(len(TEXT)))
def test_a_printed_masthead_is_read(head: str, wanted: str) -> None:
    """The values are those that the masthead prints."""
    assert wanted == summary(bulletin.parse(read_source(Source("x.txt", f"{head}{BODY}".encode()))))


@pytest.mark.parametrize(("head", "wanted"), MARKDOWN.items(), ids=range(len(MARKDOWN)))
def test_a_masthead_in_markdown_is_read(head: str, wanted: str) -> None:
    """The values are those of the title, the byline and the lines between."""
    assert wanted == summary(bulletin.parse(read_source(Source("x.md", f"{head}{MARKDOWN_BODY}".encode()))))
