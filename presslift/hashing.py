"""What counts as a change of an article: the hash of its content fields, and which of them differ."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec

from presslift.records import CONTENT_FIELDS, Article

INCIDENTAL: dict[str, frozenset[str]] = {
    "terms": frozenset({"wp_id", "url"}),
    "authors": frozenset({"url"}),
    "footnotes": frozenset({"confidence", "style"}),
    "links": frozenset({"position", "article_id"}),
    "embeds": frozenset({"position"}),
    "translations": frozenset({"article_id"}),
    "comments": frozenset({"date", "date_utc"}),
    "media": frozenset({"position", "wp_id", "width", "height", "mime", "bytes", "sha256", "local_path", "status"}),
}
"""What is not content within a content field: numbers that the order of the list tells already, ids that depend on other
records or on which source answered, when a comment was written (pages leave out the seconds), how sure the reader was, and
what is known of a file only once it is fetched. What readers of the article see of these stands in the body."""


_ENCODER = msgspec.json.Encoder(order="sorted")


def content_of(article: Article) -> dict[str, Any]:
    """The content fields as plain values, without what is incidental to them."""
    content: dict[str, Any] = {}
    for name in CONTENT_FIELDS:
        value = getattr(article, name)
        if name == "excerpt" and article.excerpt_source != "manual":
            value = None
        value = msgspec.to_builtins(value)
        if name in INCIDENTAL:
            value = [{key: part for key, part in entry.items() if key not in INCIDENTAL[name]} for entry in value]
        content[name] = value
    if article.status != "publish":
        # Without it what anybody may see hashes as it does where only that is taken.
        content["status"] = article.status
    return content


def content_hash(article: Article) -> str:
    """SHA-256, in hex, of the content fields as canonical JSON (sorted keys, no spaces, UTF-8)."""
    content = content_of(article)
    try:
        canonical = _ENCODER.encode(content)
    except UnicodeEncodeError:  # a half of a surrogate pair
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return hashlib.sha256(canonical).hexdigest()


def changed_fields(old: Article, new: Article) -> list[str]:
    """The content fields that differ, in the order of ``CONTENT_FIELDS``, and ``status``; empty exactly when the hashes are equal."""
    before, after = content_of(old), content_of(new)
    return [name for name in (*CONTENT_FIELDS, "status") if before.get(name) != after.get(name)]
