"""Find a shorter form of a headline that is still true, and the sentences of a summary that fit.

A headline of a bulletin is often several clauses: 甲公司完成融资，乙基金领投. Its first clauses are a headline of their
own and need no ellipsis. A clause that only prepares another one (随着…，为…，在…下) is none.
"""

import re
from collections.abc import Iterator

from wxbot.rendering.issue_texts import Fits, clean_line, has_open_bracket, shorten

__all__ = ["fitting_headline", "fitting_sentences"]

_SHORTEST = 6  # characters of a headline that says something
_BREAKS = re.compile(
    r"[，；。！？!?;]|——|(?<=[A-Za-z0-9])[:,] |(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])|(?<=[》”」』）]) "
)
_PREPARES = re.compile(
    r"(?:随着|为了?(?!何|什么)|由于|因为?(?!何)|若|如果|虽然?|尽管|即使|不但|不仅|无论|除了?|面对|围绕|根据|按照|依据|针对|通过|经过|"
    r"作为|关于|对于|就(?![业读地医近是])|继|自|从|当|在)"
)
_UNFINISHED = re.compile(
    r"(?:[的与和及或在将把被对向为从由于是等]|[上中下后前时际]|以来|以及|其中|包括|例如|指出|表示|认为|强调|介绍|透露|提出|宣布|称)$"
)
_ASIDE = re.compile(r"（[^（）]*）|\([^()]*\)")
_TYPOGRAPHIC_SPACE = re.compile(r"(?<=[\x21-\x7e]) (?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) (?=[\x21-\x7e])")
_LABEL = re.compile(r"^(?:【[^【】]*】)+")
_DESCRIPTION = re.compile(
    r"^[^“”，；：。！？《》]{2,20}(?:公司|企业|厂商|品牌|平台|机构|团队|提供商|服务商|运营商|开发商)(?=“)"
)
_ADDITION = re.compile(r"(?<![合兼吞归一])并(?![不非未无购网联轨入行列称])且?")
_NAME_OF_WORK = re.compile(r"(?<=[^\s，；：])《[^《》]*》(?=[\u4e00-\u9fff]{2,4}$)")
_HALF_SENTENCE = re.compile(
    r"\s*(?:由.*|.*作为.*(?:公司|企业|平台|机构|组织|单位|品牌|代表|之一)|[经經][^济营常理验费].*|.*如下|"
    r"据.*(?:报道|消息|了解|悉|统计|介绍|透露|显示)|.*(?:获悉|了解到)|.*到 ?\d{4} ?年[底末]?|"
    r"近日|日前|目前|随后|同时|此外|其中|"
    r"[\d〇零一二三四五六七八九十年月日时点分上中下午晚前后间至起到 ]+)"
)
_CLAUSE_END = re.compile(r"[，；：]")
_SENTENCE_END = re.compile(r"[。！？!?][”」』）]*")


def fitting_headline(headline: str, fits: Fits) -> str:
    """Return the headline, or a shorter one that says no more than it, if that `fits`; "" if there is none.

    Shorter is the headline without the spaces beside Latin words, without what stands in brackets, without the label
    in front of it, without what describes a name; then its first clauses; then what stands before 并; then 发布白皮书
    for 发布《…》白皮书.
    """
    forms = list(dict.fromkeys(_forms(clean_line(headline))))
    for form in forms:
        if fits(form):
            return form
    for cut in (_first_clauses, _before_additions, _without_names_of_works):
        for form in forms:
            for text in cut(form):
                if fits(text):
                    return text
    return ""


def _forms(whole: str) -> Iterator[str]:
    """Yield the headline with more and more left out that only adorns it."""
    yield whole
    text = whole
    for pattern in (_ASIDE, _TYPOGRAPHIC_SPACE, _LABEL, _DESCRIPTION):
        shorter = clean_line(pattern.sub("", text))
        if _says_something(shorter):
            text = shorter
            yield text


def _first_clauses(text: str) -> list[str]:
    """Return the beginnings of a headline that end with a whole clause, the longest first."""
    ends = [found.start() for found in _BREAKS.finditer(text)]
    found = [text[:end].strip() for end in reversed(ends)]
    return [each for each in found if _says_something(each)]


def _before_additions(text: str) -> list[str]:
    """Return the beginnings of a headline before 并, which adds a second deed of the same people."""
    found = [text[: match.start()] for match in _ADDITION.finditer(text)]
    return [each for each in reversed(found) if _says_something(each)]


def _without_names_of_works(text: str) -> list[str]:
    """Return a headline without the name of the work whose kind ends it: 发布白皮书 for 发布《…》白皮书."""
    shorter = _NAME_OF_WORK.sub("", text)
    return [shorter] if shorter != text and _says_something(shorter) else []


def _says_something(text: str) -> bool:
    return not (
        len(text) < _SHORTEST
        or has_open_bracket(text)
        or _UNFINISHED.search(text)
        or (_PREPARES.match(text) and not _BREAKS.search(text))
    )


def fitting_sentences(text: str, fits: Fits) -> str:
    """Return the first sentences of a text, as many as fit; of a longer first one its first clauses with `。`.

    Only where no clause is long enough to say something it is the beginning with `…`. A text that was cut already ends
    with its last whole sentence as well.
    """
    whole = clean_line(text)
    is_cut = whole.endswith("…") and not whole.endswith("……")
    if fits(whole) and not is_cut:
        return whole
    ends = [found.end() for found in _SENTENCE_END.finditer(whole)]
    sentences = next((whole[:end] for end in reversed(ends) if fits(whole[:end])), "")
    return sentences or _whole_clauses(whole, fits) or shorten(whole, fits)


def _whole_clauses(text: str, fits: Fits) -> str:
    """Return the first clauses of a long sentence as a sentence; "" if they say less than a third of what would fit."""
    ends = [found.start() for found in _CLAUSE_END.finditer(text) if fits(f"{text[: found.start()]}。")]
    start = 0
    found = []
    for end in ends:
        last = text[start:end].strip()
        if _says_something(text[:end]) and not _PREPARES.match(last) and not _HALF_SENTENCE.fullmatch(last):
            found.append(text[:end])
        start = end + 1
    longest = len(shorten(text, fits))
    return next((f"{each}。" for each in reversed(found) if 3 * len(each) >= longest), "")
