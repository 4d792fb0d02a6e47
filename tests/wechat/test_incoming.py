"""Parsing callbacks, and refusing bodies that are none."""

import json
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.wechat import (
    Copyright,
    DataFormat,
    Incoming,
    MassJobEvent,
    Notice,
    NoticesEvent,
    PublishJobEvent,
    TemplateJobEvent,
    Unreadable,
    idempotency_key,
    parse,
)

HEAD = (
    "<ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oReader]]></FromUserName>"
    "<CreateTime>1793000000</CreateTime>"
)


def message(inner: str) -> Incoming:
    """Parse a push of which only the inner part is given; in JSON it must be understood in the same way."""
    xml = f"<xml>{HEAD}{inner}</xml>"
    found = parse(xml.encode())
    with suppress(ET.ParseError):
        fields = json_fields(ET.fromstring(xml))  # noqa: S314  our own XML
        in_json = parse(json.dumps(fields, ensure_ascii=False).encode())
        # Only the paths of nested fields may differ: JSON has no wrapper around a list.
        assert found == in_json._replace(fields=found.fields, data_format=found.data_format)
    return found


def json_fields(element: ET.Element) -> dict[str, Any]:
    """Return the values of an element as the platform writes them in JSON."""
    fields: dict[str, Any] = {}
    for child in element:
        value = json_fields(child) if len(child) else json_value(child.text or "")
        if isinstance(value, dict) and "List" in value:
            fields |= value
        elif child.tag in fields:
            before = fields[child.tag]
            fields[child.tag] = [*(before if isinstance(before, list) else [before]), value]
        else:
            fields[child.tag] = value
    return fields


def json_value(text: str) -> str | int:
    """Return a number bare, any other value as text."""
    return int(text) if text.isascii() and text.isdigit() and str(int(text)) == text else text


def event(name: str, inner: str = "") -> Incoming:
    """Parse an event."""
    return message(f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{inner}")


def text(content: str) -> Incoming:
    """Parse a text message whose content stands in CDATA as given."""
    return message(
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content><MsgId>24780011223344556</MsgId>"
    )


def test_text_message() -> None:
    """All that an answer needs comes out: who, where, when, which and what."""
    found = text("空气质量")

    assert ("text", "oReader", "gh_1", 1793000000) == (found.kind, found.openid, found.account, found.sent_at)
    assert (24780011223344556, "空气质量") == (found.msg_id, found.content)
    assert ("", "", None) == (found.event, found.key, found.job)


def test_tapped_line_brings_its_id() -> None:
    """A text that came from one of our tap-to-send lines says which."""
    found = message(
        "<MsgType>text</MsgType><Content>第12期</Content><MsgId>1</MsgId><bizmsgmenuid><![CDATA[issue-12]]></bizmsgmenuid>"
    )

    assert ("第12期", "issue-12") == (found.content, found.menu_id)


@pytest.mark.parametrize(
    ("kind", "inner", "name", "value"),
    [
        ("image", "<PicUrl><![CDATA[http://p/0]]></PicUrl><MediaId>m</MediaId>", "PicUrl", "http://p/0"),
        ("voice", "<Format>amr</Format><Recognition></Recognition>", "Recognition", ""),
        ("video", "<ThumbMediaId>t</ThumbMediaId>", "ThumbMediaId", "t"),
        ("shortvideo", "<ThumbMediaId>t</ThumbMediaId>", "ThumbMediaId", "t"),
        ("location", "<Location_X>31.2</Location_X><Label><![CDATA[上海市]]></Label>", "Label", "上海市"),
        ("link", "<Title><![CDATA[月报]]></Title><Url>https://e.org</Url>", "Title", "月报"),
    ],
)
def test_every_type_of_message(kind: str, inner: str, name: str, value: str) -> None:
    """Each type is told apart, and what is particular to it stands in the fields."""
    found = message(f"<MsgType>{kind}</MsgType>{inner}<MsgId>7</MsgId>")

    assert (kind, 7, value) == (found.kind, found.msg_id, found.fields[name])


def test_sticker_is_no_question() -> None:
    """The words by which the platform replaces a sticker are not a member's."""
    assert "unsupported" == text("【收到不支持的消息类型，暂无法显示】").kind


def test_unknown_type_is_named_so() -> None:
    """A type that the platform may invent tomorrow, or none, is no failure."""
    assert "unknown" == message("<MsgType>hologram</MsgType>").kind
    assert "unknown" == message("").kind


@pytest.mark.parametrize(
    ("name", "inner", "key"),
    [
        ("subscribe", "<EventKey><![CDATA[]]></EventKey>", ""),
        ("subscribe", "<EventKey>qrscene_issue12</EventKey><Ticket>gQH</Ticket>", "qrscene_issue12"),
        ("unsubscribe", "", ""),
        ("SCAN", "<EventKey>issue12</EventKey><Ticket>gQH</Ticket>", "issue12"),
        ("CLICK", "<EventKey>LATEST</EventKey>", "LATEST"),
        ("VIEW", "<EventKey>https://e.org/a</EventKey><MenuId>4</MenuId>", "https://e.org/a"),
        ("LOCATION", "<Latitude>31.2</Latitude>", ""),
    ],
)
def test_every_event_of_a_follower(name: str, inner: str, key: str) -> None:
    """Names come in both cases and go on in lower case; keys stay as they are."""
    found = event(name, inner)

    assert ("event", name.lower(), key) == (found.kind, found.event, found.key)
    assert ("gQH" if "Ticket" in inner else "") == found.ticket


def test_inner_values_are_found_by_their_path() -> None:
    """The results of a menu's scan, photo or location are read from nested tags."""
    scan = event(
        "scancode_waitmsg",
        "<ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>B-12</ScanResult></ScanCodeInfo>",
    )
    photo = event(
        "pic_weixin",
        "<SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>5a</PicMd5Sum></item></PicList></SendPicsInfo>",
    )

    assert "B-12" == scan.fields["ScanCodeInfo.ScanResult"]
    assert "5a" == photo.fields["SendPicsInfo.PicList.item.PicMd5Sum"]


def test_finished_mass_message() -> None:
    """A mass message's report brings status, counts, addresses in order, and the check of originality."""
    found = event(
        "MASSSENDJOBFINISH",
        "<MsgID>1000000123</MsgID><Status><![CDATA[send success]]></Status><TotalCount>1200</TotalCount>"
        "<FilterCount>1190</FilterCount><SentCount>1185</SentCount><ErrorCount>5</ErrorCount><CopyrightCheckResult>"
        "<Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx><UserDeclareState>0</UserDeclareState>"
        "<AuditState>2</AuditState><OriginalArticleUrl><![CDATA[https://m/orig]]></OriginalArticleUrl>"
        "<OriginalArticleType>1</OriginalArticleType><CanReprint>1</CanReprint></item></ResultList>"
        "<CheckState>2</CheckState></CopyrightCheckResult><ArticleUrlResult><Count>2</Count><ResultList>"
        "<item><ArticleIdx>2</ArticleIdx><ArticleUrl>https://m/b</ArticleUrl></item>"
        "<item><ArticleIdx>1</ArticleIdx><ArticleUrl>https://m/a</ArticleUrl></item></ResultList></ArticleUrlResult>",
    )

    assert found.job == MassJobEvent(
        msg_id=1000000123,
        status="send success",
        total=1200,
        filtered=1190,
        sent=1185,
        errors=5,
        urls=("https://m/a", "https://m/b"),
        copyright=(Copyright(1, 0, 2, "https://m/orig", 1, True),),
        check_state=2,
    )
    assert None is found.msg_id


def test_finished_publishing() -> None:
    """A published draft brings its article's id and addresses; a refused one the articles that stopped it."""
    done = event(
        "PUBLISHJOBFINISH",
        "<PublishEventInfo><publish_id>224</publish_id><publish_status>0</publish_status><article_id>b5</article_id>"
        "<article_detail><count>1</count><item><idx>1</idx><article_url>https://m/p</article_url></item>"
        "</article_detail></PublishEventInfo>",
    )
    failed = event(
        "PUBLISHJOBFINISH",
        "<PublishEventInfo><publish_id>225</publish_id><publish_status>2</publish_status><fail_idx>1</fail_idx>"
        "<fail_idx>2</fail_idx></PublishEventInfo>",
    )

    assert PublishJobEvent("224", 0, "b5", ("https://m/p",)) == done.job
    assert PublishJobEvent("225", 2, failed=(1, 2)) == failed.job
    assert idempotency_key(done) != idempotency_key(failed)


def test_finished_template_message() -> None:
    """The event's name has been seen in lower case too."""
    for name in ("TEMPLATESENDJOBFINISH", "templatesendjobfinish"):
        found = event(name, "<MsgID>391</MsgID><Status><![CDATA[failed:user block]]></Status>")
        assert TemplateJobEvent(391, "failed:user block") == found.job


def test_subscription_notices() -> None:
    """A List stands once per template: what a follower chose, and how a notice fared."""
    chosen = event(
        "subscribe_msg_popup_event",
        "<SubscribeMsgPopupEvent><List><TemplateId>A</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>"
        "</List><List><TemplateId>B</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List>"
        "</SubscribeMsgPopupEvent>",
    )
    sent = event(
        "subscribe_msg_sent_event",
        "<SubscribeMsgSentEvent><List><TemplateId>A</TemplateId><MsgID>1700827132819554304</MsgID>"
        "<ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>",
    )

    assert NoticesEvent((Notice("A", "accept"), Notice("B", "reject"))) == chosen.job
    assert NoticesEvent((Notice("A", "success", 1700827132819554304),)) == sent.job


def test_a_list_of_thousands_is_read_in_part() -> None:
    """Of an event with a thousand list entries, more than the platform sends, twenty are read."""
    body = "<E>" + "<List><TemplateId>A</TemplateId></List>" * 1000 + "</E>"
    found = event("subscribe_msg_popup_event", body).job
    assert isinstance(found, NoticesEvent)
    assert 20 == len(found.items)


def test_job_report_with_nothing_in_it() -> None:
    """Missing numbers are 0, so a report is never lost to a tag that the platform leaves out."""
    assert MassJobEvent(0, "", 0, 0, 0, 0) == event("MASSSENDJOBFINISH").job
    assert PublishJobEvent("", 0) == event("PUBLISHJOBFINISH").job
    assert NoticesEvent(()) == event("subscribe_msg_sent_event").job


@pytest.mark.parametrize("words", ["a\x00b", "a\x08b", "a\x0bb", "a\x1fb", "a\ufffeb", "a\x7fb"])
def test_control_characters_in_a_message(words: str) -> None:
    """XML forbids them, members' phones send them: they are dropped, the message is read."""
    assert "ab" == text(words).content


def test_control_characters_by_number() -> None:
    """A forbidden character written as a number is dropped too; a lawful one is what it says."""
    found = message(
        "<MsgType>text</MsgType><Content>a&#0;b&#x1F;c&#xD800;&#10;&#33455;&lt;</Content><MsgId>1</MsgId>"
    )

    assert "abc\n节<".replace("节", chr(33455)) == found.content


@pytest.mark.parametrize(
    "words",
    [
        "<!DOCTYPE html>",
        "<!ENTITY a 'b'>",
        "&amp; &x; &#0;",
        "<b>&</b>",
        "{",
        "<Encrypt>QUJD</Encrypt>",
        "</xml>",
    ],
)
def test_markup_in_a_members_words_is_text(words: str) -> None:
    """The content of CDATA is taken as the member's text unchanged."""
    assert words == text(words).content


def test_split_cdata_is_one_text() -> None:
    """The platform splits `]]>`; the member's text is whole again."""
    assert "a]]>b" == text("a]]]]><![CDATA[>b").content


BOMB = '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "body",
    [
        f"{BOMB}<xml>{HEAD}<Content>&b;</Content></xml>",
        f'<?xml version="1.0"?>{BOMB}<xml>{HEAD}<Content>&b;</Content></xml>',
        f"<!-- x -->{BOMB}<xml>{HEAD}<Content>&b;</Content></xml>",
        f"<?x?>{BOMB}<xml>{HEAD}</xml>",
        f'<!DOCTYPE xml SYSTEM "file:///etc/hostname"><xml>{HEAD}</xml>',
        f"<xml>{BOMB}{HEAD}</xml>",
        f"<xml>{HEAD}<Content>&b;</Content></xml>",
    ],
)
def test_no_entity_is_ever_expanded(body: str) -> None:
    """A document type is refused wherever it stands, in every encoding that a parser might guess."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-7"):
        with pytest.raises(Unreadable):
            parse(body.encode(encoding))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"<xml>",
        b"<xml></xml>",
        b"<xml/>",
        b"<html><body>502</body></html>",
        b"success",
        b"\xff\xfe\x00",
        b"<xml><Content>a & b</Content></xml>",
        b"<xml><FromUserName></FromUserName></xml>",
        b"<xml>" + b"<a>" * 200_000,
        b"<xml>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</xml>",
    ],
)
def test_body_that_is_no_push_is_unreadable(body: bytes) -> None:
    """An empty, broken or foreign body is told apart from a push, whatever it is."""
    with pytest.raises(Unreadable):
        parse(body)


@pytest.mark.parametrize(
    "body", ['{"Content": "秘密"}', '{"Content": "秘密"', "{" * 100_000, '{"a": [' * 50_000]
)
def test_broken_json_is_refused(body: str) -> None:
    """JSON without a sender or without an end is no callback; what a member wrote is not in the log."""
    with pytest.raises(Unreadable) as wrong:
        parse(body.encode())

    assert "秘密" not in str(wrong.value)


def test_json_tells_its_format() -> None:
    """The reply to a push in JSON must be JSON; numbers longer than a float keeps are read whole."""
    found = parse(b'{"FromUserName": "o", "MsgType": "text", "Content": "a", "MsgId": 24780011223344557}')

    assert (DataFormat.JSON, 24780011223344557) == (found.data_format, found.msg_id)
    assert DataFormat.XML == text("a").data_format


def test_first_of_repeated_tags_counts() -> None:
    """A tag that stands twice is read once; unknown ones are kept."""
    found = message(
        "<MsgType>text</MsgType><Content>a</Content><Content>b</Content><New>x</New><MsgId>5</MsgId>"
    )

    assert ("a", "x") == (found.content, found.fields["New"])


@pytest.mark.parametrize("number", ["", "x", "-1", "1.5", "²", "9" * 30])
def test_number_that_is_none(number: str) -> None:
    """A time or id that is no 64-bit number is left out instead of guessed."""
    found = parse(
        f"<xml><FromUserName>o</FromUserName><CreateTime>{number}</CreateTime><MsgId>{number}</MsgId></xml>".encode()
    )

    assert (0, None) == (found.sent_at, found.msg_id)


def test_declaration_blanks_and_byte_order_mark_are_fine() -> None:
    """A byte order mark, blanks or a declaration before the root element are accepted, whatever encoding it names."""
    for start in ("\ufeff", "\n ", '<?xml version="1.0" encoding="gbk"?>\n'):
        assert "芯片" == parse(f"{start}<xml>{HEAD}<Content>芯片</Content></xml>".encode()).content


@given(body=st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_push_or_unreadable(body: bytes) -> None:
    """Nothing but Unreadable is ever raised, neither for a body nor for what stands inside one."""
    for whole in (
        body,
        b"<xml>" + body + b"</xml>",
        f"<xml>{HEAD}<Content>".encode() + body + b"</Content></xml>",
    ):
        with suppress(Unreadable):  # the one way out beside an answer
            assert idempotency_key(parse(whole))


@given(words=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=50))
def test_members_words_come_out_unchanged(words: str) -> None:
    """Any text without control characters, split where the platform splits it, is the same afterwards."""
    words = words.replace("\ufffe", "").replace("\uffff", "")

    assert words == text(words.replace("]]>", "]]]]><![CDATA[>")).content


def test_identity_of_a_message_is_its_number() -> None:
    """The second and third try carry the same MsgId."""
    assert "24780011223344556" == idempotency_key(text("a"))


def test_identity_of_events_in_one_second() -> None:
    """Events of one follower in one second stay apart by name, key and job; a repeated one is the same."""
    found = [
        event("CLICK", "<EventKey>A</EventKey>"),
        event("CLICK", "<EventKey>B</EventKey>"),
        event("LOCATION"),
        event("MASSSENDJOBFINISH", "<MsgID>1</MsgID>"),
        event("MASSSENDJOBFINISH", "<MsgID>2</MsgID>"),
        message("<MsgType>text</MsgType><Content>no MsgId</Content>"),
    ]

    assert len(found) == len({idempotency_key(each) for each in found})
    assert "oReader@1793000000:click:A" == idempotency_key(found[0])
    assert idempotency_key(event("CLICK", "<EventKey>A</EventKey>")) == idempotency_key(found[0])


def test_identity_is_short_enough_for_an_index() -> None:
    """A menu link's address of a kilobyte is shortened, and still told apart from its neighbour."""
    one = idempotency_key(event("VIEW", f"<EventKey>https://e.org/{'a' * 1000}1</EventKey>"))
    two = idempotency_key(event("VIEW", f"<EventKey>https://e.org/{'a' * 1000}2</EventKey>"))

    assert one != two
    assert 190 >= len(one)
