"""Language tags in one form (BCP 47): ``es-ES``, not ``es_ES``, ``ES-es`` or ``Spanish``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from presslift.records import Article
from presslift.transforms.context import Context

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_OLD = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro"}
# WordPress's locales that stand for a manner of writing, or for a script.
_WORDPRESS = {
    "formal": "", "informal": "", "ao90": "", "ca-valencia": "ca-ES-valencia", "sr-latin": "sr-Latn", "uz-cyrillic": "uz-Cyrl",
    "zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "pt-ao90": "pt-PT", "art-xemoji": "", "x-default": "",
}  # fmt: skip


def language(article: Article, context: Context) -> Article:
    """``language`` as a BCP 47 tag, the site's where the page doesn't say; those of ``translations`` alike."""
    changes: dict[str, Any] = {}
    tag = tag_of(article.language) or tag_of(context.language)
    if tag != article.language:
        changes["language"] = tag
    translations = [
        item if (new := tag_of(item.language)) == item.language else msgspec.structs.replace(item, language=new)
        for item in article.translations
    ]
    if translations != article.translations:
        changes["translations"] = translations
    return msgspec.structs.replace(article, **changes) if changes else article


@lru_cache(maxsize=512)
def tag_of(written: str | None) -> str | None:
    """A tag in BCP 47's case and order: language small, Script titled, REGION large; ``None`` for what is none."""
    if not written:
        return None
    text = written.strip().replace("_", "-").partition(".")[0].partition("@")[0]
    text = _WORDPRESS.get(text.lower(), text)
    if not _TAG.fullmatch(text):
        return None
    first, *rest = text.split("-")
    parts = [_OLD.get(first.lower(), first.lower())]
    for part in rest:
        part = _WORDPRESS.get(part.lower(), part)
        if not part:
            continue
        if len(part) == 4 and part.isalpha():
            parts.append(part.title())
        elif len(part) == 2 and part.isalpha():
            parts.append(part.upper())
        else:
            parts.append(part.lower())
    return "-".join(parts)
