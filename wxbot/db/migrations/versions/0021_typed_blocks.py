"""Typed blocks in place of marked strings, text before sections, and pictures.

The parser of marked strings is a copy of the one of that time, because a migration must not change with the program.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0021"  # article.paragraphs, links and images are gone

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE = 500
_ARTICLE = sa.table(
    "article",
    sa.column("id", ID),
    *(sa.column(name, sa.JSON()) for name in ("paragraphs", "links", "images", "blocks")),
    sa.column("url", sa.Text()),
)

Json = dict[str, Any]
_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_ITEM = re.compile(r"(?:[-*+]|(?P<number>\d{1,3})\.)\s+(?P<text>.+)$")
_QUOTE = re.compile(r">\s?(.*)$")
_FENCE = re.compile(r"(?:```|~~~)")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})$")
_DIVIDER = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$")
_TARGET = r"(?:[^\s()<>]|\([^\s()<>]*\))+"
_TITLE = r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?"
_PICTURE = re.compile(rf"!\[([^\[\]]*)\]\(\s*({_TARGET}){_TITLE}\s*\)")
_ADDRESS = r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+"
_INLINE = re.compile(
    r"`(?P<code>[^`]+)`"
    rf"|\[(?P<text>[^\[\]]*)\]\(\s*(?=https?:|mailto:|[#./])(?P<target>{_TARGET}){_TITLE}\s*\)"
    rf"|<(?P<angled>{_ADDRESS})>"
    rf"|(?P<bare>{_ADDRESS})",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\*\*(?=\S)(.{1,300}?)(?<=\S)\*\*|(?<!\w)__(?=\S)(.{1,300}?)(?<=\S)__(?!\w)")
_WEB = re.compile(r"https?://[^/?#\s]|mailto:.*@", re.IGNORECASE)


def upgrade() -> None:
    """Create the tables and columns, and convert the text of every article."""
    op.create_table(
        "picture",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=False),
        sa.Column("web_type", sa.String(40), nullable=False),
        sa.Column("web_form", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_picture"),
    )
    op.create_table(
        "issue_picture",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_issue_picture_issue_id_issue"),
        sa.ForeignKeyConstraint(["digest"], ["picture.digest"], name="fk_issue_picture_digest_picture"),
        sa.PrimaryKeyConstraint("issue_id", "digest", name="pk_issue_picture"),
    )
    op.create_index("ix_issue_picture_digest", "issue_picture", ["digest"])
    op.add_column("issue", sa.Column("lead", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("issue", sa.Column("section_leads", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("article", sa.Column("blocks", sa.JSON(), nullable=False, server_default="[]"))
    _convert(
        lambda row: {"new_blocks": article_blocks(row.paragraphs, row.links, row.images, row.url)},
        blocks=sa.bindparam("new_blocks", type_=sa.JSON()),
    )
    for name in ("paragraphs", "links", "images"):
        op.drop_column("article", name)


def downgrade() -> None:
    """Write the text of every article as marked strings again; pictures and text before sections are lost."""
    for name in ("paragraphs", "links", "images"):
        op.add_column("article", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    _convert(
        lambda row: {"new_paragraphs": [text for block in row.blocks for text in marked_strings(block)]},
        paragraphs=sa.bindparam("new_paragraphs", type_=sa.JSON()),
    )
    op.drop_column("article", "blocks")
    op.drop_column("issue", "section_leads")
    op.drop_column("issue", "lead")
    op.drop_table("issue_picture")
    op.drop_table("picture")


def _convert(values: Any, **change: Any) -> None:
    """Change every article, some rows at a time; `values` returns the parameters of one row."""
    connection = op.get_bind()
    statement = sa.update(_ARTICLE).where(_ARTICLE.c.id == sa.bindparam("row_id")).values(**change)
    last = 0
    while True:
        found = sa.select(_ARTICLE).where(_ARTICLE.c.id > last).order_by(_ARTICLE.c.id).limit(PAGE)
        page = list(connection.execute(found))
        if not page:
            return
        connection.execute(statement, [{"row_id": row.id, **values(row)} for row in page])
        last = page[-1].id


def article_blocks(
    paragraphs: Sequence[str], links: Sequence[str], images: Sequence[str], url: str | None
) -> list[Json]:
    """Return the blocks of an article's text, and behind them its pictures and links that the text does not contain."""
    text = "\n".join(paragraphs)
    blocks = list(_blocks([line.rstrip() for line in text.splitlines()]))
    blocks += [{"type": "picture", "url": image} for image in images if image not in text]
    others = [link for link in dict.fromkeys(links) if link not in text and link != url]
    return blocks + [_paragraph([{"text": link, "url": link}]) for link in others if _WEB.match(link)]


def _paragraph(spans: list[Json]) -> Json:
    return {"type": "paragraph", "spans": spans}


def _blocks(lines: Sequence[str]) -> Iterator[Json]:
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        closing = _closing_fence(lines, at)
        table = (
            "|" in line
            and at + 1 < len(lines)
            and "|" in lines[at + 1]
            and _DIVIDER.match(lines[at + 1].strip())
        )
        begin, at = at, at + 1
        if not line:
            continue
        if closing is not None:
            yield {"type": "code", "text": "\n".join(lines[begin + 1 : closing])}
            at = closing + 1
        elif mark := _HEADING.match(line):
            level = max(len(mark[1]) - 1, 1)
            yield {"type": "heading", "spans": _spans(mark[2]), **({"level": level} if level > 1 else {})}
        elif _RULE.match(line):
            yield {"type": "divider"}
        elif _ITEM.match(line):
            block, at = _list(lines, begin)
            yield block
        elif _QUOTE.match(line):
            at = next((n for n in range(begin, len(lines)) if not _QUOTE.match(lines[n].strip())), len(lines))
            quoted = [lines[n].strip()[1:].strip() for n in range(begin, at)]
            yield {"type": "quote", "blocks": [_paragraph(_spans(text)) for text in quoted if text]}
        elif table:
            at = next((n for n in range(begin + 2, len(lines)) if "|" not in lines[n]), len(lines))
            yield {"type": "table", "rows": list(_rows([line, *lines[begin + 2 : at]]))}
        else:
            yield from _running_text(line)


def _closing_fence(lines: Sequence[str], at: int) -> int | None:
    """Return the position of the fence that closes the code which begins at a line, if it does."""
    fence = _FENCE.match(lines[at].strip())
    if fence is None:
        return None
    return next((n for n in range(at + 1, len(lines)) if lines[n].strip() == fence[0]), None)


def _list(lines: Sequence[str], at: int) -> tuple[Json, int]:
    """Return a list and the position behind it; a number out of sequence begins a new list."""
    first = _ITEM.match(lines[at].strip())
    start = int(first["number"] or 1) if first else 1
    is_ordered = bool(first and first["number"])
    items: list[Json] = []
    while at < len(lines) and (mark := _ITEM.match(lines[at].strip())):
        number = int(mark["number"]) if mark["number"] else None
        if items and number != (start + len(items) if is_ordered else None):
            break
        label = {"label": f"{number}."} if number is not None else {}
        items.append({"blocks": [_paragraph(_spans(mark["text"]))], **label})
        at += 1
    ordered = {"ordered": True, **({"start": start} if start != 1 else {})} if is_ordered else {}
    return {"type": "list", "items": items, **ordered}, at


def _rows(lines: Iterable[str]) -> Iterator[list[Json]]:
    rows = [
        [c.strip() for c in line.strip().removeprefix("|").removesuffix("|").split("|")] for line in lines
    ]
    wide = max(map(len, rows))
    for n, row in enumerate(rows):
        header = {"header": True} if n == 0 else {}
        cells = row + [""] * (wide - len(row))
        yield [{**({"blocks": [_paragraph(_spans(cell))]} if cell else {}), **header} for cell in cells]


def _running_text(line: str) -> Iterator[Json]:
    """Yield a paragraph; a picture inside it stands between the text before and after it."""
    done = 0
    for mark in _PICTURE.finditer(line):
        if before := line[done : mark.start()].strip():
            yield _paragraph(_spans(before))
        caption = mark[1].strip()
        yield {"type": "picture", "url": mark[2], **({"caption": [{"text": caption}]} if caption else {})}
        done = mark.end()
    if after := line[done:].strip():
        yield _paragraph(_spans(after))


def _spans(text: str) -> list[Json]:
    found: list[Json] = []
    at = 0
    for strong in _STRONG.finditer(text):
        found += _split_links(text[at : strong.start()])
        found += [{**span, "bold": True} for span in _split_links(next(filter(None, strong.groups())))]
        at = strong.end()
    return [*found, *_split_links(text[at:])]


def _split_links(text: str) -> Iterator[Json]:
    """Yield the runs of a text without strong marks."""
    at = 0
    for mark in _INLINE.finditer(text):
        if at < mark.start():
            yield {"text": text[at : mark.start()]}
        at = mark.end()
        if mark["code"]:
            yield {"text": mark["code"], "code": True}
            continue
        url = mark["target"] or mark["angled"] or _strip_punctuation(mark["bare"])
        at = mark.start() + len(url) if mark["bare"] else at
        shown = (mark["text"] or "").strip() or url
        yield {"text": shown, **({"url": url} if _WEB.match(url) else {})}
    if at < len(text):
        yield {"text": text[at:]}


def _strip_punctuation(url: str) -> str:
    """Return a bare address without the punctuation of the sentence around it."""
    while True:
        shorter = url.rstrip(".,;:!?'*[]")
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter == url:
            return url
        url = shorter


def marked_strings(block: Json) -> Iterator[str]:
    """Yield a block as marked strings."""
    spans = "".join(_marked_span(span) for span in block.get("spans") or block.get("caption") or ())
    match block["type"]:
        case "list":
            yield from _marked_items(block)
        case "table":
            yield from _marked_rows(block)
            yield spans
        case "quote":
            yield from (f"> {text}" for text in _inside(block))
        case "note":
            yield f"[{block['label']}] {' '.join(_inside(block))}"
        case "code":
            yield f"```\n{block['text']}\n```"
        case "heading":
            yield f"{'#' * (block.get('level', 1) + 1)} {spans}"
        case "picture" if block.get("url"):
            yield f"![{spans}]({block['url']})"
        case name:
            yield "---" if name == "divider" else spans


def _inside(holder: Json) -> list[str]:
    """Return the blocks inside a block, an entry or a cell as marked strings."""
    return [text for one in holder.get("blocks", ()) for text in marked_strings(one)]


def _marked_items(block: Json) -> Iterator[str]:
    for number, item in enumerate(block["items"], start=block.get("start", 1)):
        yield " ".join([f"{number}." if block.get("ordered") else "-", *_inside(item)])


def _marked_rows(block: Json) -> Iterator[str]:
    for n, row in enumerate(block["rows"]):
        yield f"| {' | '.join(' '.join(_inside(cell)) for cell in row)} |"
        if n == 0:
            yield f"|{' --- |' * len(row)}"


def _marked_span(span: Json) -> str:
    text = span["text"]
    if span.get("code"):
        text = f"`{text}`"
    elif span.get("url") and span["url"] != text:
        text = f"[{text}]({span['url']})"
    return f"**{text}**" if span.get("bold") else text
