"""The platform's filter for an article's HTML, applied when a draft is stored (reference, section I).

filter_html   the HTML as draft/get returns it
plain_text    its text alone
"""

__all__ = ["filter_html", "plain_text"]

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from wechat_simulator.css_filter import filter_style

PictureKey = Callable[[str], str | None]

INLINE = frozenset(
    (
        *(
            "p",
            "span",
            "strong",
            "b",
            "em",
            "i",
            "u",
            "s",
            "del",
            "li",
            "mark",
            "small",
            "sub",
            "sup",
            "q",
            "abbr",
        ),
        *("center", "font", "big", "br", "hr", "img", "a", "code", "svg"),
    )
)
BLOCK = frozenset(
    (
        *(
            "section",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "figure",
            "figcaption",
            "pre",
            "p",
            "div",
        ),
        *("table", "thead", "tbody", "tr", "td", "th", "ul", "ol", "li"),
        *("header", "footer", "aside", "article", "nav", "main"),
    )
)
DRAWING = frozenset(
    (
        *(
            "svg",
            "g",
            "path",
            "rect",
            "circle",
            "ellipse",
            "line",
            "polyline",
            "polygon",
            "text",
            "tspan",
            "defs",
        ),
        *("stop", "lineargradient", "radialgradient", "use", "image", "foreignobject"),
        *("animate", "animatetransform", "animatemotion", "set"),
    )
)
KEPT = INLINE | BLOCK | DRAWING | {"iframe", "mp-miniprogram"}
REMOVED = frozenset(
    (
        *("form", "input", "label", "select", "textarea", "button"),
        *("script", "style", "link", "meta", "title", "object", "embed"),
    )
)
VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input"),
        *("link", "meta", "param", "source", "track", "wbr"),
    )
)
MAX_DEPTH = 200  # nesting of elements; deeper ones are removed, their content is kept

PLAIN_ATTRIBUTES = frozenset({"class", "title", "alt", "align"})
OWN_ATTRIBUTES = {
    "img": frozenset({"width", "height"}),
    "ol": frozenset({"start"}),
    "table": frozenset({"border", "width"}),
    "td": frozenset({"border", "colspan", "rowspan", "width"}),
    "th": frozenset({"border", "colspan", "rowspan", "width"}),
    "font": frozenset({"color"}),
    "iframe": frozenset({"width", "height"}),
}
DRAWING_NAMES = (
    "viewBox xmlns width height x y x1 y1 x2 y2 cx cy r rx ry d points fill stroke stroke-width stroke-linecap"
    " stroke-linejoin stroke-dasharray stroke-dashoffset fill-opacity stroke-opacity opacity transform offset"
    " stop-color stop-opacity gradientUnits preserveAspectRatio attributeName attributeType from to by values dur"
    " begin end repeatCount fill-rule keyTimes keySplines calcMode additive restart type path rotate"
    " text-anchor font-size font-family"
)
DRAWING_ATTRIBUTES = {name.lower(): name for name in DRAWING_NAMES.split()}
DRAWING_TAGS = {
    "lineargradient": "linearGradient",
    "radialgradient": "radialGradient",
    "animatetransform": "animateTransform",
    "animatemotion": "animateMotion",
    "foreignobject": "foreignObject",
}
ARTICLE_LINK = re.compile(r"https?://mp\.weixin\.qq\.com/s(?:[/?]|$)")
STYLE_AS_WRITTEN = re.compile(r"""\sstyle\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
QUOTE_ENTITY = re.compile(r"&(?:#0*39|#x0*27|apos|quot|#0*34|#x0*22);", re.IGNORECASE)


@dataclass
class Node:
    """An element with its children; text is a plain string among them."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)


class _Tree(HTMLParser):
    """HTML parser that builds the tree of allowed elements."""

    def __init__(self, picture_key: PictureKey) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self._open = [self.root]
        self._skip_depth = 0  # nesting inside a removed element
        self._skip_tag = ""
        self._picture_key = picture_key

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skip_depth:
            self._skip_depth += tag == self._skip_tag
        elif tag in REMOVED:
            if tag not in VOID:
                self._skip_depth, self._skip_tag = 1, tag
        elif tag in KEPT and len(self._open) < MAX_DEPTH:
            self._enter(tag, {name: value or "" for name, value in attrs})

    def _enter(self, tag: str, attrs: dict[str, str]) -> None:
        attributes = _attributes(tag, attrs, self.get_starttag_text() or "", self._picture_key)
        if attributes is None:
            return
        node = Node(tag, attributes)
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self._skip_depth:
            self._skip_depth -= tag == self._skip_tag
            return
        depth = next((at for at in range(len(self._open) - 1, 0, -1) if self._open[at].tag == tag), 0)
        if depth:
            del self._open[depth:]

    def handle_data(self, data: str) -> None:
        if not self._skip_depth and self._open[-1].tag != "iframe":
            self._open[-1].children.append(data)


def _attributes(
    tag: str, attrs: dict[str, str], written: str, picture_key: PictureKey
) -> dict[str, str] | None:
    """Return the attributes that are kept; None when the whole element is dropped, as a foreign picture is."""
    own = OWN_ATTRIBUTES.get(tag, frozenset())
    kept = {
        name: value
        for name, value in attrs.items()
        if name in PLAIN_ATTRIBUTES or name in own or (name.startswith("data-") and name != "data-src")
    }
    if tag in DRAWING:
        kept |= {
            DRAWING_ATTRIBUTES[name]: value for name, value in attrs.items() if name in DRAWING_ATTRIBUTES
        }
    if tag == "img":
        source = _stored_source(attrs, picture_key)
        if source is None:
            return None
        kept = {"data-src": source} | kept
    if tag == "a" and ARTICLE_LINK.match(attrs.get("href", "")):
        kept["href"] = attrs["href"]
    style = _style(tag, attrs, written)
    return kept | ({} if style is None else {"style": style})


def _stored_source(attrs: dict[str, str], picture_key: PictureKey) -> str | None:
    """Return an uploaded picture's address in its /640 variant, for data-src; None for a foreign picture."""
    address = attrs.get("src") or attrs.get("data-src") or ""
    key = picture_key(address)
    return None if key is None else address.replace(f"/{key}/0", f"/{key}/640", 1)


def _style(tag: str, attrs: dict[str, str], written: str) -> str | None:
    """Return the style that is kept; "" when quote entities in it blanked it; None when nothing remains."""
    if "style" not in attrs or tag == "code":
        return None
    found = STYLE_AS_WRITTEN.search(written)
    if found and QUOTE_ENTITY.search(found[1]):
        return ""
    return filter_style(attrs["style"]) or None


def _unwrap_div(node: Node) -> list["Node | str"]:
    """Return the content of a div that contains blocks: inline runs become paragraphs, the div's style is lost."""
    out: list[Node | str] = []
    run: list[Node | str] = []
    for child in [*node.children, None]:
        if child is not None and (isinstance(child, str) or child.tag not in BLOCK):
            run.append(child)
            continue
        if any(not isinstance(one, str) or one.strip() for one in run):
            out.append(Node("p", {}, run))
        run = []
        if child is not None:
            out.append(child)
    return out


def _unwrap_divs(root: Node) -> None:
    """Unwrap, innermost first, every div that contains blocks. MAX_DEPTH bounds the recursion."""
    children: list[Node | str] = []
    for child in root.children:
        if isinstance(child, str):
            children.append(child)
            continue
        _unwrap_divs(child)
        holds_blocks = any(not isinstance(one, str) and one.tag in BLOCK for one in child.children)
        children.extend(_unwrap_div(child) if child.tag == "div" and holds_blocks else [child])
    root.children = children


def _write_node(node: "Node | str", out: list[str]) -> None:
    """Append the HTML of a node to `out`."""
    if isinstance(node, str):
        out.append(escape(node, quote=False).replace("\xa0", "&nbsp;"))
        return
    tag = DRAWING_TAGS.get(node.tag, node.tag)
    if tag:
        words = "".join(
            f' {name}="{escape(value, quote=True).replace("&#x27;", "&#39;")}"'
            for name, value in node.attributes.items()
        )
        out.append(f"<{tag}{words}  />" if node.tag in VOID else f"<{tag}{words}>")
    for child in node.children:
        _write_node(child, out)
    if tag and node.tag not in VOID:
        out.append(f"</{tag}>")


def _parse(html: str, picture_key: PictureKey) -> Node:
    tree = _Tree(picture_key)
    tree.feed(html)
    tree.close()
    return tree.root


def filter_html(html: str, picture_key: PictureKey) -> str:
    """Return the HTML as the platform stores it; `picture_key` maps an address to an uploaded picture, or None."""
    root = _parse(html, picture_key)
    _unwrap_divs(root)
    out: list[str] = []
    _write_node(root, out)
    return "".join(out)


def plain_text(html: str) -> str:
    """Return the text of some HTML; it is the digest of an article that has none."""
    out: list[str] = []
    _collect_text(_parse(html, lambda _: None), out)
    return re.sub(r"\s+", " ", "".join(out)).strip()


def _collect_text(node: "Node | str", out: list[str]) -> None:
    """Append the text of a node to `out`, blocks separated by spaces."""
    if isinstance(node, str):
        out.append(node)
        return
    for child in node.children:
        _collect_text(child, out)
    if node.tag in BLOCK or node.tag == "br":
        out.append(" ")
