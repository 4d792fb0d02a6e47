"""Generate an archive of any size for benchmarks: sentences of real news in new combinations, with invented names.

    python -m bench.large_archive SIZE > articles.jsonl

Every article differs from all others: sentences of four items, new figures, a person, a company and a place that occur
nowhere else or in few articles, as in a real archive, where the vocabulary grows with the number of articles.
"""

import datetime as dt
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from wxbot.search import IndexedDocument

__all__ = ["CORPUS", "large_archive", "read_lines"]

CORPUS = Path(__file__).parents[1].parent / "shared" / "corpus" / "articles.jsonl"
SEED = 20261130
SENTENCES = 4  # of one article
LATEST = dt.date(2026, 11, 30)
DAYS = 20 * 365  # back from LATEST

_SENTENCE = re.compile(r"[^。！？；]+[。！？；]?")
_FIGURE = re.compile(r"\d{2,}")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余杜叶程魏苏吕丁任卢姚沈"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文斌宇浩凯嘉欣怡佳琪雨泽晨曦子涵梓萱思远志鹏海波晓东"
)
_PLACES = ("东", "西", "南", "北", "青", "云", "龙", "凤", "安", "宁", "泰", "和", "清", "江", "河", "湖")
_ENDS = ("山市", "水县", "川区", "州市", "阳县", "林镇", "港区", "岭县", "河镇", "门市")
_COMPANIES = "瑞恒博达启明星辰华创联科智云天际远航新锐卓越宏图盛世金石嘉禾润泽鼎盛汇通"
_TRADES = ("科技", "集团", "能源", "生物", "精密", "传媒", "农业", "智能", "材料", "物流")


def large_archive(size: int, corpus: Path = CORPUS) -> Iterator[IndexedDocument]:
    """Yield `size` articles, the same in every run."""
    rng = random.Random(SEED)  # noqa: S311  not for secrets
    items = [json.loads(line) for line in corpus.read_text("utf-8").splitlines()]
    sentences = [_SENTENCE.findall(item["body"]) or [item["title"]] for item in items]
    for at in range(size):
        item = items[rng.randrange(len(items))]
        yield IndexedDocument(
            id=f"large/{at}",
            title=_title(rng, item["title"]),
            section=item["section"] or "",
            body="".join(_body(rng, sentences)),
            number=None,
            n=None,
            date=(LATEST - dt.timedelta(days=rng.randrange(DAYS))).isoformat(),
            digest="",
            url=None,
        )


def read_lines(size: int) -> Iterator[str]:
    """Yield the archive as lines of an `articles.jsonl`."""
    for each in large_archive(size):
        entry = {"id": each.id, "issue": None, "title": each.title, "section": each.section}
        yield json.dumps(entry | {"date": each.date, "body": each.body, "url": None}, ensure_ascii=False)


def _title(rng: random.Random, title: str) -> str:
    """Return a title with other figures and, in two of three, an invented name before it."""
    shown = _FIGURE.sub(lambda match: _figure(rng, match[0]), title)
    names = (f"{_company(rng)}：{shown}", f"{_place(rng)}{shown}", shown)
    return names[rng.randrange(len(names))]


def _body(rng: random.Random, sentences: Sequence[Sequence[str]]) -> Iterator[str]:
    for _ in range(SENTENCES):
        sentence = rng.choice(rng.choice(sentences))
        yield _FIGURE.sub(lambda match: _figure(rng, match[0]), sentence)
    yield f"{_place(rng)}的{_person(rng)}在{_company(rng)}说。"


def _figure(rng: random.Random, written: str) -> str:
    """Return another figure of as many digits; a year stays a year."""
    if len(written) == 4 and written.startswith(("19", "20")):
        return str(rng.randrange(1990, 2027))
    return str(rng.randrange(10 ** (len(written) - 1), 10 ** len(written)))


def _person(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN) + rng.choice(_GIVEN)


def _company(rng: random.Random) -> str:
    return rng.choice(_COMPANIES) + rng.choice(_COMPANIES) + rng.choice(_TRADES)


def _place(rng: random.Random) -> str:
    return rng.choice(_PLACES) + rng.choice(_PLACES) + rng.choice(_ENDS)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in read_lines(int(sys.argv[1])))
