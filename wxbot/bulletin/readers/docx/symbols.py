"""Characters of Word's symbol fonts (Wingdings, Symbol, Webdings) as the Unicode characters that they look like."""

__all__ = ["is_symbol_font", "symbol_text"]

_DEFAULT = "●"
_PRIVATE = range(0xF000, 0xF100)

# The first code of a run of characters, and the characters; what Unicode fonts do not show is printed as a bullet.
_WINGDINGS = {
    0x21: "✏✂✁👓🔔📖🕯☎✆✉📩📪📫📬📭📁📂📄📄📑🗄⌛⌨🖱🖲💻🖴💾💾✇✍",
    0x40: "🖎✌👌👍👎☜☞☝☟🖐☺😐☹💣☠🏳🏱✈☼💧❄✝✞✝✠✡☪☯ॐ☸♈♉♊♋♌♍♎♏♐♑♒♓",
    0x6A: "&&●❍■□□❑❒◆◆◆❖◆⌧▲⌘❀✿“”▯⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿",
    0x9E: "·•▪○○○◉◎○▪□▲✦★✶✴✹✵⊕⌖◇⌑◇✪✰🕐🕑🕒🕓🕔🕕🕖🕗🕘🕙🕚🕛",
    0xD5: "⌫⌦◁➢△▽⇐⇒⇑⇓←→↑↓↖↗↙↘←➔↑↓↖↗↙↘⇦⇨⇧⇩⇔⇕↖↗↙↘▭▫✗√☒☑⊞",
}
_SYMBOL = {
    0x21: "!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    0xA0: "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂·÷≠≡≈…│─↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑",
}
_WEBDINGS = {0x33: "◀▶▲▼", 0x3D: "■", 0x61: "√", 0x63: "□", 0x67: "■", 0x6E: "●", 0x72: "✗"}
_WINGDINGS_2 = {0x4F: "✗√☒☑☒☒", 0x6A: "⓪①②③④⑤⑥⑦⑧⑨⑩", 0x95: "●●●●", 0xA3: "□"}
_WINGDINGS_3 = {0x21: "←→↑↓", 0x70: "▲▼△▽◀▶", 0x7B: "▶◀▶"}


def _by_code(runs: dict[int, str]) -> dict[int, str]:
    """Return the characters by their code."""
    return {first + index: char for first, chars in runs.items() for index, char in enumerate(chars)}


_TABLES = {
    "wingdings": _by_code(_WINGDINGS),
    "wingdings 2": _by_code(_WINGDINGS_2),
    "wingdings 3": _by_code(_WINGDINGS_3),
    "webdings": _by_code(_WEBDINGS),
    "symbol": _by_code(_SYMBOL),
}


def is_symbol_font(font: str) -> bool:
    """Tell if the characters of a font are pictures or Greek at the places of letters."""
    return font.lower() in _TABLES


def symbol_text(text: str, font: str) -> str:
    """Return text in a symbol font as Unicode prints it; text in another font unchanged.

    Word stores the characters of symbol fonts at F020 to F0FF or at the letters of the same place. The private
    characters of a font that is not known are taken for those of Wingdings.
    """
    known = _TABLES.get(font.lower())
    if known is None and text.isprintable():
        return text
    table = known or _TABLES["wingdings"]
    return "".join(_character(char, table, known is not None) for char in text)


def _character(char: str, table: dict[int, str], is_symbol: bool) -> str:
    """Return one character as it looks."""
    code = ord(char)
    if code in _PRIVATE:
        return table.get(code - _PRIVATE.start, " " if code == 0xF020 else _DEFAULT)
    if is_symbol and 0x20 < code < 0x100:
        return table.get(code, _DEFAULT)
    return char
