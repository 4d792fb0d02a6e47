"""Facts about the addresses that bulletins and archives name: nothing looks them up or fetches them."""

import json
import socket
from pathlib import Path

import pytest

from tests.conftest import Shell
from tests.wechat.crooked import crooked
from tests.wechat.ways import OK

NAMING = """<html><head><title>长风联盟工作简报</title><link rel="stylesheet" href="{url}/a.css"></head><body>
<h1>长风联盟工作简报</h1><p>2021年第7期</p><h2>新动向</h2><h3>一篇有图的文章</h3>
<p>这一篇里有一张外面的图片，正文写得够长，读得出来。<img src="{url}/picture.png"><a href="{url}/page">原文</a></p>
<iframe src="{url}/frame"></iframe></body></html>"""


def test_no_address_that_a_bulletin_or_an_archive_names_is_looked_up(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures and links that a file names are not fetched, so a name that answers with two addresses reaches nothing.

    The resolver here gives a public address first and this machine's own from then on.
    """
    looked_up: list[str] = []

    def resolve(host: str, *_: object, **__: object) -> list[object]:
        """Answer with a public address, then with a private one."""
        looked_up.append(host)
        address = "203.0.113.1" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]

    with crooked(OK) as inside, monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        for name, url in (("rebinding", "http://rebinding.example"), ("private", inside.url)):
            (tmp_path / f"{name}.html").write_text(NAMING.format(url=url), encoding="utf-8")
            article: dict[str, str | None] = {
                "id": name,
                "title": "存档",
                "section": "新动向",
                "date": "2021-01-15",
                "body": "正文",
            }
            article |= {"url": f"{url}/a", "issue": None}
            (tmp_path / f"{name}.jsonl").write_text(json.dumps(article) + "\n", encoding="utf-8")
        ran = shell("ingest", *map(str, sorted(tmp_path.glob("*.*l"))), "--json")
        shell("push", "plan", "2021-07")
        assert "2021-07" in shell("show", "2021-07", "1").out + ran.out
    assert ([], []) == (looked_up, inside.asked)
