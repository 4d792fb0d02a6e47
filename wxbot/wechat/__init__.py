"""WeChat: the only package that talks to the platform.

Incoming callbacks and the reply given at once:

    callback_crypto  verify the signature, decrypt, encrypt            CallbackCrypto, VerifiedCallback
    incoming         parse a callback's XML                            parse, idempotency_key, Incoming
    json_callback    read a callback in JSON
    job_events       parse the platform's reports on finished jobs     MassJobEvent, PublishJobEvent, …
    replies          render a passive reply                            Text, Card, News, Transfer, …, render
    text_markup      links inside a text, cutting a text               link, menu_link, cut_text

Calls to the platform:

    client           one method a call                                 connect, WeChat
    js_sdk           sign a page for the JS-SDK                        PageSignature
    responses        typed results of these calls                      MassSubmission, FollowerPage, Tag, …
    token            the access token, shared by all processes         TokenStore, MemoryTokenStore

Behind the client:

    wechatpy_client  one call: token, retry on a stale token, wechatpy
    api              the endpoints and their rules
    http             connection pools on urllib3, limits of a response, masking of secrets
    failures         failed calls → errors of `wxbot.errors`; `errcodes` has the table of the platform's numbers

Both directions:

    limits           the platform's limits
    article_rules    tags and styles that an article keeps
"""

from wxbot.wechat.callback_crypto import (
    BadSignature,
    CallbackCrypto,
    Stale,
    Unreadable,
    Untrusted,
    VerifiedCallback,
    WrongApp,
)
from wxbot.wechat.client import WeChat, connect
from wxbot.wechat.incoming import CHECK_OPENID, Incoming, idempotency_key, message_kind, parse
from wxbot.wechat.job_events import (
    Copyright,
    JobEvent,
    MassJobEvent,
    Notice,
    NoticesEvent,
    PublishJobEvent,
    TemplateJobEvent,
)
from wxbot.wechat.replies import (
    SUCCESS,
    Card,
    DataFormat,
    ImageReply,
    News,
    Nothing,
    Reply,
    Text,
    Transfer,
    render,
)
from wxbot.wechat.responses import (
    ArticleStatistics,
    DayStatistics,
    DraftSummary,
    FollowerPage,
    FollowerProfile,
    MassSubmission,
    PublishResult,
    Quota,
    Tag,
)
from wxbot.wechat.text_markup import cut_text, link, menu_link
from wxbot.wechat.token import MemoryTokenStore, StoredValue, TokenStore

__all__ = [
    "CHECK_OPENID",
    "SUCCESS",
    "ArticleStatistics",
    "BadSignature",
    "CallbackCrypto",
    "Card",
    "Copyright",
    "DataFormat",
    "DayStatistics",
    "DraftSummary",
    "FollowerPage",
    "FollowerProfile",
    "ImageReply",
    "Incoming",
    "JobEvent",
    "MassJobEvent",
    "MassSubmission",
    "MemoryTokenStore",
    "News",
    "Nothing",
    "Notice",
    "NoticesEvent",
    "PublishJobEvent",
    "PublishResult",
    "Quota",
    "Reply",
    "Stale",
    "StoredValue",
    "Tag",
    "TemplateJobEvent",
    "Text",
    "TokenStore",
    "Transfer",
    "Unreadable",
    "Untrusted",
    "VerifiedCallback",
    "WeChat",
    "WrongApp",
    "connect",
    "cut_text",
    "idempotency_key",
    "link",
    "menu_link",
    "message_kind",
    "parse",
    "render",
]
