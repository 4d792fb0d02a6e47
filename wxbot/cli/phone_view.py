"""Show a message in the terminal as it lies in the chat of a phone, its titles cut as the platform cuts them."""

from collections.abc import Iterator, Sequence

from wxbot.cli.context import print_line
from wxbot.push import Campaign, EditorChoice
from wxbot.push.planning.compose import compose_draft
from wxbot.rendering import DraftArticle
from wxbot.text import cut_width, width
from wxbot.wiring import Services

__all__ = ["print_phone"]

_COLUMNS = 40  # of a card: a phone shows about 20 Chinese characters in a line
_THUMB = 6  # columns beside a title, for its picture
_TITLE_LINES = 2


def print_phone(w: Services, campaign: Campaign) -> None:
    """Print the message of a campaign, composed from the present content as it would be sent."""
    with w.db.read() as session:
        choice = EditorChoice.from_campaign(campaign)
        articles = compose_draft(session, campaign.number, w.push_settings, choice)
    print_line(w.settings.account_name or "公众号")
    print_line(f"┌{'─' * (_COLUMNS + 2)}┐")
    for line in _card_lines(articles):
        print_line(
            f"│ {line}{' ' * (_COLUMNS - width(line))} │" if line is not None else f"├{'─' * (_COLUMNS + 2)}┤"
        )
    print_line(f"└{'─' * (_COLUMNS + 2)}┘")
    for place, article in enumerate(articles, start=1):
        for warning in article.warnings:
            print_line(f"! 第 {place} 条：{warning}")


def _card_lines(articles: Sequence[DraftArticle]) -> Iterator[str | None]:
    """Yield the lines of a card; None for a line between two articles."""
    for place, article in enumerate(articles):
        if place == 0:
            yield from ("", f"〔封面：{article.of}〕", "")
            yield from _two_lines(article.title, _COLUMNS)
            if len(articles) == 1:
                yield from _two_lines(article.digest, _COLUMNS)
            continue
        yield None
        lines = _two_lines(article.title, _COLUMNS - _THUMB)
        for line, thumb in zip(lines + [""] * (_TITLE_LINES - len(lines)), ("┌──┐", "└──┘"), strict=True):
            yield f"{line}{' ' * (_COLUMNS - width(line) - width(thumb))}{thumb}"


def _two_lines(text: str, columns: int) -> list[str]:
    """Return a text in at most two lines; the second ends with … where the text is longer."""
    first = cut_width(text, columns, "")
    rest = text[len(first) :]
    return [first, cut_width(rest, columns)] if rest else [first]
