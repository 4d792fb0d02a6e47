"""Publications: find the one that a masthead names, add and rename them.

Small differences in a name are forgiven: signs, blanks, one character of a long name, an organisation before it.
What kind of paper it is (简报, 快讯, 月报 …) is no small difference.
"""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import select

from wxbot.bulletin.habits import SLUG_FORM, Habits, is_slug
from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.library.library_version import next_version
from wxbot.library.tables import Publication

__all__ = [
    "GENERAL_PAPERS",
    "add_publication",
    "default_publication",
    "find_publication",
    "is_same_name",
    "is_telling_ending",
    "issue_key",
    "publication_names",
    "publications",
    "rename_publication",
    "resolve_publication",
    "split_publication",
    "store_publication",
]

_KIND = re.compile(
    r"(?:工作)?(?P<kind>简报|快报|快讯|简讯|通讯|动态|专报|月报|周报|日报|季报|年报|年度报告|会刊|专刊|月刊|周刊|季刊"
    r"|双月刊|通报|要情|信息|参考|内参|摘要|导刊|文摘|报告|杂志|新闻|资讯)(?:电子版|网络版)?$"
)
# Words for papers or news in general: in a message they mean what they say, not the publication that they end.
GENERAL_PAPERS = frozenset(
    ("简报", "通讯", "动态", "通报", "信息", "参考", "摘要", "文摘", "报告", "杂志", "新闻", "资讯", "专刊")
)
_EXACT_BELOW = 5  # characters: in a shorter name each one counts


def publications(session: Session) -> list[Publication]:
    """Return the publications, the default one first."""
    return list(session.scalars(select(Publication).order_by(Publication.slug != "", Publication.id)))


def default_publication(session: Session) -> Publication | None:
    """Return the publication whose addresses have no slug; None in an empty library."""
    return session.scalar(select(Publication).where(Publication.slug == ""))


def issue_key(publication: Publication, number: str) -> str:
    """Return the key of an issue: its number, after the publication's slug unless it is the default one."""
    return f"{publication.slug}/{number}" if publication.slug else number


def publication_names(publication: Publication) -> tuple[str, ...]:
    """Return the name and the other names of a publication."""
    return tuple(filter(None, (publication.name, *publication.other_names)))


def is_same_name(first: str, second: str) -> bool:
    """Tell if two names are spellings of one; a name that is missing fits any."""
    one, two = _comparable(first), _comparable(second)
    if not one or not two or one == two:
        return True
    (stem_one, kind_one), (stem_two, kind_two) = _split_kind(one), _split_kind(two)
    if kind_one != kind_two:
        return False
    shorter, longer = sorted((stem_one, stem_two), key=len)
    if len(shorter) != 1 and longer.endswith(shorter):  # 长风联盟工作简报, 工作简报 and 简报
        return True
    return len(shorter) + len(kind_one) >= _EXACT_BELOW and len(shorter) > 2 and _is_one_edit(shorter, longer)


def is_telling_ending(ending: str) -> bool:
    """Tell if the end of a name can stand for the whole: it says what kind of paper it is, and is no general word."""
    return bool(_split_kind(ending)[1]) and ending not in GENERAL_PAPERS


def split_publication(session: Session, text: str) -> tuple[Publication | None, str]:
    """Return the publication with whose name or slug a text begins, and the rest; None where it names none.

    The end of a name that only one publication has is enough: 政策快讯第3期 for 长风联盟政策快讯.
    """
    known = publications(session)
    named = [
        (name, each)
        for each in known
        for name in filter(None, (*publication_names(each), each.slug))
        if text.casefold().startswith(name.casefold())
    ]
    if not named:
        endings = {
            (name[at:], each.id): each
            for each in known
            for name in publication_names(each)
            for at in range(1, len(name))
            if text.startswith(name[at:]) and is_telling_ending(name[at:])
        }
        named = [(ending, each) for (ending, _), each in endings.items()]
    longest = max((len(name) for name, _ in named), default=0)
    found = {each.id: each for name, each in named if len(name) == longest}
    if len(found) != 1:
        return None, text
    return next(iter(found.values())), text[longest:].lstrip(" /　")


def find_publication(session: Session, name: str) -> Publication | None:
    """Return the publication with this name or slug; an exact name comes before a similar one."""
    known = publications(session)
    by_slug = [each for each in known if each.slug and each.slug == name]
    return by_slug[0] if by_slug else _best_match([each for each in known if each.name], name)


def _best_match(known: Sequence[Publication], name: str) -> Publication | None:
    """Return the publication that has this name, else the only one with a similar name."""
    for each in known:
        if _comparable(name) in map(_comparable, publication_names(each)):
            return each
    similar = [each for each in known if any(is_same_name(name, other) for other in publication_names(each))]
    return similar[0] if len(similar) == 1 else None


def resolve_publication(session: Session, name: str | None, configured: Habits) -> Publication | None:
    """Return the publication of an issue with this name; None for a name that nobody knows.

    The first publication of a library is the default one: the first that `configured` names, else that of the first
    issue. One that is configured with a slug belongs to the library as well. A publication that the library does not
    have yet is returned without being added, so that a dry run writes nothing: see `store_publication`.
    """
    known = publications(session)
    if not known:
        first = configured.publications[0].name if configured.publications else (name or "")
        known = [Publication(slug="", name=first, other_names=[])]
    if not name:
        return known[0]
    habits = configured.of(name)
    found = _best_match(known, habits.name if habits else name)
    if found is not None:
        return found
    if habits is not None and habits.slug and all(habits.slug != each.slug for each in known):
        return Publication(slug=habits.slug, name=habits.name, other_names=[])
    # The default publication takes its name from its first issue that has one.
    return known[0] if not known[0].name else None


def store_publication(
    session: Session, found: Publication, name: str | None, configured: Habits
) -> Publication:
    """Add what `resolve_publication` returned if the library does not have it, and name a nameless one."""
    if found.slug and default_publication(session) is None:
        _insert(session, "", configured.publications[0].name if configured.publications else "")
    found.name = found.name or name or ""
    session.add(found)
    session.flush()
    return found


def add_publication(session: Session, name: str, slug: str) -> Publication:
    """Add a publication.

    Raises UsageError for a slug that cannot stand in an address, and Forbidden if the name or the slug is taken.
    """
    next_version(session)  # of two writers, the second sees what the first added
    name = " ".join(name.split())
    if not is_slug(slug):
        raise UsageError(
            f"「{slug}」不能做网址里的短名",
            remedy=f"{SLUG_FORM}。",
            field="slug",
        )
    if not name:
        raise UsageError("刊名是空的", remedy="写上刊名，如：wxbot publications add 政策快讯 --slug kuaixun")
    taken = [
        each
        for each in publications(session)
        if each.slug == slug or _comparable(name) in map(_comparable, publication_names(each))
    ]
    if taken:
        raise Forbidden(
            f"已经有刊物《{taken[0].name}》（短名 {taken[0].slug or '没有，是默认刊物'}）",
            remedy="换一个刊名或短名；改名用 wxbot publications rename。",
            field="slug",
        )
    if not publications(session):
        _insert(session, "", "")  # the default one takes its name from its first issue
    return _insert(session, slug, name)


def rename_publication(session: Session, name: str, new_name: str) -> Publication:
    """Give a publication another name; issues under the old one still belong to it.

    Raises NotFound, Forbidden if another one has the name, and UsageError for an empty one.
    """
    next_version(session)
    new_name = " ".join(new_name.split())
    if not new_name:
        raise UsageError(
            "新的刊名是空的", remedy="写上新的刊名，如：wxbot publications rename kuaixun 政策快讯"
        )
    found = find_publication(session, name)
    if found is None:
        raise NotFound(f"没有刊物「{name}」", remedy="wxbot publications 列出已有的刊物。")
    other = find_publication(session, new_name)
    if other is not None and other.id != found.id:
        raise Forbidden(f"已经有刊物《{other.name}》", remedy="换一个刊名。")
    names = dict.fromkeys((found.name, *found.other_names))
    names.pop(new_name, None)
    found.name, found.other_names = new_name, [each for each in names if each]
    return found


def _insert(session: Session, slug: str, name: str) -> Publication:
    row = Publication(slug=slug, name=name, other_names=[])
    session.add(row)
    session.flush()
    return row


def _comparable(name: str) -> str:
    """Return the letters and figures of a name, for comparison."""
    return "".join(each for each in unicodedata.normalize("NFKC", name).casefold() if each.isalnum())


def _split_kind(name: str) -> tuple[str, str]:
    """Return what a name says before the kind of paper, and the kind."""
    found = _KIND.search(name)
    return (name[: found.start()], found["kind"]) if found else (name, "")


def _is_one_edit(shorter: str, longer: str) -> bool:
    """Tell if one character replaced, added or left out makes the one string the other."""
    if len(longer) - len(shorter) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    rest = at + 1
    return shorter[at + (len(shorter) == len(longer)) :] == longer[rest:]
