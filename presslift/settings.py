"""The settings, typed: what config.yaml may hold, and what each of them is when it is left out."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct, field

BUILT_IN_TRANSFORMS = ("lazy_media", "clean_html", "bylines", "footnotes", "links", "media", "dates", "language", "markdown", "text")
BUILT_IN_FORMATS = ("jsonl", "csv")

Status = Literal["publish", "protected", "private", "future", "pending", "draft"]
STATUSES: tuple[Status, ...] = get_args(Status)

Some = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class SiteSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a person knows of the site and the site doesn't tell."""

    aliases: list[str] = []
    timezone: str | None = None
    language: str | None = None
    placeholder_accounts: list[str] = []


class ScopeSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is taken and what is excluded."""

    types: list[str] = []
    statuses: list[Status] = field(default_factory=lambda: ["publish"])
    include: list[str] = []
    exclude: list[str] = []
    since: str | None = None
    limit: Some | None = None
    source: Literal["auto", "rest", "html"] = "auto"
    comments: bool = True
    media: Literal["none", "content", "all"] = "none"


class FetchSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """How the site is asked. ``delay`` and ``timeout`` are seconds, sizes are bytes."""

    user_agent: Annotated[str, Meta(min_length=1)] = "presslift/0.1 (+https://pypi.org/project/presslift/)"
    concurrency: Annotated[int, Meta(ge=1, le=64)] = 4
    delay: Seconds = 0.5
    timeout: Annotated[float, Meta(gt=0, le=86_400)] = 30
    attempts: Annotated[int, Meta(ge=1, le=20)] = 4
    max_size: Some = 20_000_000
    max_decompressed_size: Some = 100_000_000
    max_page_size: Some = 10_000_000
    max_redirects: Annotated[int, Meta(ge=0)] = 8
    robots: bool = True
    max_crawl_pages: Annotated[int, Meta(ge=0)] = 100_000
    max_requests: Some | None = None
    max_bytes: Some | None = None


class ExportSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is written."""

    formats: list[str] = field(default_factory=lambda: ["jsonl", "csv"])
    csv_bom: bool = True
    csv_bodies: list[Literal["body_html", "body_markdown", "content_html"]] = []


class SyncSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """How often a sync looks at what, when it may, and when it stops for a person."""

    listing_every: str = "24h"
    discover_every: str = "7d"
    allowed_hours: str | None = None
    max_removed_share: Annotated[float, Meta(ge=0, le=1)] = 0.1


class CustomField(Struct, kw_only=True, forbid_unknown_fields=True):
    """A field of the user's own: from the page by ``selector``, from REST by ``rest``, a dotted path such as ``acf.rating``."""

    selector: str | None = None
    attribute: str | None = None
    rest: str | None = None
    type: Literal["text", "number", "boolean"] = "text"
    many: bool = False


class LogSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where messages go."""

    format: Literal["text", "json"] = "text"


def _default_transforms() -> list[dict[str, Any]]:
    return [{"use": name, "keep_shortcodes": False} if name == "clean_html" else {"use": name} for name in BUILT_IN_TRANSFORMS]


class Settings(Struct, kw_only=True, forbid_unknown_fields=True):
    """The whole of config.yaml."""

    site: SiteSettings = field(default_factory=SiteSettings)
    scope: ScopeSettings = field(default_factory=ScopeSettings)
    fetch: FetchSettings = field(default_factory=FetchSettings)
    transforms: list[dict[str, Any]] = field(default_factory=_default_transforms)
    export: ExportSettings = field(default_factory=ExportSettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    custom: dict[str, CustomField] = {}
    log: LogSettings = field(default_factory=LogSettings)


SECTIONS: tuple[str, ...] = ("site", "scope", "fetch", "export", "sync", "log")
"""The parts of ``Settings`` that are structs of plain values."""
