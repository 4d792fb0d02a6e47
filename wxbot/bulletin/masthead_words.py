"""Words of mastheads: names of periodicals, names of organisations, editors, and what is neither.

Pure text; `masthead` decides by position which line carries what.
"""

import re
from dataclasses import dataclass

from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import LineEnd, columns, remove_letterspacing
from wxbot.bulletin.printed_number import find_days, fold

__all__ = [
    "LOOSE",
    "Byline",
    "clean_name",
    "describes_periodical",
    "editor_in",
    "find_byline",
    "is_classification",
    "is_document_title",
    "is_generic_name",
    "is_heading_word",
    "is_kind_of_periodical",
    "is_organisation",
    "is_periodical_name",
    "is_prose",
    "names_event",
    "stated_name",
    "without_signatures",
]

_PERIODICAL = (
    "[简簡]报|[简簡]報|周报|週報|月报|月報|日报|快报|快報|简讯|簡訊|通讯|通訊|通报|通報|动态|動態|专报|專報|要情|内参|周刊|週刊|月刊|季刊|旬刊|学刊|期刊|会刊|會刊|信息|資訊|资讯"
    "|消息|参考|參考|文摘|速递|速遞|快讯|快訊|讯|訊|报|報|刊|[摘汇彙选選][编編]|要[闻聞]|进展|進展|观察|觀察|视野|視野|特辑|特輯|专辑|播报|播報|情报|情報|简况|纪要|汇刊|集刊|速报|早报|晚报|晨报|早餐|早茶|盘点|盤點|荐书|书讯|年鉴|会讯|周记|月记|日记|札记|手记|半月谈|月谈"
)
_ENGLISH = "newsletter|bulletin|digest|weekly|monthly|quarterly|gazette|review|news|journal|herald|times"
_NAME = re.compile(rf"(?:{_PERIODICAL}|(?i:\b(?:{_ENGLISH})))$")
_GENERIC = re.compile(
    r"(?:工作|信息|情况|學習|学习|舆情|内部|会员|會員|党建|宣传|每周|政务|科技|新闻|会务|會務|业务|综合|调研|理论|教学|财经|政策|安全|活动|专题|项目|督查|简要)?"
    r"(?:[简簡][报報]|通[讯訊]|[动動][态態]|信息|快[报報讯訊]|周[报報刊]|月[报報刊]|[季旬年]刊|[院校厂廠社][报報讯訊刊]|通[报報]|[专專][报報]|要情|内参|[参參]考|[会會][讯訊刊]|[简簡][讯訊]|消息|[资資][讯訊])"
)
# Names that are whole headings of contents or sections more often than names of publications.
_HEADING_WORDS = re.compile(
    r"(?:本[期周月]|今日|一周|每周)?(?:要[闻聞]|要目|目[录錄]|导读|導讀|看点|摘要|消息|资讯|动态|动态信息|信息|快讯|简讯|通知|公告|参考)"
)
_LABEL = re.compile(
    r"(?:本期)?(?P<role>责任编辑|責任編輯|责编|执行编辑|执行主编|主编|主編|总编辑?|副主编|編輯|编辑|编者|整理编集|编印单位|编印|编制单位|编制|编写|编辑部|编委会|编辑单位"
    r"|主办单位|主辦單位|主办|主辦|承办单位|承办|出品|发布单位|出版单位|出版|印发单位|供稿单位"
    r"|发行单位|發行單位|發行人|出版者|編輯部|執行編輯|總編輯|編印|編著|作者|[Aa]uthors?|[Ee]ditors?|(?i:edited by))"
    r"\s*[：:]\s*(?P<who>[^：:]+?)(?=\s+\S{2,6}\s*[：:]|\s{2,}|[；;|｜]|$)"
)
_SPONSORS = ("主办", "主辦", "承办", "出品", "发布", "出版", "印发", "供稿")
_BY = re.compile(
    r"(?P<who>\S.{0,40}?\S)\s*(?P<role>主编|主編|编印|編印|编制|编发|编写|编辑|編輯|编撰|编纂|(?<![摘汇彙选選])[编編]|主办|主辦|印发|印發|印制|出品|出刊|承办|主管主办|汇编|彙編|采编|選編|选编|整理)"
)
_COMPILED = {"汇编", "彙編", "采编", "選編", "选编", "整理"}
_UNITS = (
    "秘书处|秘書處|办公室|辦公室|中心|编辑部|編輯部|编辑组|编委会|委员会|委員會|协会|協會|学会|學會|联盟|聯盟|研究院|研究所|集团|集團|局|部|处|處|会|會|科|室|台|站|院|馆|館|社|委|所|厅|廳|署|司|校|大学|大學|学院|學院|公司"
    "|团队|團隊|团委|实验室|街道|支部|商会|总队|支队|大队|政府|办|工会|分会|组|基金会|联合会|联社|银行|医院|电视台|镇|乡|小组|指挥部|工作室|小编|君"
)
_UNIT = re.compile(rf"[^\s，。；：:、！？]*(?:{_UNITS})(?:[（(][^（）()]{{1,20}}[)）])?")
_EVENT = re.compile(
    "召开|举[行办]|影响|开馆|闭馆|开放|增长|下降|突破|成立|发布|走进|当选|启动|完成|参加|赴|(?<!信)访|荣获|入选|通过|揭牌|迎来|开展|推进|出席|亮相|落幕|收官|签署|上线|升级|印发|部署|揭晓|获奖|开幕|闭幕|调研(?!与|室|信|参|通)"
)
_CLASSIFICATION = re.compile(
    r"[秘机绝]密(?:★.*)?|[(（【]?内部(?:参阅|资料|刊物|文件|交流|学习)[，,·]?(?:注意保[存密]|请勿外传|免费交流|仅供参考)?[)）】]?|注意保[存密]|妥善保管|点击.*关注.*|编号[：:].*"
    r"|(?:准印证|连续性内部资料|内资准字|京内资准).*|[急特]件|加急|仅供内部参考|每[周月日季][一二三四五六日]?(?:出版|发布|一期)|免费赠阅|仅供参考"
)
_KIND = re.compile(
    r"[（(【\[]?\s*(?:(?:半|双|雙)?[月季周週年旬]刊|[增特专專]刊|号外|试刊号?|创刊号|内部[刊资]\S{0,6}|(?:电子|网络)版|合刊|(?:星期|礼拜|周|週)[一二三四五六日天]|第[一二三四]版|原创|转载|农历\S{2,8})\s*[)）】\]]?"
)
_DESCRIPTION = re.compile(
    rf"\S*(?:{_UNITS})(?:主办|编印)?的?(?:内部|院内|机关|院|所|厂|校|会|社)?(?:双|半)?[月季年周旬会社院校厂所内]刊"
)
_DOCUMENT = re.compile(
    r"(?:通知|公告|公示|函|决定|意见|方案|报告|请示|批复|规定|办法|制度|章程|名单|声明|启事|邀请|致辞|讲话|总结|合同|协议|须知|说明|简介|申请表|承诺书|倡议书|公开信|一封信|条例|细则|计划|指南|培训班)$|^关于"
)
_SIGNATURE = re.compile(r"\s*(?:签发人?|簽發|审核|審核|核稿|校对|校對|审定|终审|审签)\s*[：:]\s*\S+")
_PAGES = re.compile(
    r"(?:^|\s)(?:(?:本期|今日|共|全)\s*[0-9一二三四五六七八九十]{1,2}\s*[版页]|星期[一二三四五六日天])(?=\s|$)"
)
_PRINT_RUN = re.compile(r"\s*[（(]\s*(?:共印|印数)?[：:]?\s*\d+\s*份\s*[)）]\s*$")
_QUOTED = re.compile(r"“[^“”]*”|「[^「」]*」|『[^『』]*』")
LOOSE = " \t　|｜│┃║·•・,，:：、;；-—–―－~～()（）【】[]〔〕［］/／#＃*＊★☆◆◇■□●○▲△"
_EMOJI = re.compile(
    r"^[\u2600-\u27bf\U0001f000-\U0001faff\ufe0e\ufe0f]+|[\u2600-\u27bf\U0001f000-\U0001faff\ufe0e\ufe0f]+$"
)
_WRAPPED = re.compile(r"《(?P<inside>[^《》]+)》")
_LEADING_MARK = re.compile(r"^(?:原创|转载|转发|【原创】)\s+|^(?:Vol|No)\.?\s*$", re.IGNORECASE)
_DEBRIS = re.compile(
    r"\s*(?:\d{1,2}:\d{2}(?::\d{2})?|[TＴ]?\d{2}:\d{2}:\d{2}\S*|\d{3,8}|星期[一二三四五六日天]|[（(]?[周週][一二三四五六日天][)）]?)\s*$"
)
_HAN_OR_WORD = re.compile(r"[\u3400-\u9fff]{2}|[A-Za-z]{3}")
_BRACKETS = {"（": "）", "(": ")", "【": "】", "[": "]", "《": "》", "〔": "〕"}
_MAX_NAME = 60
_LONGEST_TEXT = (
    400  # characters; each part that is cleaned off costs a pass over the text, so a longer text has no name
)
"""Columns of the longest name of a publication."""

_MAX_PROSE = 20


def is_periodical_name(title: str) -> bool:
    """Tell if a title ends as names of periodicals do: …简报, …通讯, …动态."""
    return _NAME.search(title) is not None


def is_generic_name(name: str) -> bool:
    """Tell if a name says nothing but the kind of periodical: 工作简报, 信息, 通讯."""
    return _GENERIC.fullmatch(name.replace(" ", "")) is not None


def is_heading_word(text: str) -> bool:
    """Tell if a text is a common heading of contents or sections, such as 本期要闻."""
    return _HEADING_WORDS.fullmatch(text.replace(" ", "")) is not None


def is_classification(text: str) -> bool:
    """Tell if a masthead line states how confidential or of which kind the bulletin is, and is not its name."""
    bare = "".join(text.split())
    return bool(_CLASSIFICATION.fullmatch(bare) or _KIND.fullmatch(bare))


def is_kind_of_periodical(text: str) -> bool:
    """Tell if a masthead line says nothing but how often a publication appears: 季刊, （月　刊）."""
    return re.fullmatch(r"[（(【]?(?:半|双|雙)?[月季周週年旬]刊[)）】]?", "".join(text.split())) is not None


def describes_periodical(text: str) -> bool:
    """Tell if a masthead line says whose periodical of which kind it is: 某某医院院内月刊, 某某协会会刊."""
    return _DESCRIPTION.fullmatch("".join(text.split()).strip(LOOSE)) is not None


def is_document_title(text: str) -> bool:
    """Tell if a text is the title of a notice, letter or report, and not the name of a periodical."""
    return _DOCUMENT.search(text) is not None


def is_organisation(text: str) -> bool:
    """Tell if a text is the name of an organisation alone."""
    return columns(text) <= _MAX_NAME and _UNIT.fullmatch(text) is not None and not is_periodical_name(text)


def names_event(text: str) -> bool:
    """Tell if a text says that something happened, as headlines do."""
    return _EVENT.search(text) is not None


def is_prose(text: str) -> bool:
    """Tell if a text with a date in it is a sentence; quoted parts, such as a motto, are ignored."""
    return len(text) > _MAX_PROSE and any(sign in _QUOTED.sub("", text) for sign in "，。；")


def clean_name(text: str) -> str:
    """Return a name without brackets around it, letter-spacing, and what was left of dates; "" where none is left."""
    if len(text) > _LONGEST_TEXT:
        return ""
    name = text
    while True:
        before = name
        name = _EMOJI.sub("", _LEADING_MARK.sub("", name.strip(LOOSE)))
        name = _close_brackets(name)
        kind = name.rstrip(")）】]")
        start = max(kind.rfind(sign) for sign in "（(【[")
        if start > 0 and is_classification(name[start:]):
            name = name[:start]
        elif debris := _DEBRIS.search(name):
            name = name[: debris.start()]
        if wrapped := _WRAPPED.fullmatch(name):
            name = wrapped["inside"]
        if name == before:
            break
    name = remove_letterspacing(name)
    return name if _HAN_OR_WORD.search(name.replace(" ", "")) and columns(name) <= _MAX_NAME else ""


def _close_brackets(text: str) -> str:
    """Return a text without an opening bracket that stays open and all after it, or a closing one never opened."""
    opened: list[int] = []
    for index, char in enumerate(text):
        if char in _BRACKETS:
            opened.append(index)
        elif char in _BRACKETS.values():
            if not opened or _BRACKETS[text[opened[-1]]] != char:
                return text[:index] if index * 2 > len(text) else text[index + 1 :]
            opened.pop()
    return text[: opened[0]] if opened else text


def editor_in(text: str) -> tuple[str, bool] | None:
    """Return the editor that a line names, and if he edits; False for a sponsor. None for other lines.

    Examples are `编辑：张三`, `某某秘书处编` and `某某协会主办`.
    """
    labels = list(_LABEL.finditer(text))
    for label in sorted(labels, key=lambda found: found["role"].startswith(_SPONSORS)):
        if who := _clean_editor(label["who"]):
            return who, not label["role"].startswith(_SPONSORS)
    without_dates = text
    for found in reversed(list(find_days(fold(text)))):
        without_dates = f"{without_dates[: found.start]} {without_dates[found.end :]}"
    by = _BY.fullmatch(without_dates.strip(LOOSE))
    if by is None or line_text.line_end(text) is not LineEnd.NONE:
        return None
    who = _clean_editor(by["who"])
    if by["role"] in _COMPILED and not is_organisation(who):
        return None  # 资料汇编 is a name
    return (
        (who, by["role"] not in {"主办", "主辦", "出品", "承办", "主管主办", "印发", "印發", "印制"})
        if who
        else None
    )


def without_signatures(text: str) -> str:
    """Return a text without who signed, checked or approved the issue."""
    return _SIGNATURE.sub(" ", text).strip()


def _clean_editor(text: str) -> str:
    """Return an editor's name without debris; "" where it is none."""
    name = remove_letterspacing(
        _close_brackets(
            _PRINT_RUN.sub("", _PAGES.sub(" ", text)).strip(
                " []\"'" + LOOSE.replace("(", "").replace("（", "").replace(")", "").replace("）", "")
            )
        )
    )
    if not 2 <= columns(name) <= _MAX_NAME or not re.search(r"[\u3400-\u9fff]|[A-Za-z]{2}", name):
        return ""
    is_none = "《" in name or line_text.line_end(name) is not LineEnd.NONE or is_periodical_name(name)
    return "" if is_none and not _UNIT.fullmatch(name) else name


@dataclass(frozen=True, slots=True)
class Byline:
    """A line below the title of a WeChat article: its author and the account; "" for an author who is not named."""

    author: str
    account: str


_TIME = re.compile(r"\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*发表于\s*\S{2,8}|\s+\S{2,8})?\s*")
_PLACE = re.compile(r"\s+\S{2,4}\s*")
_BYLINE_LABEL = re.compile(r"^(?:作者|来源|文|author)\s*[：:|/]\s*", re.IGNORECASE)
_MAX_TOKENS = 4


def find_byline(text: str) -> Byline | None:
    """Read `原创 小王 清源读书会 2025-03-10 09:30 浙江`; None for other lines.

    A line without `原创` needs the time of the day: an organisation and a date alone stand in printed mastheads too.
    """
    folded = fold(text)
    day = next(find_days(folded), None)
    if day is None or day.day is None:
        return None
    before, after = text[: day.start].strip(), folded[day.end :]
    original = re.match(r"(?:原创|转载)\s*", before)
    timed = _TIME.fullmatch(after) is not None
    if not (timed or (original and (not after.strip() or _PLACE.fullmatch(after)))):
        return None
    tokens = [
        token for token in before[original.end() if original else 0 :].split() if token not in {"·", "|"}
    ]
    names = [_BYLINE_LABEL.sub("", token) for token in tokens]
    if len(names) > _MAX_TOKENS or any(len(name) > 30 or name[-1:] in "。，；" for name in names):
        return None
    if "".join(names) and re.search(r"第.{1,6}[期号]|[：:]$", "".join(names)):
        return None
    if not names:
        return Byline("", "")
    han = all(re.search(r"[\u3400-\u9fff]", name) for name in names)
    author = names[0] if han or len(names) < 3 else " ".join(names[:-1])
    return Byline(author if len(names) > 1 or original else "", names[-1])


def stated_name(text: str) -> str:
    """Return the editor that front matter states, without the notation of lists."""
    first = re.split(r"[,，、]", text.strip().strip("[]"))[0] if text.strip().startswith("[") else text
    return _clean_editor(first.strip(" \"'"))
