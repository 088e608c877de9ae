"""config.yaml → typed settings; every error names its file, line and key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct, field

from presslift.errors import ConfigError, UsageError

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


def load_settings(path: Path | None) -> Settings:
    """The settings of a file, what it leaves out at its default; the defaults when ``path`` is ``None``.

    Raises ``ConfigError``, one line: ``FILE:LINE: KEY: expected …, got …; did you mean …?``
    """
    if path is None:
        return Settings()
    from presslift.config_reading import read

    return read(path)


def default_text() -> str:
    """The commented config.yaml that ships with presslift."""
    return Path(__file__).with_name("config.yaml").read_text(encoding="utf-8")


def override(settings: Settings, **flags: Any) -> Settings:
    """A copy of the settings in which command-line flags win.

    A flag is named like the field it sets (``limit``, ``delay``, ``formats``); ``None`` means not given. Raises
    ``UsageError`` for a value the field doesn't take, ``TypeError`` for a name that is no field.
    """
    from presslift.config_reading import checked, explain

    data = msgspec.to_builtins(settings)
    homes = {name: section for section in SECTIONS for name in data[section]}
    for flag, value in flags.items():
        if flag not in homes:
            raise TypeError(f"override() got {flag!r}, which is no setting")
        if value is not None:
            data[homes[flag]][flag] = list(value) if isinstance(value, tuple) else value
    try:
        return checked(data)
    except (msgspec.ValidationError, ValueError) as error:
        key, expected = explain(error, data)
        raise UsageError(f"--{str(key[1]).replace('_', '-')}: {expected}") from error


def dump(settings: Settings, before: str | None = None) -> str:
    """The settings as a commented config.yaml, which ``load_settings`` reads back to the same.

    ``before`` is a config.yaml that loads: its comments, its order and what did not change stay.
    """
    from presslift.config_reading import write

    return write(settings, before)


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of config.yaml; a key's description is its comment in the default."""
    schema = msgspec.json.schema(Settings)
    definitions: dict[str, Any] = schema["$defs"]
    told = _comments(default_text())
    root = definitions["Settings"]
    for section, node in root["properties"].items():
        if (section,) in told:
            node["description"] = told[(section,)]
        reference = node.get("$ref", "").rpartition("/")[2] or node.get("allOf", [{}])[0].get("$ref", "").rpartition("/")[2]
        for key, inner in definitions.get(reference, {}).get("properties", {}).items():
            if (section, key) in told:
                inner["description"] = told[(section, key)]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "presslift's config.yaml", **schema}


def _comments(text: str) -> Mapping[tuple[str, ...], str]:
    """Key path → the comment lines directly above it, for keys of one or two levels."""
    told: dict[tuple[str, ...], str] = {}
    lines: list[str] = []
    section = ""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("#"):
            lines.append(stripped.removeprefix("#").strip())
            continue
        if key := re.match(r"( *)([a-z_]+):", line):
            section = section if key[1] else key[2]
            path = (section, key[2]) if key[1] else (section,)
            if lines:
                told[path] = " ".join(lines)
            elif path[:-1] and (before := list(told))[-1][:-1] == path[:-1]:
                told[path] = told[before[-1]]  # a comment over two keys speaks of both
        lines = []
    return told


__all__ = [
    "BUILT_IN_FORMATS",
    "BUILT_IN_TRANSFORMS",
    "STATUSES",
    "ConfigError",
    "CustomField",
    "ExportSettings",
    "FetchSettings",
    "LogSettings",
    "ScopeSettings",
    "Settings",
    "SiteSettings",
    "SyncSettings",
    "default_text",
    "dump",
    "load_settings",
    "override",
    "settings_schema",
]
