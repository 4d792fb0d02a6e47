"""Facts about the names of publications and sections as members write them."""

import pytest

from wxbot.search.names import LibraryNames, NamedPublication, _short_name, name_key


def publication(slug: str, name: str, *others: str) -> NamedPublication:
    """Return a publication of an account with several."""
    return NamedPublication(1, slug, name, name, tuple(map(name_key, (name, *others))), ())


NAMES = LibraryNames(
    (
        publication("", "长风联盟工作简报"),
        publication("kuaixun", "长风联盟政策快讯", "政策速递"),
        publication("ai", "长风联盟人工智能月报"),
    ),
    renamed=(("投资汇", "投融界"),),
)


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("政策快讯", "kuaixun"),
        ("《政策快讯》", "kuaixun"),
        ("政策 快訊", "kuaixun"),
        ("政策速递", "kuaixun"),
        ("KUAIXUN", "kuaixun"),
        ("工作简报", ""),
        ("月报", "ai"),
        ("简报", None),
        ("政策", None),
        ("人工智能", None),
        ("长风联盟", None),
        ("报", None),
        ("", None),
    ],
)
def test_the_end_of_a_name_stands_for_it(words: str, slug: str | None) -> None:
    """An ending that says what paper it is names a publication; a subject and a general word do not."""
    found = NAMES.publication(words)
    assert slug == (found.slug if found else None)


def test_any_part_is_enough_where_only_a_name_can_stand() -> None:
    """政策 names the publication after 订阅; what several names contain names none."""
    assert "kuaixun" == NAMES.nearest_publication("政策").slug  # type: ignore[union-attr]
    assert NAMES.nearest_publication("长风") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("政策快讯 芯片", ("kuaixun", "芯片")),
        ("芯片政策快讯", ("kuaixun", "芯片")),
        ("kuaixun 芯片", ("kuaixun", "芯片")),
        ("ai 芯片", ("ai", "芯片")),
        ("openai 芯片", None),
        ("快讯 芯片", None),
        ("人工智能 芯片", None),
    ],
)
def test_a_name_is_found_among_other_words(text: str, found: tuple[str, str] | None) -> None:
    """A name is cut out of a question; words of the subject and parts of Latin words stay."""
    got = NAMES.find_publication(text)
    assert found == ((got.slug, got.rest.strip()) if got else None)


def test_the_short_name_leaves_out_what_names_share() -> None:
    """The association's own name is left out where what is left says enough."""
    assert "政策快讯" == _short_name("长风联盟政策快讯", ["长风联盟工作简报", "园区月报"])
    assert "长风联盟简报" == _short_name("长风联盟简报", ["长风联盟政策快讯"])
    assert "青禾人" == _short_name("青禾人", ["园区月报"])


def test_a_former_name_of_a_section_leads_to_all_its_names() -> None:
    """Both names give the present one and the former one; another section has its own name only."""
    assert NAMES.spellings("投融界") == NAMES.spellings("投资汇") == ("投资汇", "投融界")
    assert ("要闻",) == NAMES.spellings("要闻")
    assert "投资汇" == NAMES.present_section("投融界")
