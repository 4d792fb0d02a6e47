"""Draft box (reference, section G1)."""

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform


def test_add_wants_an_array_and_update_an_object(api: ApiCaller) -> None:
    """draft/add takes an array of articles, draft/update an object (G1, O8)."""
    article = api.article()
    media_id = api.draft()

    assert 44003 == api.errcode("/cgi-bin/draft/add", {"articles": article})
    assert 44003 == api.errcode("/cgi-bin/draft/add", {"articles": []})
    assert 47001 == api.errcode(
        "/cgi-bin/draft/update", {"media_id": media_id, "index": 0, "articles": [article]}
    )
    assert 0 == api.errcode("/cgi-bin/draft/update", {"media_id": media_id, "index": 0, "articles": article})


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": "一" * 64}, 0),
        ({"title": "一" * 65}, 45003),
        ({"title": ""}, 40035),
        ({"title": 7}, 47001),
        ({"author": "一" * 16}, 0),
        ({"author": "一" * 17}, 45110),
        ({"digest": "一" * 128}, 0),
        ({"digest": "一" * 129}, 45004),
        ({"content": ""}, 44004),
        ({"content": "一" * 350_000}, 45002),
        ({"content": "一" * 39_000}, 0),
        ({"content_source_url": "https://example.org/" + "a" * 1004}, 0),
        ({"content_source_url": "https://example.org/" + "a" * 1005}, 41039),
        ({"content_source_url": "example.org"}, 41039),
        ({"thumb_media_id": ""}, 40007),
        ({"thumb_media_id": "unknown"}, 40007),
        ({"article_type": "poem"}, 40035),
        ({"pic_crop_235_1": "0_0.1_1_0.529166"}, 0),
        ({"pic_crop_235_1": "0,0,1,1"}, 40035),
        ({"pic_crop_1_1": "0_0_1.000000_0.123456"}, 0),
        ({"pic_crop_1_1": "0_0_1.5_1"}, 40035),
        ({"pic_crop_1_1": "0_0_0.1234567_1"}, 40035),
        ({"need_open_comment": 1}, 0),
        ({"need_open_comment": 2}, 40035),
    ],
)
def test_fields_have_limits(api: ApiCaller, fields: dict[str, object], code: int) -> None:
    """Each invalid field has its own error code (G1, O8)."""
    assert code == api.errcode("/cgi-bin/draft/add", {"articles": [api.article(**fields)]})


@pytest.mark.platform(official_limits=True)
def test_the_documented_limits_on_request(api: ApiCaller) -> None:
    """With official_limits a title has at most 32 characters and the content fewer than 20,000 (G1)."""
    assert 45003 == api.errcode("/cgi-bin/draft/add", {"articles": [api.article(title="一" * 33)]})
    assert 45002 == api.errcode("/cgi-bin/draft/add", {"articles": [api.article(content="一" * 20_000)]})


def test_a_cover_is_permanent_and_one_s_own(api: ApiCaller) -> None:
    """A temporary picture as cover is 40007 (G1, O8)."""
    media_id = api.upload("/cgi-bin/media/upload", type="image")["media_id"]
    assert 40007 == api.errcode("/cgi-bin/draft/add", {"articles": [api.article(thumb_media_id=media_id)]})


def test_eight_articles_and_no_more(api: ApiCaller) -> None:
    """A draft has at most eight articles; more are 45008 (G1)."""
    article = api.article()
    assert 0 == api.errcode("/cgi-bin/draft/add", {"articles": [article] * 8})
    assert 45008 == api.errcode("/cgi-bin/draft/add", {"articles": [article] * 9})


def test_a_draft_comes_back_filtered_with_a_preview(platform: Platform, api: ApiCaller) -> None:
    """A draft returns with filtered content, a generated digest and a preview link that works (G1, I, O8)."""
    media_id = api.draft(content='<p style="position:fixed">要闻</p><script>x</script>')

    (article,) = api.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"]
    assert ("<p>要闻</p>", "要闻", 0) == (article["content"], article["digest"], article["show_cover_pic"])
    page = api.send_raw("GET", "/s/" + article["url"].rpartition("/s/")[2])
    assert "要闻" in page.body.decode()
    assert 1 == len(platform.get("drafts"))


def test_a_digest_is_the_first_54_characters(api: ApiCaller) -> None:
    """A missing digest becomes the first 54 characters of the text (G1)."""
    media_id = api.draft(content="<p>" + "一" * 60 + "</p>")
    assert "一" * 54 == api.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"][0]["digest"]


def test_update_counts_from_zero(api: ApiCaller) -> None:
    """Index 0 is the first article, and an index beyond the last is 40114 (G1, O8)."""
    media_id = api.draft()
    article = api.article(title="改过")

    assert 40114 == api.errcode(
        "/cgi-bin/draft/update", {"media_id": media_id, "index": 1, "articles": article}
    )
    assert 40007 == api.errcode(
        "/cgi-bin/draft/update", {"media_id": "none", "index": 0, "articles": article}
    )
    api.post("/cgi-bin/draft/update", {"media_id": media_id, "index": 0, "articles": article})
    assert "改过" == api.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"][0]["title"]


@pytest.mark.platform(virtual=True)
def test_the_box_is_listed_newest_first(platform: Platform, api: ApiCaller) -> None:
    """batchget lists drafts from the newest, with or without bodies (G1)."""
    for title in ("一", "二", "三"):
        api.draft(title=title)
        platform.advance(1)

    page = api.post("/cgi-bin/draft/batchget", {"offset": 1, "count": 20, "no_content": 1})
    assert (3, 2) == (page["total_count"], page["item_count"])
    assert ["二", "一"] == [item["content"]["news_item"][0]["title"] for item in page["item"]]
    assert "" == page["item"][0]["content"]["news_item"][0]["content"]
    assert {"total_count": 3} == api.get("/cgi-bin/draft/count")


@pytest.mark.parametrize("body", [{"offset": 0, "count": 21}, {"offset": -1, "count": 1}, {"count": 1}, {}])
def test_pages_hold_one_to_twenty(api: ApiCaller, body: dict[str, int]) -> None:
    """G1: other counts and offsets are 40035."""
    assert 40035 == api.errcode("/cgi-bin/draft/batchget", body)


def test_a_deleted_draft_is_gone_for_good(api: ApiCaller) -> None:
    """Every call about a deleted draft is 40007 (G1, O8)."""
    media_id = api.draft()
    api.post("/cgi-bin/draft/delete", {"media_id": media_id})

    assert 40007 == api.errcode("/cgi-bin/draft/delete", {"media_id": media_id})
    assert 40007 == api.errcode("/cgi-bin/draft/get", {"media_id": media_id})


def test_a_picture_post(api: ApiCaller) -> None:
    """A newspic has one to twenty permanent pictures, plain text, and its first picture as cover (G1)."""
    cover = api.cover()
    post = {"article_type": "newspic", "title": "图", "content": "<p>字</p>"}
    body = {"articles": [post | {"image_info": {"image_list": [{"image_media_id": cover}]}}]}

    media_id = api.post("/cgi-bin/draft/add", body)["media_id"]
    (article,) = api.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"]
    assert ("字", cover) == (article["content"], article["thumb_media_id"])
    assert 40035 == api.errcode("/cgi-bin/draft/add", {"articles": [post]})
    error = post | {"image_info": {"image_list": [{"image_media_id": "none"}]}}
    assert 40007 == api.errcode("/cgi-bin/draft/add", {"articles": [error]})


@pytest.mark.platform(kind="personal")
def test_comments_need_the_right(api: ApiCaller) -> None:
    """An account without the comment right gets 88000 when it opens them (G1, L)."""
    assert 88000 == api.errcode("/cgi-bin/draft/add", {"articles": [api.article(need_open_comment=1)]})


def test_foreign_pictures_are_not_stored(api: ApiCaller) -> None:
    """Of two pictures only the uploaded one is stored (G1, I, O10)."""
    own = api.upload("/cgi-bin/media/uploadimg")["url"]
    media_id = api.draft(content=f'<p><img src="{own}"><img src="https://example.org/x.png"></p>')

    content = api.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"][0]["content"]
    assert 1 == content.count("<img ")
    assert own.replace("/0?", "/640?") in content
    path = own.removeprefix("http://mmbiz.qpic.cn")
    assert 200 == api.send_raw("GET", path).status
