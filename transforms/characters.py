"""Characters that no export can carry: control characters and halves of surrogate pairs."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from presslift.records import Article

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Not allowed in XML 1.0, not encodable, or no characters at all: readers of JSON, CSV and WXR stop at them."""

REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|7f|d[89a-f][0-9a-f]{2}|fd[de][0-9a-f]|fff[ef])(?![0-9a-f])"
    r"|0*(?:[0-8]|1[1245-9]|2[0-9]|3[01]|127)(?![0-9]));?",
    re.IGNORECASE,
)
"""The same characters as HTML can write them: parsing brings them back."""

_SIGNS = (b"&#", b"\\u00", b"\x7f", b"\xef")
_ENCODED = re.compile(rb"&#|\\u00[01]|\x7f|\xef\xb7[\x90-\xaf]|\xef\xbf[\xbe\xbf]")
_ENCODER = msgspec.json.Encoder()
_MOST_LOGGED = 20


def repair(article: Article) -> Article:
    """A record without unprintable characters, a warning for each naming field and position; itself when there are none."""
    try:
        encoded = _ENCODER.encode(article)
        if not any(sign in encoded for sign in _SIGNS) or not _ENCODED.search(encoded):
            return article
    except UnicodeEncodeError:
        pass
    found: list[str] = []
    repaired: Article = _scrubbed(article, "", found)
    if not found:
        return article
    warnings = found[:_MOST_LOGGED] + ([f"{len(found) - _MOST_LOGGED} more control characters removed"] if found[_MOST_LOGGED:] else [])
    extraction = msgspec.structs.replace(repaired.extraction, warnings=[*repaired.extraction.warnings, *warnings])
    return msgspec.structs.replace(repaired, extraction=extraction)


def _scrubbed(value: Any, path: str, found: list[str]) -> Any:
    if isinstance(value, str):
        for pattern in (UNPRINTABLE, REFERENCE) if "&#" in value else (UNPRINTABLE,):
            found.extend(f"control character {_named(m[0])} removed from {path} at {m.start()}" for m in pattern.finditer(value))
            value = pattern.sub("", value)
        return value
    if isinstance(value, list):
        return [_scrubbed(item, f"{path}[{position}]", found) for position, item in enumerate(value)]
    if isinstance(value, dict):
        clean: dict[Any, Any] = {}
        for key, item in value.items():
            name = _scrubbed(key, path, found)
            clean[name] = _scrubbed(item, f"{path}.{name}", found)
        return clean
    if isinstance(value, msgspec.Struct):
        names = value.__struct_fields__
        new = {name: _scrubbed(getattr(value, name), f"{path}.{name}" if path else name, found) for name in names}
        return msgspec.structs.replace(value, **new)
    return value


def _named(written: str) -> str:
    return f"U+{ord(written):04X}" if len(written) == 1 else written
