"""config.yaml → typed settings; every error names its file, line and key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from presslift.errors import ConfigError, UsageError
from presslift.settings import (
    BUILT_IN_FORMATS,
    BUILT_IN_TRANSFORMS,
    SECTIONS,
    STATUSES,
    CustomField,
    ExportSettings,
    FetchSettings,
    LogSettings,
    ScopeSettings,
    Settings,
    SiteSettings,
    SyncSettings,
)


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
    from presslift.config_checking import checked, explain

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

    return write(settings, default_text() if before is None else before)


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
    "SECTIONS",
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
