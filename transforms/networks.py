"""From an address on a picture network to the picture's own, and other facts of ``lazy_media.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from presslift.transforms.context import Context

PICTURES = frozenset("jpg jpeg png gif webp avif svg bmp tif tiff heic ico jfif".split())


@cache
def table(name: str) -> dict[str, Any]:
    """The table ``NAME.toml`` beside this file as parsed. Shared by all callers: not to be changed."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _networks() -> list[tuple[str, re.Pattern[str], str]]:
    return [(row["sign"], re.compile(row["pattern"], re.I), row["original"]) for row in table("lazy_media")["network"]]


@cache
def _signs() -> tuple[str, ...]:
    return tuple({sign for sign, _, _ in _networks()})


@cache
def _nothing() -> tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]]:
    rows = table("lazy_media")
    return re.compile("|".join(rows["nothing"])), re.compile("|".join(rows["nothing_named"])), tuple(rows["nothing_signs"])


@cache
def _size_parameters() -> frozenset[str]:
    return frozenset(table("lazy_media")["size_parameters"])


@lru_cache(maxsize=1024)
def shows_nothing(url: str) -> bool:
    """An address that stands for a picture not yet loaded."""
    lower, (starts, named, signs) = url.strip()[:2000].lower(), _nothing()
    return starts.match(lower) is not None or (any(sign in lower for sign in signs) and named.search(lower) is not None)


def original(url: str, context: Context) -> str:
    """The address of the picture itself: no network in front of it, no size or quality asked for."""
    url = url.strip()
    for _ in range(3):  # a network may stand behind another one
        undone = _undo(url, context)
        if undone == url:
            break
        url = undone
    return _without_size(url)


def _undo(url: str, context: Context) -> str:
    if "/" not in url or len(url) > 4000:
        return url
    lower = url.lower()
    if not any(sign in lower for sign in _signs()):
        return url
    for _, pattern, template in _networks():
        if found := pattern.match(f"https:{url}" if url.startswith("//") else url):
            parts = found.groupdict("")
            if "whole" in parts:
                whole = parts["whole"]
                return unquote(whole) if "%3A%2F%2F" in whole[:20].upper() else whole
            return template.format(**parts, site=context.base_url.rstrip("/"), scheme=_scheme(parts.get("host", ""), context))
    return url


def _scheme(host: str, context: Context) -> str:
    if host.lower() in context.hosts and context.base_url.startswith("http:"):
        return "http"
    return "https"


def _without_size(url: str) -> str:
    if "?" not in url:
        return url
    try:
        parts = urlsplit(url)
        if parts.path.rpartition(".")[2].lower() not in PICTURES:
            return url
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url
    kept = [pair for pair in pairs if pair[0].lower() not in _size_parameters()]
    if len(kept) == len(pairs):
        return url
    return urlunsplit(parts._replace(query=urlencode(kept)))
