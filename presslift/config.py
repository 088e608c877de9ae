"""config.yaml → typed settings."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field


class SiteSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a person knows of the site and the site doesn't tell."""

    aliases: list[str] = []
    timezone: str | None = None
    language: str | None = None
    placeholder_accounts: list[str] = []


class ScopeSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is taken and what is excluded."""

    types: list[str] = []
    include: list[str] = []
    exclude: list[str] = []
    since: str | None = None
    limit: int | None = None
    source: Literal["auto", "rest", "html"] = "auto"
    comments: bool = True
    media: Literal["none", "content", "all"] = "none"


class FetchSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """How the site is asked. ``delay`` and ``timeout`` are seconds, sizes are bytes."""

    user_agent: str = "presslift/0.1 (+https://pypi.org/project/presslift/)"
    concurrency: int = 4
    delay: float = 0.5
    timeout: float = 30
    attempts: int = 4
    max_size: int = 20_000_000
    max_decompressed_size: int = 100_000_000
    max_redirects: int = 8
    robots: bool = True
    max_crawl_pages: int = 100_000
    max_requests: int | None = None


class ExportSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is written."""

    formats: list[str] = field(default_factory=lambda: ["jsonl", "csv"])
    csv_bom: bool = True
    csv_bodies: list[str] = []


class SyncSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """When a sync stops for a person."""

    max_removed_share: float = 0.1


class CustomField(Struct, kw_only=True, forbid_unknown_fields=True):
    """A field of the user's own."""

    selector: str
    attribute: str | None = None
    many: bool = False


class LogSettings(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where messages go."""

    format: Literal["text", "json"] = "text"


class Settings(Struct, kw_only=True, forbid_unknown_fields=True):
    """The whole of config.yaml."""

    site: SiteSettings = field(default_factory=SiteSettings)
    scope: ScopeSettings = field(default_factory=ScopeSettings)
    fetch: FetchSettings = field(default_factory=FetchSettings)
    transforms: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"use": name}
            for name in ("lazy_media", "clean_html", "bylines", "footnotes", "links", "media", "dates", "language", "markdown", "text")
        ]
    )
    export: ExportSettings = field(default_factory=ExportSettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    custom: dict[str, CustomField] = {}
    log: LogSettings = field(default_factory=LogSettings)
