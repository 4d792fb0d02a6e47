"""Facts about the samples for watching: every metric that dashboard and alerts use is exported, every alert helps."""

import datetime as dt
import json
import re

import pytest

from tests.conftest import ROOT
from tests.test_docs import OPERATIONS, anchors
from tests.web.conftest import APP_ID, Caller
from wxbot.db import Database, KeyValueStore
from wxbot.push import CampaignState
from wxbot.web.metrics import OUTCOMES
from wxbot.wechat.token import token_name

FOLDER = ROOT / "config" / "watching"
RULE = re.compile(
    r"      - alert: (?P<alert>Wxbot[A-Za-z]+)\n"
    r"        expr: (?P<expr>.+)\n"
    r"        for: \d+[mhd]\n"
    r"        labels:\n"
    r"          severity: (?:page|ticket)\n"
    r"        annotations:\n"
    r"          summary: (?P<summary>\".+\")\n"
    r"          remedy: (?P<remedy>\".+\")\n"
    r"          handbook: \"docs/operations\.md#(?P<anchor>\S+)\"\n"
)
HEAD = "groups:\n  - name: wxbot\n    rules:\n"
FUNCTIONS = {"histogram_quantile", "increase", "max", "min", "rate", "sum", "time", "vector"}
WORDS = {"and", "or", "by", "on", *FUNCTIONS}
CHINESE = re.compile("[一-鿿]")


def _rules() -> list[dict[str, str]]:
    """Return the alert rules; every line of the file belongs to one of them."""
    text = (FOLDER / "alerts.yaml").read_text(encoding="utf-8")
    body = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    assert HEAD == re.sub(RULE, "", body)
    return [found.groupdict() for found in RULE.finditer(body)]


def _queries() -> list[str]:
    """Return the queries of the dashboard."""
    board = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def _is_well_formed(query: str) -> bool:
    """Tell whether brackets pair, and every word that is no label or metric is one of PromQL's."""
    bare = re.sub(r'"[^"]*"', "", query)
    while (shorter := re.sub(r"\([^()]*\)|\[\d+[mhd]\]|\{[^{}]*\}", " ", bare)) != bare:
        bare = shorter
    return not re.search(r"[()\[\]{}]", bare)


def _names(query: str) -> set[str]:
    """Return the metrics that a query reads."""
    outside = re.sub(r"\{[^{}]*\}|\[\w+\]|\b(?:by|on) \([^()]*\)", "", re.sub(r'"[^"]*"', "", query))
    return set(re.findall(r"\b[a-z_]+\b", outside)) - WORDS


@pytest.fixture
def exported(caller: Caller, sample_db: Database) -> set[str]:
    """Return the names of all metrics of a server that has requested an access token once."""
    KeyValueStore(sample_db).put(token_name(APP_ID), "token", caller.now + dt.timedelta(hours=1))
    local = {"REMOTE_ADDR": "127.0.0.1"}
    text = caller.app.test_client().get("/metrics", environ_overrides=local).get_data(as_text=True)
    return set(re.findall(r"^(?:# TYPE )?(wxbot_\w+)", text, re.MULTILINE))


def test_every_metric_that_is_watched_is_exported(exported: set[str]) -> None:
    """Dashboard and alerts read only metrics of /metrics, and `up`, which Prometheus itself writes."""
    queries = [*_queries(), *(rule["expr"] for rule in _rules())]
    assert all(map(_is_well_formed, queries))
    named = set[str]().union(*map(_names, queries))
    assert set() == named - {"up"} - exported


def test_every_label_that_is_watched_has_a_meaning() -> None:
    """The outcomes and states that queries select exist."""
    text = "\n".join([*_queries(), *(rule["expr"] for rule in _rules())])
    outcomes = re.findall(r'outcome=~?"([\w|]+)"', text)
    assert {each for group in outcomes for each in group.split("|")} <= set(OUTCOMES)
    states = set(re.findall(r'wxbot_campaigns\{state="(\w+)"', text))
    assert states <= set(CampaignState)


def test_every_alert_says_in_chinese_what_to_do() -> None:
    """An alert has a summary and a remedy in Chinese, and points to a part of the handbook with its name."""
    rules = _rules()
    assert len(rules) == len({rule["alert"] for rule in rules}) >= 10
    for rule in rules:
        assert CHINESE.search(rule["summary"]), rule["alert"]
        assert CHINESE.search(rule["remedy"]), rule["alert"]
        assert rule["anchor"] == rule["alert"].lower()
    assert {rule["anchor"] for rule in rules} <= anchors(OPERATIONS)


def test_the_handbook_explains_every_metric(exported: set[str]) -> None:
    """Each metric of /metrics is named in the operators' handbook."""
    page = OPERATIONS.read_text(encoding="utf-8")
    families = {re.sub("_(bucket|sum|count)$", "", name) for name in exported}
    assert families == {name for name in families if f"`{name}" in page}
