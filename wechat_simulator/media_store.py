"""What an account keeps on the platform: pictures, temporary media, material, drafts and the pages made of them."""

__all__ = [
    "TEMPORARY_SECONDS",
    "ArticlePage",
    "Draft",
    "Material",
    "MediaStore",
    "TemporaryMedia",
    "UploadedPicture",
    "local_path",
]

import re
from dataclasses import dataclass, field
from typing import Any

from wechat_simulator.api_errors import ApiError

TEMPORARY_SECONDS = 3 * 86400
HOSTS = re.compile(r"^https?://(?:mmbiz\.qpic\.cn|mp\.weixin\.qq\.com)(?=/)")
PICTURE_ADDRESS = re.compile(r"^https?://mmbiz\.qpic\.cn/mmbiz_\w+/([^/?#]+)(?:[/?#]|$)")


@dataclass
class UploadedPicture:
    """An uploaded picture that article bodies may show."""

    format: str
    data: bytes


@dataclass
class TemporaryMedia:
    """A temporary medium: three days, then its media_id is worth nothing."""

    media_id: str
    type: str
    data: bytes
    format: str
    filename: str
    created: float


@dataclass
class Material:
    """A permanent medium."""

    media_id: str
    type: str
    data: bytes
    format: str
    name: str
    url: str
    updated: float
    title: str = ""
    introduction: str = ""


@dataclass
class Draft:
    """A draft: its articles as stored, that is after the platform's HTML filter."""

    media_id: str
    articles: list[dict[str, Any]]
    created: float
    updated: float


@dataclass
class ArticlePage:
    """An article behind a permanent link, sent or published."""

    id: str
    article: dict[str, Any]
    at: float
    deleted: bool = False


def local_path(address: str) -> str:
    """A platform address as a path of the simulator itself, so that a page can show it; others as they are."""
    return HOSTS.sub("", address)


@dataclass
class MediaStore:
    """All of it, for one account."""

    pictures: dict[str, UploadedPicture] = field(default_factory=dict)
    temporary: dict[str, TemporaryMedia] = field(default_factory=dict)
    materials: dict[str, Material] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    # media_id of a draft that was sent -> digest of its content.
    sent_drafts: dict[str, str] = field(default_factory=dict, metadata={"stored_as": "spent"})
    pages: dict[str, ArticlePage] = field(default_factory=dict)

    def add_picture(self, key: str, format_: str, data: bytes) -> str:
        """Store a picture; the address by which articles may show it."""
        self.pictures[key] = UploadedPicture(format_, data)
        return f"http://mmbiz.qpic.cn/mmbiz_{format_}/{key}/0?wx_fmt={format_}"

    def picture_key(self, address: str) -> str | None:
        """The key of an uploaded picture from any variant of its address; None for foreign addresses."""
        found = PICTURE_ADDRESS.match(address)
        return found[1] if found and found[1] in self.pictures else None

    def temporary_medium(self, media_id: str, now: float) -> TemporaryMedia | None:
        """A temporary medium that has not expired; those that have are swept out on the way."""
        found = self.temporary.get(media_id)
        if found is not None and now - found.created >= TEMPORARY_SECONDS:
            self.temporary = {
                key: kept for key, kept in self.temporary.items() if now - kept.created < TEMPORARY_SECONDS
            }
            return None
        return found

    def medium(self, media_id: str, now: float) -> TemporaryMedia | Material | None:
        """A medium, permanent or temporary, that messages may use."""
        return self.materials.get(media_id) or self.temporary_medium(media_id, now)

    def draft(self, media_id: object) -> Draft:
        """A draft of the box; 40007 when there is none, or none any more."""
        found = self.drafts.get(media_id) if isinstance(media_id, str) else None
        if found is None:
            raise ApiError(40007)
        return found

    def publish_articles(self, articles: list[dict[str, Any]], now: float, key: str) -> list[ArticlePage]:
        """Give each article a permanent page; `key` makes the links of one sending its own."""
        pages = [ArticlePage(f"{key}_{index}", dict(article), now) for index, article in enumerate(articles)]
        self.pages.update((page.id, page) for page in pages)
        return pages
