"""Storage of an account's pictures, temporary media, permanent materials, drafts and article pages."""

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
    """A picture uploaded for use in article bodies."""

    format: str
    data: bytes


@dataclass
class TemporaryMedia:
    """A temporary medium; its media_id expires after three days."""

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
    """A draft with its articles as stored, after the HTML filter."""

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
    """Return a platform address as a path of the simulator; other addresses unchanged."""
    return HOSTS.sub("", address)


@dataclass
class MediaStore:
    """All media, drafts and pages of one account."""

    pictures: dict[str, UploadedPicture] = field(default_factory=dict)
    temporary: dict[str, TemporaryMedia] = field(default_factory=dict)
    materials: dict[str, Material] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    # media_id of a draft that was sent -> digest of its content.
    sent_drafts: dict[str, str] = field(default_factory=dict, metadata={"stored_as": "spent"})
    pages: dict[str, ArticlePage] = field(default_factory=dict)

    def add_picture(self, key: str, format_: str, data: bytes) -> str:
        """Store a picture and return the address for use in articles."""
        self.pictures[key] = UploadedPicture(format_, data)
        return f"http://mmbiz.qpic.cn/mmbiz_{format_}/{key}/0?wx_fmt={format_}"

    def picture_key(self, address: str) -> str | None:
        """Return the key of an uploaded picture from any variant of its address; None for a foreign address."""
        found = PICTURE_ADDRESS.match(address)
        return found[1] if found and found[1] in self.pictures else None

    def temporary_medium(self, media_id: str, now: float) -> TemporaryMedia | None:
        """Return a temporary medium that has not expired, or None; expired ones are deleted."""
        found = self.temporary.get(media_id)
        if found is not None and now - found.created >= TEMPORARY_SECONDS:
            self.temporary = {
                key: kept for key, kept in self.temporary.items() if now - kept.created < TEMPORARY_SECONDS
            }
            return None
        return found

    def medium(self, media_id: str, now: float) -> TemporaryMedia | Material | None:
        """Return a permanent or temporary medium for use in messages, or None."""
        return self.materials.get(media_id) or self.temporary_medium(media_id, now)

    def draft(self, media_id: object) -> Draft:
        """Return a draft; 40007 when it does not exist."""
        found = self.drafts.get(media_id) if isinstance(media_id, str) else None
        if found is None:
            raise ApiError(40007)
        return found

    def publish_articles(self, articles: list[dict[str, Any]], now: float, key: str) -> list[ArticlePage]:
        """Create a permanent page for each article; `key` makes the links of one sending unique."""
        pages = [ArticlePage(f"{key}_{index}", dict(article), now) for index, article in enumerate(articles)]
        self.pages.update((page.id, page) for page in pages)
        return pages
