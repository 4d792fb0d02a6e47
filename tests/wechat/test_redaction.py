"""Nothing secret in logs or quotations."""

import logging

import pytest

from wxbot.wechat.http import mask, mask_library_logs


@pytest.mark.parametrize(
    "text",
    [
        '"POST /cgi-bin/draft/add?access_token=90_s3cret HTTP/1.1" 200',
        "/cgi-bin/token?grant_type=x&appid=wx1&secret=s3cret&a=b",
        '{"appid": "wx1", "secret": "s3cret"}',
        "{'access_token': 's3cret'}",
        'body={\\"appsecret\\":\\"s3cret\\"}',
        "Access_Token=s3cret",
    ],
)
def test_what_follows_a_telling_name_is_masked(text: str) -> None:
    """In an address, a form or JSON: the value goes, the rest stays readable."""
    assert "s3cret" not in mask(text)
    assert "***" in mask(text)


def test_named_values_are_masked_anywhere() -> None:
    """A value that is known to be secret is masked without a name before it; an empty one masks nothing."""
    assert "x *** y" == mask("x s3cret y", "s3cret", "")


def test_logs_of_urllib3_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    """urllib3's debug log holds no token, however often the filter was installed."""
    mask_library_logs()
    mask_library_logs()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("urllib3.connectionpool").debug("%s %s", "POST /x?access_token=s3cret&a=1", 200)
        logging.getLogger("urllib3.util.retry").debug("Retry for /x?secret=s3cret")

    assert "POST /x?access_token=***&a=1 200" in caplog.text
    assert "s3cret" not in caplog.text
