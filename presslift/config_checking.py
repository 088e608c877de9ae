"""Whether settings can be meant: plain data → typed settings, and how an error is put."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any

import msgspec

from presslift.settings import BUILT_IN_FORMATS, BUILT_IN_TRANSFORMS, CustomField, Settings
from presslift.spans import EXAMPLES, hours_of, seconds_of

Key = tuple[str | int, ...]


class BadValue(ValueError):
    """A value of the right type that means nothing: where it stands, and what was expected."""

    def __init__(self, key: Key, expected: str):
        super().__init__(expected)
        self.key, self.expected = key, expected


def checked(data: Mapping[str, Any]) -> Settings:
    """Typed settings of plain data. Raises ``msgspec.ValidationError`` or ``BadValue``."""
    data = dict(data)
    custom = data.get("custom")
    if isinstance(custom, Mapping):
        # msgspec can't name the key of a mapping in its errors.
        for name, item in custom.items():
            try:
                field = msgspec.convert(item, CustomField)
            except msgspec.ValidationError as error:
                inner, expected = explain(error, item, CustomField)
                raise BadValue(("custom", name, *inner), expected) from error
            if field.selector is None and field.rest is None:
                raise BadValue(("custom", name), "expected a selector or a path in REST (rest), got neither")
    settings = msgspec.convert(data, Settings)
    for key, value, (expected, hint) in _doubts(settings):
        raise BadValue(key, f"expected {expected}, got {named(value)}{hint}")
    return settings


Doubt = tuple[str, str]
"""What was expected, and ``; did you mean …?`` or nothing."""


def _doubts(settings: Settings) -> Iterator[tuple[Key, Any, Doubt]]:
    """Values of the right type that can't be meant."""
    scope, custom = settings.scope, settings.custom
    single: list[tuple[Key, str | None, Callable[[str], Doubt | None]]] = [
        (("site", "timezone"), settings.site.timezone, _zone_doubt),
        (("site", "language"), settings.site.language, _language_doubt),
        (("scope", "since"), scope.since, _day_doubt),
        (("fetch", "user_agent"), settings.fetch.user_agent, _header_doubt),
        (("sync", "listing_every"), settings.sync.listing_every, _span_doubt),
        (("sync", "discover_every"), settings.sync.discover_every, _span_doubt),
        (("sync", "allowed_hours"), settings.sync.allowed_hours, _hours_doubt),
        *((("site", "aliases", n), text, _host_doubt) for n, text in enumerate(settings.site.aliases)),
        *((("scope", "include", n), text, _pattern_doubt) for n, text in enumerate(scope.include)),
        *((("scope", "exclude", n), text, _pattern_doubt) for n, text in enumerate(scope.exclude)),
        *((("export", "formats", n), text, _format_doubt) for n, text in enumerate(settings.export.formats)),
        *((("custom", name, "selector"), item.selector, _selector_doubt) for name, item in custom.items()),
    ]
    for key, text, doubt in single:
        if text is not None and (found := doubt(text)):
            yield key, text, found
    for position, item in enumerate(settings.transforms):
        if found := _transform_doubt(item):
            yield ("transforms", position, "use") if "use" in item else ("transforms", position), item.get("use", item), found


def _host_doubt(text: str) -> Doubt | None:
    good = re.fullmatch(r"[^\s/:@]+(:\d+)?", text)
    return None if good else ("a host name without scheme or path, such as www.example.org", "")


def _zone_doubt(text: str) -> Doubt | None:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return "an IANA time zone, such as Europe/Madrid", _near(text, sorted(available_timezones()))
    return None


def _language_doubt(text: str) -> Doubt | None:
    good = re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", text)
    return None if good else ("a language tag (BCP 47), such as es or es-MX", "")


def _day_doubt(text: str) -> Doubt | None:
    try:
        datetime.date.fromisoformat(text)
        good = bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text))
    except ValueError:
        good = False
    return None if good else ("a day as yyyy-mm-dd", "")


def _span_doubt(text: str) -> Doubt | None:
    try:
        seconds_of(text)
    except ValueError:
        return f"a span of time such as {EXAMPLES}", ""
    return None


def _hours_doubt(text: str) -> Doubt | None:
    try:
        hours_of(text)
    except ValueError:
        return "hours such as 22:00-06:00", ""
    return None


def _header_doubt(text: str) -> Doubt | None:
    good = re.fullmatch(r"[\x20-\x7e\xa0-\xff]+", text)
    return None if good else ("one line that can be sent as a header (Latin-1)", "")


def _pattern_doubt(text: str) -> Doubt | None:
    from presslift.patterns import compiled

    try:
        compiled(text)
    except ValueError as error:
        return f"a regular expression ({error})", ""
    return None


def _selector_doubt(text: str) -> Doubt | None:
    from cssselect import HTMLTranslator, SelectorError

    try:
        HTMLTranslator().css_to_xpath(text)
    except (SelectorError, RecursionError) as error:
        return f"a CSS selector ({error})", ""
    return None


def _format_doubt(text: str) -> Doubt | None:
    known = [*BUILT_IN_FORMATS, *(point.name for point in entry_points(group="presslift.exports"))]
    return None if text in known else (f"one of {', '.join(known)}", _near(text, known))


def _transform_doubt(item: Mapping[str, Any]) -> Doubt | None:
    name = item.get("use")
    if not isinstance(name, str):
        return "use: NAME", ""
    if re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", name):
        return None
    known = [*BUILT_IN_TRANSFORMS, *(point.name for point in entry_points(group="presslift.transforms"))]
    return None if name in known else (f"one of {', '.join(known)}, or your own as module:function", _near(name, known))


def _near(text: str, known: Sequence[str]) -> str:
    lower = {name.lower(): name for name in known}
    close = get_close_matches(text.lower(), lower, 1)
    return f"; did you mean {lower[close[0]]}?" if close else ""


def explain(error: Exception, data: Any, kind: type[msgspec.Struct] = Settings) -> tuple[Key, str]:
    """The key an error of ``checked`` is about, and ``expected …, got …; did you mean …?``"""
    if isinstance(error, BadValue):
        return error.key, error.expected
    message, _, place = str(error).partition(" - at `$")
    key: Key = tuple(int(number) if number else name for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", place))
    if unknown := re.match(r"Object contains unknown field `(.*)`", message):
        known = _known_keys(kind, key)
        return (*key, unknown[1]), f"expected one of {', '.join(known)}, got an unknown key{_near(unknown[1], known)}"
    if missing := re.match(r"Object missing required field `(.*)`", message):
        return key, f"expected a {missing[1]}, got none"
    value = _at(data, key)
    if message.startswith("Invalid enum value"):
        choices = _choices(kind, key)
        return key, f"expected one of {', '.join(choices)}, got {named(value)}{_near(str(value), choices)}"
    expected = message.removeprefix("Expected ").partition(", got")[0]
    for name, plain in _PLAIN_TYPES:
        expected = re.sub(name, plain, expected)
    hint = "; write true or false" if expected.startswith("true") and str(value).lower() in ("yes", "no", "on", "off", "0", "1") else ""
    return key, f"expected {expected}, got {named(value)}{hint}"


_PLAIN_TYPES = (
    ("`", ""),
    (r"\bbool\b", "true or false"),
    (r"\bint\b", "a whole number"),
    (r"\bfloat\b", "a number"),
    (r"\bstr\b", "text"),
    (r"\barray\b", "a list"),
    (r"\bobject\b", "keys and values"),
    (r" \| null", " or null"),
    (r"(\d)\.0\b", r"\1"),
)


def _fields(kind: Any, key: Key) -> Any:
    """The msgspec type at a key below a struct."""
    node = msgspec.inspect.type_info(kind)
    for part in key:
        if isinstance(node, msgspec.inspect.StructType):
            node = next((f.type for f in node.fields if f.encode_name == part), node)
        elif isinstance(node, msgspec.inspect.ListType):
            node = node.item_type
    return node


def _known_keys(kind: Any, key: Key) -> list[str]:
    node = _fields(kind, key)
    return [f.encode_name for f in node.fields] if isinstance(node, msgspec.inspect.StructType) else []


def _choices(kind: Any, key: Key) -> list[str]:
    node = _fields(kind, key)
    return [str(v) for v in node.values] if isinstance(node, msgspec.inspect.LiteralType) else []


def _at(data: Any, key: Key) -> Any:
    for part in key:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def named(value: Any) -> str:
    """A value as an error tells it."""
    if isinstance(value, Mapping):
        return "keys and values"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:60]}…"


def spelled(key: Key) -> str:
    """A key as people write it: ``scope.include[0]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")
