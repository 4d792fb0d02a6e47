"""Tokenising many articles in two processes."""

from pathlib import Path

import pytest

from tests.search.articles import article
from wxbot.search import Index, tokenizing
from wxbot.search.index_schema import IndexedDocument


def _articles(count: int) -> list[IndexedDocument]:
    return [article(f"old-{at}", f"第{at}号文件", "云杉机器人（以下简称云杉）中标。") for at in range(count)]


@pytest.mark.parametrize("program", [tokenizing.PROGRAM, "raise SystemExit"])
def test_every_article_is_tokenised_once_whether_the_second_process_lives_or_dies(program: str) -> None:
    """Two processes give the same tokens as one, also when the second ends at once."""
    documents = _articles(tokenizing.SHARED_AFTER + 7 * tokenizing.BATCH)
    batches = list(tokenizing.tokenise_all(iter(documents), program))
    alone = tokenizing.tokenise(documents)

    assert sorted(alone.articles) == sorted(
        (id_, fields.rstrip()) for each in batches for id_, fields in each.articles
    )
    assert alone.vocabulary.words == {word for each in batches for word in each.vocabulary.words}


def test_a_word_of_removed_articles_corrects_nothing(tmp_path: Path) -> None:
    """The vocabulary outlives its articles, but a word that no article has is proposed no more."""
    index = Index.open(tmp_path / "index")
    index.update([article("old-1", "云杉机器人上市"), article("old-2", "丰收节")], [], 1)
    before = index.search("云衫机器人").corrected
    index.update([], ["old-1"], 2)

    assert (before, index.search("云衫机器人").corrected) == ("云杉机器人", None)
