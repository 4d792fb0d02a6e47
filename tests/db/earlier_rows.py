"""Rows of every table as programs of earlier versions wrote them, and as they read after the upgrade.

`ROWS` holds every column that a table ever had or has; a database of an earlier version gets those that it knows.
`FILLED` holds the values that migrations give to columns and tables that arrived later, where they are not those of
`ROWS`. `GONE` names the columns that a migration replaced by others.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["FILLED", "GONE", "NEW_TABLES", "ROWS"]

AT = dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(minutes=5)
DAY = dt.date(2021, 2, 15)
OPENID = "oMember_1"
PAGE = "https://news.example.org"
PARSED = {
    "title": "海风协会简报",
    "year": 2021,
    "issue": 2,
    "sections": [{"name": "要闻", "articles": [{"title": "甲", "cover": 3}, {"title": "乙"}]}],
}
BLOCKS = [
    {"type": "heading", "spans": [{"text": "结论"}]},
    {"type": "paragraph", "spans": [{"text": "正文，"}, {"text": "年报", "url": "https://e.org/r"}]},
]

ROWS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "library_version": [{"id": 1, "version": 7, "identity": "f" * 32}],
    "publication": [{"id": 1, "slug": "", "name": "海风协会简报", "other_names": []}],
    "issue": [
        {
            "id": 1,
            "number": "2021-02",
            "year": 2021,
            "issue": 2,
            "issue_last": 2,
            "total": 107,
            "total_last": 108,
            "place": 20210000002000,
            "date": DAY,
            "title": "海风协会简报",
            "editor": "秘书处",
            "sections": ["要闻"],
            "source": "2021-02.txt",
            "digest": "d" * 64,
            "revision": 2,
            "to_plan": True,
            "shelved_at": AT,
            "lead": BLOCKS,
            "section_leads": {"要闻": BLOCKS},
            "publication_id": 1,
            "state": "withdrawn",
            "hold_reason": "",
            "state_note": "有误",
            "pending": None,
            "push_form": {"lead": 1},
            "push_form_read": {"lead": 2},
        }
    ],
    "article": [
        {
            "id": 1,
            "public_id": "2021-02/1",
            "issue_id": 1,
            "number": "2021-02",
            "n": 1,
            "title": "甲",
            "section": "要闻",
            "paragraphs": ["## 结论", "正文，[年报](https://e.org/r)"],
            "links": ["https://e.org/r"],
            "images": [],
            "blocks": BLOCKS,
            "summary": "正文",
            "date": DAY,
            "url": None,
            "withdrawn": False,
            "changed": 7,
            "place": 1,
            "status": "current",
            "status_note": "",
            "pinned": True,
            "cover": 5,
        },
        {
            "id": 2,
            "public_id": "2021-02/2",
            "issue_id": 1,
            "number": "2021-02",
            "n": 2,
            "title": "乙",
            "section": "要闻",
            "paragraphs": [],
            "links": [],
            "images": [],
            "blocks": [],
            "summary": "",
            "date": None,
            "url": None,
            "withdrawn": True,
            "changed": 6,
            "place": 2,
            "status": "removed",
            "status_note": "撤下",
            "pinned": False,
            "cover": None,
        },
    ],
    "revision": [
        {
            "id": 3,
            "issue_id": 1,
            "revision": 2,
            "digest": "d" * 64,
            "source": "2021-02.txt",
            "parsed": PARSED,
            "shelved_at": AT,
            "problems": [{"line": 3, "says": "日期"}],
            "by": "王编",
            "restores": 1,
        }
    ],
    "picture": [
        {
            "digest": "e" * 64,
            "width": 4,
            "height": 3,
            "original": b"\x89PNG\x00",
            "web_type": "image/png",
            "web_form": None,
        }
    ],
    "issue_picture": [{"issue_id": 1, "digest": "e" * 64}],
    "follower": [
        {
            "openid": OPENID,
            "following": True,
            "since": AT,
            "left_at": None,
            "last_heard": LATER,
            "wishes": {"sections": ["要闻"]},
            "synced_at": AT,
            "last_wrote": AT,
        }
    ],
    "dialog": [
        {
            "openid": OPENID,
            "query": "芯片",
            "ids": ["2021-02/1", "2021-02/2"],
            "shown": 2,
            "expires_at": LATER,
            "first": 2,
            "mark": "m1",
        }
    ],
    "journal": [
        {
            "id": 9,
            "key": "msg-1",
            "openid": OPENID,
            "kind": "text",
            "asked": "甲",
            "hits": 1,
            "answer": f'<a href="{PAGE}/a/2021-02/1?q=m1">甲</a>',
            "received_at": AT,
            "shown_ids": ["2021-02/1"],
        }
    ],
    "job_event": [
        {
            "id": 1,
            "key": "job-1",
            "event": "MASSSENDJOBFINISH",
            "job": "1000001",
            "report": {"SentCount": 9},
            "received_at": AT,
            "matched_at": LATER,
        }
    ],
    "kept": [{"name": "token", "value": "密", "expires_at": LATER, "claimed_until": None}],
    "campaign": [
        {
            "id": 4,
            "number": "2021-02",
            "route": "mass",
            "audience": "all",
            "tag_id": None,
            "at": AT,
            "hash": "a" * 64,
            "articles": [{"title": "甲", "n": 1}],
            "warnings": ["额度"],
            "choice": {"lead": 1},
            "recipients": 1200,
            "state": "running",
            "claims": "2021-02",
            "made_by": "李编",
            "approved_by": "王编、李编",
            "made_at": AT,
            "approved_at": LATER,
            "moved_at": LATER,
            "reason": "",
            "look_again_at": None,
            "holder": "w1",
            "lease_until": LATER,
            "fence": 3,
            "frozen_at": LATER,
            "parts": {"articles": "x"},
        }
    ],
    "approval": [
        {
            "id": 1,
            "campaign_id": 4,
            "person": "王编",
            "hash": "a" * 64,
            "at": LATER,
            "account": "wang",
            "at_terminal": True,
        }
    ],
    "preparation": [
        {
            "id": 1,
            "campaign_id": 4,
            "name": "draft",
            "state": "done",
            "result": {"media_id": "M1"},
            "claimed_at": AT,
            "moved_at": LATER,
        }
    ],
    "delivery": [
        {
            "id": 5,
            "campaign_id": 4,
            "recipient": OPENID,
            "state": "sent",
            "clientmsgid": "c1",
            "msg_id": "31",
            "msg_data_id": "32",
            "attempts": 1,
            "errcode": None,
            "reason": "",
            "report": {"SentCount": 9},
            "claimed_at": AT,
            "settled_at": LATER,
            "moved_at": LATER,
            "route": "mass",
            "segment": 8,
            "fence": 3,
        }
    ],
    "guest": [{"campaign_id": 4, "openid": OPENID}],
    "tally": [{"second": AT, "calls": 12}],
    "audit": [
        {
            "id": 2,
            "at": AT,
            "who": "王编",
            "what": "approve",
            "subject": "campaign 4",
            "details": {"hash": "a" * 8},
        }
    ],
    "phone_order": [
        {
            "id": 1,
            "openid": "oEditor",
            "verb": "approve",
            "campaign_id": 4,
            "hash": "a" * 64,
            "word": "晴天",
            "state": "done",
            "result": "已批准",
            "expires_at": LATER,
            "claimed_until": None,
            "moved_at": AT,
        }
    ],
    "editor": [
        {
            "id": 6,
            "name": "wang",
            "openid": "oEditor",
            "password": "scrypt:1:1:1$a$b",
            "made_at": AT,
            "last_login_at": LATER,
            "role": "writer",
        }
    ],
    "editor_session": [
        {
            "token": "s" * 64,
            "editor_id": 6,
            "expires_at": LATER,
            "started_at": AT,
            "seen_at": LATER,
            "address": "10.0.0.9",
            "browser": "Firefox",
        }
    ],
    "editor_device": [{"token": "v" * 64, "editor_id": 6, "expires_at": LATER}],
    "password_link": [{"token": "l" * 64, "editor_id": 6, "expires_at": LATER}],
    "login_try": [{"id": 1, "name": "wang", "address": "10.0.0.9", "at": AT, "device": "v" * 64}],
    "late": [
        {
            "openid": OPENID,
            "key": "msg-2",
            "asked": {"text": "乙"},
            "answer": {"text": "乙：…"},
            "expires_at": LATER,
        }
    ],
    "opened": [{"day": DAY, "mark": "m1", "article": "2021-02/1", "times": 4}],
    "consent": [{"openid": OPENID, "template_id": "T1", "left": 2, "changed_at": AT}],
    "file_report": [
        {
            "source": "2021-02.txt",
            "outcome": "new",
            "number": "2021-02",
            "says": "",
            "remedy": "",
            "at": AT,
            "is_version": True,
        }
    ],
    "reader_failure": [
        {
            "digest": "b" * 64,
            "size": 2**33,
            "file": "bomb.docx",
            "says": "太大",
            "remedy": "拆开",
            "limits": "60s",
            "attempts": 2,
            "final": True,
            "failed_at": AT,
        }
    ],
    "dropped_file": [{"digest": "c" * 64, "source": "old.txt", "by": "王编", "at": AT}],
    "archive_import": [{"paths": "p" * 64, "import_id": "i1", "began_at": AT}],
    "archive_file": [
        {
            "id": 1,
            "file": "a/1.docx",
            "import_id": "i1",
            "position": 1,
            "digest": "9" * 64,
            "outcome": "new",
            "key": "2020-01",
            "publication": "海风协会简报",
            "year": 2020,
            "date": DAY,
            "content": "8" * 64,
            "says": "",
            "remedy": "",
            "problems": [{"line": 1}],
            "counts": {"要闻": 2},
            "lines": 30,
        }
    ],
    "editor_notice": [
        {
            "id": 1,
            "openid": "oEditor",
            "text": "有文件要看",
            "state": "sent",
            "reason": "",
            "made_at": AT,
            "look_again_at": None,
            "moved_at": LATER,
        }
    ],
    "file_change": [
        {
            "id": 1,
            "file": "rules.toml",
            "at": AT,
            "who": "王编",
            "what": "改菜单",
            "before": None,
            "after": "[menu]",
            "state": "done",
        }
    ],
    "fix_edit": [
        {
            "id": 1,
            "source": "2021-02.txt",
            "says": "题目",
            "text_before": "",
            "text_after": "x = 1",
            "undone": False,
            "by": "王编",
            "at": AT,
        }
    ],
}
# (table, column) -> the value of every row, or a tuple with one value for each row.
FILLED: Mapping[tuple[str, str], Any] = {
    ("dialog", "first"): 1,
    ("dialog", "mark"): "",
    ("delivery", "segment"): None,
    ("delivery", "fence"): 0,
    ("campaign", "parts"): {},
    ("follower", "last_wrote"): LATER,  # the last thing heard may have been written
    ("issue", "lead"): [],
    ("issue", "section_leads"): {},
    ("issue", "state"): "public",
    ("issue", "state_note"): "",
    ("issue", "push_form"): {},
    ("issue", "push_form_read"): {},
    ("issue", "total_last"): None,
    ("article", "pinned"): False,
    ("article", "status_note"): "",
    ("article", "cover"): (3, None),  # of the revision in force
    ("revision", "problems"): [],
    ("revision", "by"): "",
    ("revision", "restores"): None,
    ("approval", "account"): "",
    ("approval", "at_terminal"): False,
    ("editor", "role"): "admin",  # accounts could do everything
    ("editor_session", "started_at"): None,
    ("editor_session", "seen_at"): None,
    ("editor_session", "address"): "",
    ("editor_session", "browser"): "",
    ("login_try", "device"): "",
    ("file_report", "is_version"): False,
}
# Rows that a migration writes into its new table.
NEW_TABLES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "publication": ROWS["publication"],
    "approval": [
        {
            "id": rank,
            "campaign_id": 4,
            "person": person,
            "hash": "a" * 64,
            "at": LATER,
            "account": "",
            "at_terminal": False,
        }
        for rank, person in enumerate(("王编", "李编"), start=1)
    ],
}
GONE = {("campaign", "approved_by"), ("article", "paragraphs"), ("article", "links"), ("article", "images")}
