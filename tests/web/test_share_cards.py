"""Tests of pages whose links show a card when they are shared in WeChat."""

import base64
import hashlib

from pydantic import SecretStr

from tests.rendering.samples import Outline
from tests.web.conftest import APP_ID, PUBLIC_URL, Site
from wechat_simulator import run


def test_a_page_is_signed_for_the_account(site: Site) -> None:
    """A page runs one script, which its policy names; its signature is made with the account's ticket."""
    with run(kind="svc", app_id=APP_ID) as platform:
        secret = SecretStr(platform.account.secret)
        client = site(share_cards=True, platform_url=platform.url, app_secret=secret).app.test_client()
        page = client.get("/a/2021-02/5")
        config = client.get(
            "/jssdk", query_string={"url": f"{PUBLIC_URL}/a/2021-02/5?from=message"}
        ).get_json()
        ticket = next(iter(platform.state.tickets)).removeprefix("jsapi ")
        foreign = client.get("/jssdk", query_string={"url": "https://elsewhere.example.org/"}).status_code
    script = next(
        text for tag, text in Outline(page.get_data(as_text=True)).texts if tag == "script" and "wx." in text
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text = (
        f"jsapi_ticket={ticket}&noncestr={config['nonceStr']}&timestamp={config['timestamp']}"
        f"&url={PUBLIC_URL}/a/2021-02/5?from=message"
    )

    assert hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() == config["signature"]
    assert (APP_ID, 404) == (config["appId"], foreign)
    assert f"script-src 'sha256-{digest}' https://res.wx.qq.com/" in page.headers["Content-Security-Policy"]


def test_without_a_ticket_the_page_is_shared_as_a_link(site: Site) -> None:
    """The answer says what readers see when no ticket can be had; without the setting pages have no script."""
    with run(kind="svc", app_id=APP_ID) as platform:
        wrong = {"platform_url": platform.url, "app_secret": SecretStr("0" * 32)}
        client = site(share_cards=True, **wrong).app.test_client()
        answer = client.get("/jssdk", query_string={"url": f"{PUBLIC_URL}/"})
    plain = site().app.test_client()

    assert (503, True) == (answer.status_code, "转发时显示链接本身" in answer.get_json()["error"])
    assert 404 == plain.get("/jssdk", query_string={"url": f"{PUBLIC_URL}/"}).status_code
    assert "script-src" not in plain.get("/a/2021-02/5").headers["Content-Security-Policy"]
