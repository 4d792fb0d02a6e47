"""The envelope: vectors of the reference, and what is refused."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.errors import SettingsError
from wxbot.wechat import BadSignature, CallbackCrypto, Stale, Unreadable, Untrusted, WrongApp

TOKEN = "AAAAA"
APP_ID = "wxba5fad812f8e6fb9"
KEY = "A" * 43
OTHER_KEY = "BulletinBulletinBulletinBulletinBulletin123"
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsX"
    "UnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajA"
    "sjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
XML = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Content><![CDATA[芯片]]></Content></xml>"


def at(seconds: int) -> datetime:
    """A moment from unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def sign(*parts: str) -> str:
    """The platform's signature, written down once more so that the product's own is not judged by itself."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def plain_query(now: datetime = NOW, token: str = TOKEN) -> dict[str, str]:
    """The query of a push in plaintext mode."""
    stamp = str(int(now.timestamp()))
    return {"timestamp": stamp, "nonce": "n1", "signature": sign(token, stamp, "n1"), "openid": "o1"}


def safe_push(
    xml: str = XML, key: str = KEY, app_id: str = APP_ID, now: datetime = NOW
) -> tuple[dict[str, str], bytes]:
    """Query and body of a push in safe mode."""
    sealed = ciphertext(CallbackCrypto(TOKEN, app_id, key).seal(xml, now, "n1"))
    query = plain_query(now) | {"encrypt_type": "aes"}
    query["msg_signature"] = sign(TOKEN, query["timestamp"], "n1", sealed)
    return query, wrapped(sealed)


def wrapped(sealed: str) -> bytes:
    """A ciphertext in the body of safe mode."""
    return (
        f"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
    )


def ciphertext(envelope: str) -> str:
    """The Encrypt of an envelope."""
    found = re.search(r"<Encrypt><!\[CDATA\[(.+?)\]\]></Encrypt>", envelope)
    assert found
    return found[1]


def test_greeting_of_the_reference_is_answered() -> None:
    """The platform's check of our address gets its echostr back, letter for letter (vector of A4)."""
    query = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "4375120948345356249",
    }

    assert "4375120948345356249" == CallbackCrypto(TOKEN, APP_ID).verify_server(query)
    assert None is CallbackCrypto("BBBBB", APP_ID).verify_server(query)
    assert None is CallbackCrypto(TOKEN, APP_ID).verify_server({"echostr": "4375120948345356249"})


def test_plain_push_of_the_reference_opens() -> None:
    """A plaintext push is proved by `signature` (vector of A4)."""
    query = {
        "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
        "timestamp": "1714037059",
        "nonce": "486452656",
    }

    opened = CallbackCrypto(TOKEN, APP_ID).open(query, b"<xml/>", at(1714037060))

    assert (b"<xml/>", False, "486452656", 1714037059, False, False) == opened


def test_safe_push_of_the_reference_opens() -> None:
    """A push in safe mode is proved by `msg_signature`; its padding goes beyond 16 bytes (vector of A4)."""
    query = {
        "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
        "timestamp": "1714112445",
        "nonce": "415670741",
        "encrypt_type": "aes",
    }

    opened = CallbackCrypto(TOKEN, APP_ID, KEY).open(query, wrapped(SEALED), at(1714112445))

    message = json.loads(opened.body)
    assert ("o9AgO5Kd5ggOC-bXrbNODIiE3bGY", "debug_demo") == (message["FromUserName"], message["Event"])
    assert 167 == len(opened.body)
    assert opened.encrypted


def test_reply_of_the_reference_is_sealed() -> None:
    """Ciphertext and signature of a reply are those of the reference (vector of A4)."""
    sealed = CallbackCrypto(TOKEN, APP_ID, KEY).seal(
        '{"demo_resp":"good luck"}', at(1713424427), "415670741", salt=b"707722b803182950"
    )

    assert (
        "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
        == ciphertext(sealed)
    )
    assert "<MsgSignature><![CDATA[1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1]]></MsgSignature>" in sealed
    assert "<TimeStamp>1713424427</TimeStamp><Nonce><![CDATA[415670741]]></Nonce>" in sealed


@given(xml=st.text(st.characters(codec="utf-8"), max_size=300))
def test_what_is_sealed_opens_again(xml: str) -> None:
    """Any text of any length, so every amount of padding from 1 to 32, comes out as it went in."""
    query, body = safe_push(xml)

    assert xml.encode() == CallbackCrypto(TOKEN, APP_ID, KEY).open(query, body, NOW).body


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
def test_plain_push_without_a_right_signature_is_refused(name: str) -> None:
    """A wrong or missing signature, timestamp or nonce: 403."""
    envelope = CallbackCrypto(TOKEN, APP_ID)
    wrong = plain_query() | {name: "0"}
    missing = {key: value for key, value in plain_query().items() if key != name}

    for query in (wrong, missing, wrong | {"signature": "é" * 40}, {}):
        with pytest.raises(BadSignature):
            envelope.open(query, XML.encode(), NOW)


def test_safe_push_is_not_judged_by_the_plain_signature() -> None:
    """In safe mode only `msg_signature` counts: the other, which covers no body, may be right."""
    query, body = safe_push()

    for bad in (
        query | {"msg_signature": "0" * 40},
        {k: v for k, v in query.items() if k != "msg_signature"},
    ):
        with pytest.raises(BadSignature):
            CallbackCrypto(TOKEN, APP_ID, KEY).open(bad, body, NOW)


def test_body_of_another_push_is_refused() -> None:
    """A right signature over one body does not carry another."""
    query, _ = safe_push()
    _, other = safe_push("<xml>other</xml>")

    with pytest.raises(BadSignature):
        CallbackCrypto(TOKEN, APP_ID, KEY).open(query, other, NOW)


def test_plain_push_to_an_encrypting_server_is_refused() -> None:
    """With a key nobody gets in by leaving the encryption out, unless the operator allows it."""
    with pytest.raises(BadSignature):
        CallbackCrypto(TOKEN, APP_ID, KEY).open(plain_query(), XML.encode(), NOW)

    open_hour = CallbackCrypto(TOKEN, APP_ID, KEY, also_plain=lambda _: True)
    opened = open_hour.open(plain_query(), XML.encode(), NOW)
    assert (False, True) == (opened.encrypted, opened.forgeable)
    assert not CallbackCrypto(TOKEN, APP_ID).open(plain_query(), XML.encode(), NOW).forgeable


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_push_of_another_hour_is_stale(seconds: int, mode: str) -> None:
    """Rightly signed but more than 300 s away from our clock, either way: refused."""
    query, body = safe_push() if mode == "safe" else (plain_query(), XML.encode())
    envelope = CallbackCrypto(TOKEN, APP_ID, KEY if mode == "safe" else None)

    envelope.open(query, body, NOW + timedelta(seconds=299))
    with pytest.raises(Stale):
        envelope.open(query, body, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("stamp", ["", "soon", "1e9", "²", "9" * 5000])
def test_timestamp_that_is_no_number_is_refused(stamp: str) -> None:
    """Even rightly signed, a push needs a time."""
    query = {"timestamp": stamp, "nonce": "n", "signature": sign(TOKEN, stamp, "n")}

    with pytest.raises(Untrusted):
        CallbackCrypto(TOKEN, APP_ID).open(query, b"", NOW)


def test_push_for_another_account_is_refused() -> None:
    """The AppID inside the ciphertext has to be ours."""
    query, body = safe_push(app_id="wx_another_account")

    with pytest.raises(WrongApp):
        CallbackCrypto(TOKEN, APP_ID, KEY).open(query, body, NOW)


def test_previous_key_still_opens_and_seals() -> None:
    """While a changed key spreads, the one before it opens, and seals the reply to what it opened."""
    envelope = CallbackCrypto(TOKEN, APP_ID, OTHER_KEY, KEY)
    opened = envelope.open(*safe_push(), NOW)
    sealed = ciphertext(envelope.seal(XML, NOW, "n1", previous_key=opened.previous_key))
    query = plain_query() | {"encrypt_type": "aes"}
    query["msg_signature"] = sign(TOKEN, query["timestamp"], "n1", sealed)

    assert (XML.encode(), True) == (opened.body, opened.previous_key)
    assert XML.encode() == CallbackCrypto(TOKEN, APP_ID, KEY).open(query, wrapped(sealed), NOW).body
    assert not envelope.open(*safe_push(key=OTHER_KEY), NOW).previous_key


def compat(body: bytes) -> bytes:
    """The body of compat mode: the whole message in plain, and the ciphertext."""
    return body.replace(
        b"<Encrypt>", b"<MsgType><![CDATA[text]]></MsgType><Content>forged</Content><Encrypt>"
    )


def test_compat_push_counts_by_what_was_encrypted() -> None:
    """With a key the plain half of a compat body is never looked at."""
    query, body = safe_push()

    assert XML.encode() == CallbackCrypto(TOKEN, APP_ID, KEY).open(query, compat(body), NOW).body


def test_compat_push_without_a_key_counts_by_its_plain_half() -> None:
    """A server in plaintext mode reads a compat push, but only one that is signed."""
    query, body = safe_push()

    opened = CallbackCrypto(TOKEN, APP_ID).open(query, compat(body), NOW)

    assert (compat(body), False) == (opened.body, opened.encrypted)
    with pytest.raises(BadSignature):
        CallbackCrypto(TOKEN, APP_ID).open(query | {"msg_signature": "0"}, compat(body), NOW)


def test_member_cannot_smuggle_a_ciphertext() -> None:
    """A member may write the words `<Encrypt>…`: of all that look like a ciphertext the signed one counts."""
    query, body = safe_push()
    words = b"<Content><![CDATA[<Encrypt>QUJD</Encrypt>]]></Content>"

    for where in (b"<Encrypt>", b"</xml>"):
        disturbed = body.replace(where, words + where)
        assert XML.encode() == CallbackCrypto(TOKEN, APP_ID, KEY).open(query, disturbed, NOW).body


def test_few_candidates_of_a_body_are_tried() -> None:
    """A body full of ciphertexts costs four signatures: a signed one behind a thousand others is not found."""
    query, body = safe_push()
    crowded = body.replace(b"<Encrypt>", b"<Encrypt>QUJD</Encrypt>" * 1000 + b"<Encrypt>", 1)
    with pytest.raises(BadSignature):
        CallbackCrypto(TOKEN, APP_ID, KEY).open(query, crowded, NOW)


def test_push_that_cannot_be_decrypted_is_unreadable() -> None:
    """Signed, but with a key that we do not have: no 403, for the platform would only ask again."""
    query, body = safe_push(key=OTHER_KEY)

    for envelope in (CallbackCrypto(TOKEN, APP_ID), CallbackCrypto(TOKEN, APP_ID, KEY)):
        with pytest.raises(Unreadable):
            envelope.open(query, body, NOW)


@pytest.mark.parametrize("sealed", ["QUJD", "A===", "QUJDQUJDQUJDQUJDQUJDQQ==", "A" * 64])
def test_signed_rubbish_is_unreadable(sealed: str) -> None:
    """A signed body that is no ciphertext is Unreadable, not untrusted."""
    query = plain_query() | {"encrypt_type": "aes"}
    query["msg_signature"] = sign(TOKEN, query["timestamp"], "n1", sealed)

    with pytest.raises(Unreadable):
        CallbackCrypto(TOKEN, APP_ID, KEY).open(query, wrapped(sealed), NOW)


@pytest.mark.parametrize("body", [b"", b"{}", b"<xml>", b"\xff\x00", b"<Encrypt>" + b" " * 100_000])
def test_body_without_ciphertext(body: bytes) -> None:
    """In safe mode a body without Encrypt is acted on by nobody; 403 unless at least `signature` is right."""
    envelope = CallbackCrypto(TOKEN, APP_ID, KEY)
    query = plain_query() | {"encrypt_type": "aes"}

    with pytest.raises(Unreadable):
        envelope.open(query, body, NOW)
    with pytest.raises(BadSignature):
        envelope.open(query | {"signature": "0"}, body, NOW)


def test_json_envelope_is_opened() -> None:
    """With JSON as data format the envelope is JSON too, its slashes escaped; what is inside says so later."""
    query = {
        "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
        "timestamp": "1714112445",
        "nonce": "415670741",
        "encrypt_type": "aes",
    }
    body = json.dumps({"ToUserName": "gh", "Encrypt": SEALED}).replace("/", "\\/").encode()

    assert CallbackCrypto(TOKEN, APP_ID, KEY).open(query, body, at(1714112445)).body.startswith(b"{")


@given(query=st.dictionaries(st.sampled_from(sorted(safe_push()[0])), st.text()), body=st.binary())
def test_nobody_gets_in_by_chance(query: dict[str, str], body: bytes) -> None:
    """Any request of a stranger is refused as untrusted and never crashes."""
    for envelope in (CallbackCrypto(TOKEN, APP_ID), CallbackCrypto(TOKEN, APP_ID, KEY)):
        with pytest.raises(Untrusted):
            envelope.open(query, body, NOW)


@pytest.mark.parametrize("key", ["short", "A" * 44, "!" * 43, "汉" * 43])
def test_key_that_is_none_is_refused_without_showing_it(key: str) -> None:
    """A wrong EncodingAESKey stops the process, and is not in the message."""
    with pytest.raises(SettingsError) as wrong:
        CallbackCrypto(TOKEN, APP_ID, key)

    assert key not in str(wrong.value)


def test_nothing_secret_is_shown() -> None:
    """Neither token nor key stand in the envelope's repr; without a token there is none."""
    assert TOKEN not in repr(CallbackCrypto(TOKEN, APP_ID, KEY))
    assert KEY not in repr(CallbackCrypto(TOKEN, APP_ID, KEY))
    with pytest.raises(SettingsError):
        CallbackCrypto("", APP_ID)
    with pytest.raises(SettingsError):
        CallbackCrypto(TOKEN, APP_ID).seal(XML, NOW, "n1")
