"""Rights of each kind of account (reference, section L)."""

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.api.endpoint_table import TABLE
from wechat_simulator.pytest_plugin import Platform
from wechat_simulator.rights import KINDS, RIGHTS

# For each right one endpoint, and the kinds of account that have it by the table of section L.
TABLE_L = {
    "/cgi-bin/getcallbackip": "personal org-unverified sub svc",
    "/cgi-bin/media/uploadimg": "personal org-unverified sub svc",
    "/cgi-bin/draft/add": "personal org-unverified sub svc",
    "/cgi-bin/freepublish/submit": "sub svc",
    "/cgi-bin/message/custom/send": "sub svc",
    "/cgi-bin/message/mass/sendall": "sub svc",
    "/cgi-bin/message/mass/send": "svc",
    "/cgi-bin/message/template/send": "svc",
    "/cgi-bin/message/template/subscribe": "sub svc",
    "/cgi-bin/user/get": "sub svc",
    "/cgi-bin/tags/create": "sub svc",
    "/cgi-bin/menu/create": "sub svc",
    "/cgi-bin/get_current_selfmenu_info": "personal org-unverified sub svc",
    "/cgi-bin/qrcode/create": "svc",
    "/datacube/getusersummary": "sub svc",
    "/cgi-bin/comment/list": "sub svc",
    "/cgi-bin/ticket/getticket": "personal org-unverified sub svc",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_exactly_its_rights(platform: Platform, api: ApiCaller, kind: str) -> None:
    """Each endpoint either refuses the kind of account with 48001 or checks the arguments (L, O2, G3)."""
    platform.configure(kind=kind)
    refused = set()
    for endpoint in TABLE:
        if endpoint.key == "token":
            response = api.request(
                endpoint.method, endpoint.path, b"{}" if endpoint.method == "POST" else None
            )
            if b'"errcode":48001' in response.body:
                refused.add(endpoint.path)

    assert {path for path, kinds in TABLE_L.items() if kind not in kinds.split()} == refused & TABLE_L.keys()
    assert refused == {one.path for one in TABLE if kind not in RIGHTS[one.right]}


def test_rights_come_before_arguments(platform: Platform, api: ApiCaller) -> None:
    """A call without the right is 48001, whatever its arguments are (O2)."""
    platform.configure(kind="personal")
    assert 48001 == api.errcode("/cgi-bin/message/mass/sendall", {"nonsense": True})


def test_tokens_of_several_accounts(platform: Platform, api: ApiCaller) -> None:
    """Several accounts have their own tokens, drafts and followers (L)."""
    result = platform.post("accounts", {"kind": "personal", "name": "第二个"})
    second = ApiCaller(platform.url, platform.running.world.accounts[result["app_id"]].identity)
    api.draft()

    assert ({"total_count": 1}, {"total_count": 0}) == tuple(
        one.get("/cgi-bin/draft/count") for one in (api, second)
    )
    assert 48001 == second.get("/cgi-bin/user/get")["errcode"]
    assert 2 == len(platform.get("accounts"))
