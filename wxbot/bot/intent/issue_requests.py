"""Parse requests for issues beyond a plain number: 上上期, 去年第12期, 第2期第3篇, 10月的简报, 往期, 下一期什么时候出.

Pure; `today` tells what 去年 and 上个月 mean, the names of publications come from the library.
"""

import datetime as dt
import re

from wxbot.bot.intent.commands import (
    ContentCommand,
    Contents,
    IssueArticle,
    IssueCommand,
    LatestIssue,
    ListIssues,
    NextIssueTime,
    PreviousIssue,
    PublicationIssue,
)
from wxbot.bot.intent.fixed_words import INVISIBLE, PUNCTUATION
from wxbot.bot.intent.issue_times import absolute_years, read_time
from wxbot.bulletin.issue_number import IssueReference
from wxbot.numbers import NUMERAL, parse_number
from wxbot.search.names import LibraryNames
from wxbot.search.tokenizer import fold

__all__ = ["parse_issue_request"]

_LONGEST = 40  # characters; a longer message is a question
_SEVERAL = 5  # issues that 最近几期 means
_PARTICLES = re.compile(r"(?:[呢吗嘛啊呀吧哦啦]|(?<![什怎这那])么|一下|[?。.!~])+$")
_PAPER = "(?:工作)?(?:简报|期刊|刊物|杂志|快报|简讯)"
_ABOUT = "(?:的?(?:文章|内容|新闻|消息|东西|事))"
_WHAT = "(?:什么|啥|哪些|哪几)"

_ARTICLE = re.compile(
    rf"(?P<issue>.+?)(?:里面?|中)?的?(?:(?:第(?P<n>{NUMERAL}{{1,3}})|(?P<figure>[0-9]{{1,3}}))[篇条个]{_ABOUT}?|(?P<last>最后一[篇条个]){_ABOUT}?)"
)
_PUBLIC_ID = re.compile(r"(?P<issue>[0-9]{4}-[0-9]{1,3})/(?P<n>[0-9]{1,3})")
_CONTENTS = re.compile(
    rf"(?P<issue>.+?)的?(?:目录|标题|(?:都|全)?[讲说写有登收](?:了|的|过)?(?:些|过)?{_WHAT}{_ABOUT}?"
    rf"|(?:都|主要)?(?:是|有)?{_WHAT}{_ABOUT}|(?:主要|全部|所有)?内容(?:是{_WHAT})?)"
)
_LATEST = re.compile(
    rf"(?:最新|最近|新|这)的?一?期(?:的?{_PAPER})?|本期(?:的?{_PAPER})?|最新的?{_PAPER}|最新"
)
_BEFORE = re.compile(
    rf"(?:看看?)?(?P<before>上+|前)一?期(?:的?(?:{_PAPER}|内容))?|(?P<again>再[上前]一?期)(?:的?{_PAPER})?"
)
_FROM_END = re.compile(rf"倒数第?(?P<n>{NUMERAL}{{1,2}})期(?:的?{_PAPER})?")
_NUMBER_FORMS = (
    (re.compile(r"总期数?第?(?=[0-9])"), "总"),
    (re.compile(r"(?<=[0-9]年)的(?=第|[0-9]|增|特|专|号|合)"), ""),
    (
        re.compile(
            rf"^(?P<year>[0-9]{{4}}年?)?(?P<count>{NUMERAL}{{1,6}}(?:[、,/和至~-]{NUMERAL}{{1,6}})+期)"
        ),
        r"\g<year>第\g<count>",
    ),
    (re.compile(rf"^((?:[0-9]{{4}}年)?第{NUMERAL}{{1,6}}期)[和与跟、]?第{NUMERAL}{{1,6}}期"), r"\1"),
)
_OF_PAPER = re.compile(rf"的?(?:{_PAPER}|这一?期|那一?期|内容|文章)$")
_COMBINED = re.compile(r"(?P<year>[0-9]{4}年)?的?(?:合刊|合期|双月?期|合订本?)号?")

_WHEN = "(?:什么时候|什么时间|啥时候?|何时|几时|多会儿?|哪一?天|几月几号|几号|几点|多久|多长时间|星期几|周几)"
_OUT = "(?:出来|出版|出刊|发出来|发布|发表|发送|发刊|刊发|更新|推送|上架|上线|见刊|寄|出|发|来|到|有|能看到?)"
_COMING = rf"(?:下一?期|下次|下一次|新的?一?期|新刊|新的|下个月的?|下周的?|{_PAPER}|你们)"
_NUMBERED = rf"(?:(?:[0-9]{{4}}年)?第?{NUMERAL}{{1,4}}期)"
_ADVERB = "(?:大概|大约|一般|会|要|能|才|再|可以|是|将|在|都|每次|每期|通常)*"
_NEXT_ISSUE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<of>{_NUMBERED})的?{_PAPER}?{_ADVERB}{_WHEN}{_ADVERB}{_OUT}?(?:的|了)?",
        rf"(?:{_COMING}的?{_PAPER}?)?的?(?:推送|内容)?{_ADVERB}{_WHEN}{_ADVERB}{_OUT}(?:一[期次回]|下一?期|新的?一?期|新的|新刊|{_PAPER}|的|了)*",
        rf"{_COMING}的?{_PAPER}?{_ADVERB}{_WHEN}",
        rf"{_WHEN}{_ADVERB}(?:有|到)?{_COMING}(?:{_PAPER})?{_OUT}?",
        rf"下一?期(?:的?{_PAPER})?(?:预告|时间|日期|内容|呢)?|下次(?:推送|更新|发布)(?:时间|日期)?",
        rf"(?:{_PAPER})?的?(?:更新|推送|发布|出版|出刊|发刊|发行)(?:时间|频率|周期|日期|日)(?:是{_WHAT}|是?{_WHEN})?",
        rf"(?:{_COMING}{_PAPER}?)?(?:怎么|为什么|咋|为啥)?(?:还不|还没有?|没有?|不){_OUT}(?:新的|下一?期|新一?期|{_PAPER}|了|啊)*",
        rf"(?:{_PAPER})?(?:是)?每(?:个)?(?:周|月|星期|季度?)(?:几|几号|哪天|{_WHEN})?{_OUT}(?:一[期次]|几[期次]|{_PAPER}|的)*",
        rf"(?:{_PAPER})?(?:是)?(?:周|月|双周|半月|季|旬)刊",
    )
)

_OLD = "(?:往期|历史|过往|以往|以前|过去|之前|从前|早期|全部|所有|历年|历次|历届|各期|每期|旧的|过期)"
_ITEMS = rf"(?:{_PAPER}|各?期数?|每一?期|列表|回顾|记录|消息|推送|汇总|合集|大全|目录|内容|文章|精彩)"
_PAST = re.compile(
    rf"(?:看看?|查看)?(?:往期|历史|过刊|旧刊|往刊|以往的?|以前的?|过往的?|往期的|历史的|各期|历期|全部期|所有期|全刊)"
    rf"|{_OLD}的?(?:{_OLD}的?)?{_ITEMS}(?:列表|目录|汇总|回顾)?"
    rf"|(?:{_PAPER}|期刊?)(?:列表|一览|汇总|总目录|合集|归档|存档|库)|{_PAPER}往期|期数"
    rf"|(?:都|一共|总共|现在|目前|已经|库里)*(?:有|出了?|发了?)(?:过|了)?(?:哪些|哪几|几|多少)(?:个|份)?(?:期|{_PAPER})(?:{_PAPER})?"
    rf"|(?:更早|再早|早先|老)的?(?:{_PAPER}|期|几期)"
)
_NEWEST = re.compile(
    rf"(?:看看?)?(?:最近|最新|近|前|最后|过去|上)的?(?P<n>{NUMERAL}{{1,3}}|几)期(?:的?{_PAPER})?"
)
_ANY_OF_TIME = (
    rf"{_PAPER}|那一?期|这一?期|那份|那几期|各期|每期|全部|往期|期数|推送|刊|都?有哪些期|都?有哪?几期"
)
_IN_TIME = rf"(?:(?:出|发|发布)?的?(?:全部|所有|往期|历史)?的?(?:{_ANY_OF_TIME})的?(?:{_PAPER}|列表)?|的)"
_TIMED = re.compile(rf"(?P<time>.+?)(?P<what>{_IN_TIME})?(?:出的|发的)?")
_LAST_OF = re.compile(rf"(?P<time>.+?)的?最后一期(?:{_PAPER})?")


def parse_issue_request(text: str, today: dt.date, names: LibraryNames) -> ContentCommand | None:
    """Return the command in a text that asks for issues; None for any other. `text` is as typed."""
    if len(text) > _LONGEST:
        return None
    words = _compact(text, today)
    found = names.find_publication(words) if names.publications else None
    if found is None:
        return _request(words, None)
    rest = found.rest.replace(" ", "")
    return _request(rest.strip("的"), found.slug) if rest else None


def _compact(text: str, today: dt.date) -> str:
    """Return a folded text without blanks, punctuation at its ends and particles, with years in figures."""
    folded = re.sub(r"(?<![0-9])((?:19|20)[0-9]{2}) +(?=[0-9]{1,3} *期)", r"\1年", fold(text))
    compact = folded.translate(INVISIBLE).strip(PUNCTUATION)
    return absolute_years(_PARTICLES.sub("", compact).strip(PUNCTUATION), today)


def _request(words: str, publication: str | None) -> ContentCommand | None:
    for parse in (_article, _next_issue, _contents, _issue, _past):
        command = parse(words, publication)
        if command is not None:
            return command
    return None


def _article(words: str, publication: str | None) -> IssueArticle | None:
    if match := _PUBLIC_ID.fullmatch(words):
        of = _reference(match["issue"], publication)
        return IssueArticle(of, int(match["n"])) if of else None
    match = _ARTICLE.fullmatch(words)
    issue = _issue(match["issue"].rstrip(PUNCTUATION), publication) if match else None
    if match is None or issue is None:
        return None
    return IssueArticle(issue, 0 if match["last"] else parse_number(match["n"] or match["figure"]) or -1)


def _contents(words: str, publication: str | None) -> Contents | None:
    match = _CONTENTS.fullmatch(words)
    issue = _issue(match["issue"], publication) if match else None
    match issue:
        case LatestIssue(slug):
            return Contents(None, slug)
        case PreviousIssue(slug) | ListIssues(slug):
            return Contents(issue, slug)
        case PublicationIssue(of, slug):
            return Contents(of, slug)
        case IssueReference():
            return Contents(issue)
    return None


def _issue(words: str, publication: str | None) -> IssueCommand | None:
    """Return the command in words that name one issue, or those of a month or a year."""
    if _LATEST.fullmatch(words):
        return LatestIssue(publication)
    if match := _BEFORE.fullmatch(words):
        return PreviousIssue(publication, 2 if match["again"] else len(match["before"]))
    if match := _FROM_END.fullmatch(words):
        back = (parse_number(match["n"]) or 1) - 1
        return PreviousIssue(publication, back) if back > 0 else LatestIssue(publication)
    if match := _COMBINED.fullmatch(words):
        return ListIssues(publication, int(match["year"][:4]) if match["year"] else None, combined=True)
    return _reference(words, publication) or _timed_issues(words, publication)


def _reference(words: str, publication: str | None) -> IssueReference | PublicationIssue | None:
    """Return the command in words that name an issue by its number, with 的简报 behind it or not."""
    for pattern, plain in _NUMBER_FORMS:
        words = pattern.sub(plain, words)
    of = IssueReference.parse(words) or IssueReference.parse(_OF_PAPER.sub("", words))
    if of is None:
        return None
    return of if publication is None else PublicationIssue(of, publication)


def _timed_issues(words: str, publication: str | None) -> ListIssues | None:
    """Return the command in words that name issues by their time: 10月的简报, 去年最后一期, 上个月的."""
    last = _LAST_OF.fullmatch(words)
    match = last or _TIMED.fullmatch(words)
    time = read_time(match["time"]) if match else None
    # 10月 and 2025年 alone are filters of a search; beside a publication's name they can only mean its issues.
    if match is None or time is None or not (last or match["what"] or publication is not None):
        return None
    return ListIssues(publication, time.year, time.month, time.days, last=bool(last))


def _next_issue(words: str, publication: str | None) -> NextIssueTime | None:
    for pattern in _NEXT_ISSUE:
        if match := pattern.fullmatch(words):
            written = match.groupdict().get("of")
            of = (
                IssueReference.parse(written if not written or "第" in written else f"第{written}")
                if written
                else None
            )
            return NextIssueTime(publication, of)
    return None


def _past(words: str, publication: str | None) -> ListIssues | None:
    if match := _NEWEST.fullmatch(words):
        return ListIssues(
            publication, newest=_SEVERAL if match["n"] == "几" else parse_number(match["n"]) or 1
        )
    if _PAST.fullmatch(words) or (publication is not None and re.fullmatch(rf"{_OLD}的?{_ITEMS}?", words)):
        return ListIssues(publication)
    return None
