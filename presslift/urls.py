"""Addresses as pages and people write them, split and joined without raising: many are none."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

NOWHERE = SplitResult("", "", "", "", "")

PLAIN = re.compile(
    r"https?://[^\x00-\x20\"<>\[\]\\?#;/]+(?:/[^\x00-\x20\"<>?#;]*)?(?:\?[^\x00-\x20\"<>#]+)?(?:#[^\x00-\x20\"<>]+)?", re.ASCII
)
"""An absolute address that joining would leave as it is."""


def split_url(url: str) -> SplitResult:
    """An address in parts; ``NOWHERE``, all of them empty, when it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return NOWHERE


def join_url(base: str, url: str) -> str:
    """An address made absolute; nothing when it is none."""
    if url.isascii() and PLAIN.fullmatch(url):
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return ""
