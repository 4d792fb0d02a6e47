"""WeChat: the only door to the platform.

What comes in, and what is answered at once:

    envelope   is a push from the platform, and what is inside?   Envelope, Opened
    faults     what can be wrong with a push                      Untrusted (403), Unreadable (`success`)
    incoming   what a push means                                  parse, identity, Incoming
    jobs       what became of a job                               MassJob, PublishJob, TemplateJob, Notices
    replies    what is answered within five seconds               Text, Card, News, Picture, Nothing, render
    markup     links and taps inside a text                       link, tap, cut_text

What we ask:

    client     everything that can be asked                       connect, WeChat
    answers    what comes back                                    Sent, Page, Follower, Tag, DraftSummary, …
    token      the access token, one for all processes            Store, MemoryStore
    transport  one call over HTTP: groups of calls in `groups`, their rules in `endpoints`
    lean       the same for calls that go to followers by the hundred thousand
    bounds     how long an answer may take as a whole, and how large it may be
    errcodes   what the platform's numbers mean; `failures`: what a lost call means
    discreet   no token in logs

Both:

    limits     the platform's numbers, and a draft's fields brought within them
"""

from wxbot.wechat.callback_crypto import Envelope, Opened
from wxbot.wechat.client import WeChat, connect
from wxbot.wechat.errors import BadSignature, Stale, Unreadable, Untrusted, WrongApp
from wxbot.wechat.incoming import Incoming, identity, parse
from wxbot.wechat.job_events import Copyright, Job, MassJob, Notice, Notices, PublishJob, TemplateJob
from wxbot.wechat.replies import SUCCESS, Card, News, Nothing, Picture, Reply, Text, render
from wxbot.wechat.responses import (
    ArticleFigures,
    DayFigures,
    DraftSummary,
    Follower,
    Page,
    Published,
    Quota,
    Sent,
    Tag,
)
from wxbot.wechat.text_markup import cut_text, link, tap
from wxbot.wechat.token import Kept, MemoryStore, Store

__all__ = [
    "SUCCESS",
    "ArticleFigures",
    "BadSignature",
    "Card",
    "Copyright",
    "DayFigures",
    "DraftSummary",
    "Envelope",
    "Follower",
    "Incoming",
    "Job",
    "Kept",
    "MassJob",
    "MemoryStore",
    "News",
    "Nothing",
    "Notice",
    "Notices",
    "Opened",
    "Page",
    "Picture",
    "PublishJob",
    "Published",
    "Quota",
    "Reply",
    "Sent",
    "Stale",
    "Store",
    "Tag",
    "TemplateJob",
    "Text",
    "Unreadable",
    "Untrusted",
    "WeChat",
    "WrongApp",
    "connect",
    "cut_text",
    "identity",
    "link",
    "parse",
    "render",
    "tap",
]
