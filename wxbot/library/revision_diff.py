"""Compare two revisions of an issue: what an editor reads before a correction is published; pure.

issue_content   the content of a parsed issue in the form in which revisions are compared
diff_issues     the articles added, removed, moved and retitled, and the words that changed
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from wxbot.bulletin import ParsedArticle, ParsedIssue
from wxbot.bulletin.blocks import (
    Block,
    Blocks,
    Paragraph,
    Picture,
    blocks_to_json,
    map_blocks,
    paragraphs,
    plain,
)
from wxbot.library.text_diff import ParagraphChange, diff_paragraphs, longest_increasing
from wxbot.local_time import chinese_date

__all__ = [
    "ArticleContent",
    "ArticleMove",
    "HeadChange",
    "IssueContent",
    "IssueDiff",
    "Retitling",
    "TextChange",
    "diff_issues",
    "issue_content",
]


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """An article of a revision.

    `n` is its number, None for one that never had any; `form` stands for its styles, links and pictures, equal for
    articles that differ in no more than their text.
    """

    n: int | None
    section: str
    title: str
    paragraphs: tuple[str, ...] = ()
    form: str = ""

    @property
    def label(self) -> str:
        """The article as an editor knows it, such as 第 3 篇《…》."""
        return f"第 {self.n} 篇《{self.title}》" if self.n is not None else f"《{self.title}》"


@dataclass(frozen=True, slots=True)
class IssueContent:
    """Content of a revision.

    `head` holds the values of the masthead by their Chinese labels, `leads` the text before the first article by
    section, "" for the text before the first section.
    """

    head: Mapping[str, str] = field(default_factory=dict)
    sections: tuple[str, ...] = ()
    articles: tuple[ArticleContent, ...] = ()
    leads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeadChange:
    """A value of the masthead that changed; "" where it is absent."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ArticleMove:
    """An article that stands elsewhere: its old section, and the article before it, None at the beginning."""

    article: ArticleContent
    section_before: str
    follows: ArticleContent | None

    @property
    def changes_section(self) -> bool:
        """True if the article moved to another section, and not only within the order."""
        return self.section_before != self.article.section


@dataclass(frozen=True, slots=True)
class Retitling:
    """An article whose title changed."""

    before: ArticleContent
    after: ArticleContent


@dataclass(frozen=True, slots=True)
class TextChange:
    """The changed paragraphs of an article; none if only its styles, links or pictures changed."""

    article: ArticleContent
    paragraphs: tuple[ParagraphChange, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueDiff:
    """Differences between two revisions, each in the order of the later one; False if there is none."""

    head: tuple[HeadChange, ...] = ()
    sections_added: tuple[str, ...] = ()
    sections_removed: tuple[str, ...] = ()
    sections_renamed: tuple[tuple[str, str], ...] = ()
    added: tuple[ArticleContent, ...] = ()
    removed: tuple[ArticleContent, ...] = ()
    moved: tuple[ArticleMove, ...] = ()
    retitled: tuple[Retitling, ...] = ()
    texts: tuple[TextChange, ...] = ()
    leads: tuple[tuple[str, tuple[ParagraphChange, ...]], ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))

    def as_json(self) -> dict[str, Any]:
        """Return the differences as JSON values."""
        return {
            "head": [{"name": each.name, "before": each.before, "after": each.after} for each in self.head],
            "sections": {
                "added": list(self.sections_added),
                "removed": list(self.sections_removed),
                "renamed": [{"before": old, "after": new} for old, new in self.sections_renamed],
            },
            "added": [_article_json(each) for each in self.added],
            "removed": [_article_json(each) for each in self.removed],
            "moved": [
                _article_json(each.article)
                | {
                    "section_before": each.section_before,
                    "follows": _article_json(each.follows) if each.follows else None,
                }
                for each in self.moved
            ],
            "retitled": [
                {"n": each.after.n, "before": each.before.title, "after": each.after.title}
                for each in self.retitled
            ],
            "texts": [
                _article_json(each.article) | {"paragraphs": _changes_json(each.paragraphs)}
                for each in self.texts
            ],
            "leads": [{"section": name, "paragraphs": _changes_json(each)} for name, each in self.leads],
        }


def issue_content(parsed: ParsedIssue, numbers: Sequence[int | None]) -> IssueContent:
    """Return the content of an issue for `diff_issues`; `numbers` holds the number of each article, in order."""
    head = {
        "刊名": parsed.title,
        "期号": parsed.number,
        "日期": chinese_date(parsed.date),
        "编者": parsed.editor,
        "总期号": "-".join(str(each) for each in (parsed.total, parsed.total_last) if each is not None),
    }
    leads = defaultdict[str, tuple[str, ...]](tuple)
    for name, lead in (("", parsed.lead), *((section.name, section.lead) for section in parsed.sections)):
        leads[name] += _plain_texts(lead)
    found = [(section.name, article) for section in parsed.sections for article in section.articles]
    return IssueContent(
        {name: value for name, value in head.items() if value},
        tuple(dict.fromkeys(section.name for section in parsed.sections)),
        tuple(
            ArticleContent(n, name, article.title, _plain_texts(article.blocks), _form(article))
            for n, (name, article) in zip(numbers, found, strict=True)
        ),
        {name: lead for name, lead in leads.items() if lead},
    )


def diff_issues(before: IssueContent, after: IssueContent) -> IssueDiff:
    """Return the differences between two revisions.

    Two articles are the same if their numbers are; where one has no number, if their titles are.
    """
    partners = _pair_articles(before.articles, after.articles)  # position after -> position before
    pairs = [(before.articles[i], after.articles[j]) for j, i in sorted(partners.items())]
    kept = set(partners.values())
    names = _renamed_sections(before, after, pairs)
    old_sections, new_sections = {*before.sections, *names.values()}, {*after.sections, *names}
    return IssueDiff(
        head=tuple(
            HeadChange(name, before.head.get(name, ""), after.head.get(name, ""))
            for name in {**after.head, **before.head}
            if before.head.get(name, "") != after.head.get(name, "")
        ),
        sections_added=tuple(each for each in after.sections if each not in old_sections),
        sections_removed=tuple(each for each in before.sections if each not in new_sections),
        sections_renamed=tuple(names.items()),
        added=tuple(each for j, each in enumerate(after.articles) if j not in partners),
        removed=tuple(each for i, each in enumerate(before.articles) if i not in kept),
        moved=tuple(_moves(before, after, partners, names)),
        retitled=tuple(Retitling(old, new) for old, new in pairs if old.title != new.title),
        texts=tuple(
            TextChange(new, diff_paragraphs(old.paragraphs, new.paragraphs))
            for old, new in pairs
            if (old.paragraphs, old.form) != (new.paragraphs, new.form)
        ),
        leads=tuple(_lead_changes(before, after, names)),
    )


def _pair_articles(before: Sequence[ArticleContent], after: Sequence[ArticleContent]) -> dict[int, int]:
    """Return the position before of each article after that is the same one."""
    numbered = {each.n: i for i, each in reversed(list(enumerate(before))) if each.n is not None}
    partners: dict[int, int] = {}
    for j, each in enumerate(after):
        if each.n in numbered:
            partners[j] = numbered.pop(each.n)
    taken = set(partners.values())
    titled = defaultdict[str, list[int]](list)
    for i, each in enumerate(before):
        if i not in taken:
            titled[each.title].append(i)
    for j, each in enumerate(after):
        free = titled[each.title] if j not in partners else []
        same = next((i for i in free if each.n is None or before[i].n is None), None)
        if same is not None:
            partners[j] = same
            free.remove(same)
    return partners


def _renamed_sections(
    before: IssueContent, after: IssueContent, pairs: Sequence[tuple[ArticleContent, ArticleContent]]
) -> dict[str, str]:
    """Return the new name of each section whose kept articles all stand in a new section, and nobody else's do."""
    targets, origins = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for old, new in pairs:
        targets[old.section].add(new.section)
        origins[new.section].add(old.section)
    names = {}
    for old_name in before.sections:
        if old_name not in after.sections and len(targets[old_name]) == 1:
            (new_name,) = targets[old_name]
            if new_name not in before.sections and origins[new_name] == {old_name}:
                names[old_name] = new_name
    return names


def _moves(
    before: IssueContent, after: IssueContent, partners: Mapping[int, int], names: Mapping[str, str]
) -> Iterator[ArticleMove]:
    """Yield the articles in another section, and those outside the longest part that kept its order."""
    in_place = []
    for j, i in sorted(partners.items()):
        section = before.articles[i].section
        if names.get(section, section) == after.articles[j].section:
            in_place.append(j)
    kept = {in_place[at] for at in longest_increasing([partners[j] for j in in_place])}
    for j in sorted(partners.keys() - kept):
        article, section = after.articles[j], before.articles[partners[j]].section
        yield ArticleMove(article, names.get(section, section), after.articles[j - 1] if j else None)


def _lead_changes(
    before: IssueContent, after: IssueContent, names: Mapping[str, str]
) -> Iterator[tuple[str, tuple[ParagraphChange, ...]]]:
    """Yield the changed text before the first article, by section; a renamed section has its new name."""
    old_leads = {names.get(name, name): lead for name, lead in before.leads.items()}
    for name in {**after.leads, **old_leads}:
        changes = diff_paragraphs(old_leads.get(name, ()), after.leads.get(name, ()))
        if changes:
            yield name, changes


def _plain_texts(blocks: Blocks) -> tuple[str, ...]:
    """Return blocks as plain text, with an entry for each picture."""
    return paragraphs(map_blocks(_picture_as_text, blocks))


def _picture_as_text(block: Block) -> Block:
    """Return a paragraph in place of a picture; its description stands for a caption that is not printed."""
    if isinstance(block, Picture):
        return Paragraph.of(f"〔图片〕{plain(block.caption) or block.alt}")
    return block


def _form(article: ParsedArticle) -> str:
    """Return a digest of an article's content with its styles, links and pictures."""
    content = json.dumps([article.url, article.cover, blocks_to_json(article.blocks)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _article_json(article: ArticleContent) -> dict[str, Any]:
    """Return an article's number, title and section."""
    return {"n": article.n, "title": article.title, "section": article.section}


def _changes_json(changes: Sequence[ParagraphChange]) -> list[dict[str, Any]]:
    """Return changed paragraphs with their runs as pairs of sign and text."""
    return [
        {"before": each.before, "after": each.after, "runs": [list(run) for run in each.runs]}
        for each in changes
    ]
