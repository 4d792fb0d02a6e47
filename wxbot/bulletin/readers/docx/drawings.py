"""Read what is drawn in a Word file: pictures, text boxes, WordArt, diagrams and charts, also in groups."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from wxbot.bulletin.blocks import Cell, Paragraph, Picture, Span, Table
from wxbot.bulletin.line_text import clean
from wxbot.bulletin.readers.docx.fields import is_web_target
from wxbot.bulletin.readers.docx.markup import Element, a, children_of, number, r, w
from wxbot.bulletin.readers.docx.package import DamagedPart, PackagePart, WordPackage
from wxbot.bulletin.readers.pictures import PictureCollector

__all__ = ["DrawingReader", "Drawn"]

_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V = "{urn:schemas-microsoft-com:vml}"
_O = "{urn:schemas-microsoft-com:office:office}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_BELOW = 250_000
"""EMU (7 mm) below the top of its paragraph from which a floating object is read after the paragraph's text."""

_EMU_PER_POINT = 12_700
_MAX_CHART_ROWS = 200
_MAX_CHART_COLUMNS = 20
WATERMARK = "watermark"
_BOXES = w("txbxContent")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One object in a drawing: a picture, a text box to be read, lines of text, or a table of a chart's values.

    `drop_reason` is set where the text does not belong to the bulletin; `below` where the object stands lower than
    the text of its paragraph.
    """

    picture: Picture | None = None
    box: Element | None = None
    texts: tuple[str, ...] = ()
    table: Table | None = None
    drop_reason: str = ""
    below: bool = False


class DrawingReader:
    """Reader of the drawings of one document; it collects their pictures."""

    def __init__(self, package: WordPackage) -> None:
        self._package = package
        self.collector = PictureCollector()

    def read(self, drawing: Element, part: PackagePart) -> Iterator[Drawn]:
        """Yield the objects of a `w:drawing`, `w:pict` or `w:object`, in the order of the file."""
        hidden = next(drawing.iter(f"{_WP}docPr"), None)
        if hidden is not None and hidden.get("hidden") in {"1", "true"}:
            return
        alt = "" if hidden is None else hidden.get("descr") or hidden.get("title") or ""
        yield from self._objects(drawing, part, alt, below=_stands_below(drawing))

    def _objects(self, parent: Element, part: PackagePart, alt: str, *, below: bool) -> Iterator[Drawn]:
        """Yield the objects below an element, without those inside text boxes, which are read as text."""
        for one in children_of(parent):
            tag = str(one.tag)
            if tag == _BOXES:
                yield Drawn(box=one, below=below)
            elif tag == a("blip"):
                yield self._picture(one, part, "embed", "link", alt, below=below)
            elif tag == f"{_V}imagedata":
                yield self._vml_picture(one, part, below=below)
            elif tag == f"{_V}textpath":
                yield _word_art(one, below=below)
            elif tag == f"{_C}chart":
                yield from self._chart(one, part, below=below)
            elif tag == f"{_DGM}relIds":
                yield from self._diagram(one, part, below=below)
            else:
                described = next((p for p in one.iterchildren("{*}nvPicPr")), None)
                name = described.find("{*}cNvPr") if described is not None else None
                inner = (name.get("descr") or alt) if name is not None else alt
                yield from self._objects(one, part, inner, below=below)

    def _picture(
        self, blip: Element, part: PackagePart, inside: str, outside: str, alt: str, *, below: bool
    ) -> Drawn:
        """Return a picture of DrawingML: its bytes, or the address of one that is only linked."""
        target = blip.get(r(inside)) or blip.get(r(outside)) or ""
        return self._related_picture(target, part, alt, below=below)

    def _vml_picture(self, image: Element, part: PackagePart, *, below: bool) -> Drawn:
        """Return a picture of VML."""
        target = image.get(r("id")) or image.get(r("pict")) or image.get(f"{_O}relid") or ""
        shape = image.getparent()
        alt = (shape.get("alt") if shape is not None else "") or image.get(f"{_O}title") or ""
        if shape is not None and _is_watermark(shape):
            return Drawn(texts=("［水印图片］",), drop_reason=WATERMARK)
        return self._related_picture(target, part, alt, below=below)

    def _related_picture(self, target: str, part: PackagePart, alt: str, *, below: bool) -> Drawn:
        """Return the picture of a relationship, or the reason why it cannot be taken over."""
        relation = part.relationships.get(target)
        if relation is None:
            return _left_out("文件里没有这张图片", alt)
        if relation.external:
            address = relation.target.strip()
            if is_web_target(address):
                return Drawn(picture=Picture(url=address, alt=clean(alt)), below=below)
            return _left_out(f"图片在别处：{unquote(address)[-80:]}", alt)
        try:
            data = self._package.media(relation.target)
        except DamagedPart as damage:
            return _left_out(f"图片读不出，{damage}", alt)
        found = self.collector.add(data, alt=alt)
        return _left_out(found, alt) if isinstance(found, str) else Drawn(picture=found, below=below)

    def _related_part(self, target: str | None, part: PackagePart) -> Element | None:
        """Return the root of a related part; None where it cannot be read."""
        relation = part.relationships.get(target or "")
        if relation is None or relation.external:
            return None
        try:
            return self._package.part(relation.target).parse()
        except DamagedPart:
            return None

    def _diagram(self, ids: Element, part: PackagePart, *, below: bool) -> Iterator[Drawn]:
        """Yield the texts of a diagram (SmartArt), one a shape."""
        root = self._related_part(ids.get(r("dm")), part)
        if root is None:
            yield _left_out("示意图（SmartArt）读不出", "")
            return
        shapes = (
            "".join(text.text or "" for text in one.iter(a("t")))
            for one in root.iter(f"{_DGM}pt")
            if one is not None
        )
        texts = tuple(text for text in map(clean, shapes) if text)
        if texts:
            yield Drawn(texts=texts, below=below)

    def _chart(self, chart: Element, part: PackagePart, *, below: bool) -> Iterator[Drawn]:
        """Yield the values of a chart as a table: the file holds no picture of it."""
        root = self._related_part(chart.get(r("id")), part)
        table = _chart_table(root) if root is not None else None
        if table is None:
            yield _left_out("图表读不出；请在 Word 里把图表粘贴为图片", "")
        else:
            yield Drawn(table=table, below=below)


def _left_out(reason: str, alt: str) -> Drawn:
    """Return the line that stands in place of a picture that is left out."""
    return Drawn(
        texts=(f"［图片：{clean(alt)}］" if clean(alt) else "［图片］",), drop_reason=f"picture: {reason}"
    )


def _is_watermark(shape: Element) -> bool:
    """Tell if a shape is a watermark by the name that Word and WPS give it."""
    names = f"{shape.get('id', '')}{shape.get(f'{_O}spid', '')}".lower()
    return "watermark" in names


def _word_art(path: Element, *, below: bool) -> Drawn:
    """Return the text of WordArt."""
    shape = path.getparent()
    is_watermark = shape is not None and _is_watermark(shape)
    return Drawn(texts=(path.get("string", ""),), drop_reason=WATERMARK if is_watermark else "", below=below)


def _stands_below(drawing: Element) -> bool:
    """Tell if a floating object stands clearly below the top of the paragraph that it is anchored in."""
    position = next(drawing.iter(f"{_WP}positionV"), None)
    if position is not None:
        offset = position.find(f"{_WP}posOffset")
        relative = position.get("relativeFrom") in {"paragraph", "line"}
        return relative and offset is not None and number(offset.text, high=10**8) > _BELOW
    shape = next((one for one in drawing.iter("*") if str(one.tag).startswith(_V) and one.get("style")), None)
    style = "" if shape is None else shape.get("style", "")
    if "position:absolute" not in style or "-relative:page" in style or "-relative:margin" in style:
        return False
    top = next(
        (one.partition(":")[2] for one in style.split(";") if one.strip().startswith("margin-top")), ""
    )
    return number(top.strip()) * _EMU_PER_POINT > _BELOW


def _chart_table(root: Element) -> Table | None:
    """Return the values of a chart: a column a series, a row a category."""
    title = root.find(f"{_C}chart/{_C}title")
    caption = clean("".join(one.text or "" for one in title.iter(a("t")))) if title is not None else ""
    series = list(root.iter(f"{_C}ser"))[:_MAX_CHART_COLUMNS]
    if not series:
        return None
    names = [" ".join(_points(one.find(f"{_C}tx")).values()) for one in series]
    labels = _points(series[0].find(f"{_C}cat")) or _points(series[0].find(f"{_C}xVal"))
    columns = [_points(one.find(f"{_C}val")) or _points(one.find(f"{_C}yVal")) for one in series]
    places = sorted({place for column in (labels, *columns) for place in column})[:_MAX_CHART_ROWS]
    rows = [
        ("", *names),
        *((labels.get(at, ""), *(column.get(at, "") for column in columns)) for at in places),
    ]
    cells = tuple(
        tuple(Cell((Paragraph.of(text),) if text else (), header=index == 0) for text in row)
        for index, row in enumerate(rows)
    )
    return Table(cells, (Span(caption),) if caption else ())


def _points(element: Element | None) -> dict[int, str]:
    """Return the stored values of a chart's reference by their place."""
    if element is None:
        return {}
    found = {}
    for one in element.iter(f"{_C}pt"):
        text = one.find(f"{_C}v")
        found[number(one.get("idx"))] = clean(text.text or "") if text is not None else ""
    if not found:
        found = {index: clean(one.text or "") for index, one in enumerate(element.iter(f"{_C}v"))}
    return found
