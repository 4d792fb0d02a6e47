"""Lists whose depth the format states."""

from wxbot.bulletin.blocks import Block, ItemList, paragraphs
from wxbot.bulletin.model import Line, ListItem, Role
from wxbot.bulletin.typed_blocks import LineBlock, build_blocks


def test_lists_nest_to_a_bounded_depth() -> None:
    """Entries of a thousand depths keep their text and their order, in lists of at most 20 depths."""
    body = [
        LineBlock(Role.ENTRY, (Line(n, f"- 第{n}层", item=ListItem(n, "- ")),), n) for n in range(1, 1001)
    ]

    found = build_blocks(body)

    assert [f"第{n}层" for n in range(1, 1001)] == [text.strip(" -") for text in paragraphs(found)]
    assert 20 == depth_of(found[0])


def depth_of(block: Block) -> int:
    """Return how deep a list nests."""
    if not isinstance(block, ItemList):
        return 0
    return 1 + max((depth_of(inner) for item in block.items for inner in item.blocks), default=0)
