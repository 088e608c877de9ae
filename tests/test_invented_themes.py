"""Every field of pages whose theme no table knows, in eleven languages: what generalises, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from presslift import Article, extract
from tests.invented.pages import Printer
from tests.invented.site import InventedSite, Post

SEEDS = range(120)
POSTS = 2
MARK = re.compile(r"\[\^?\d+\]")
PIECE = re.compile(r"[\u3000-\u9fff]|\w+")


def words(text: str) -> Counter[str]:
    return Counter(PIECE.findall(MARK.sub("", text).lower()))


def read(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "published_date": article.published_date,
        "authors": [a.name for a in article.authors],
        "featured_image": article.featured_image,
        "footnotes": [n.text for n in article.footnotes],
        "related": [r.url for r in article.related],
        "comments": [c.text for c in article.comments],
        "categories": [t.name for t in article.terms if t.taxonomy == "category"],
        "tags": [t.name for t in article.terms if t.taxonomy == "post_tag"],
    }


def wrong(site: InventedSite, post: Post) -> list[tuple[str, Any, Any]]:
    """Field, what was read, what is true."""
    article = extract(Printer(site).page(post), post.url)
    got, expected = read(article), site.expects(post)
    found = [(name, got[name], true) for name, true in expected.items() if got[name] != true]
    if words(article.body_text) != words(post.text):
        found.append(("body", article.body_text, post.text))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_pages_of_a_theme_that_no_table_knows(seed: int) -> None:
    site = InventedSite(seed)
    missed = [(post.number, *fault) for post in site.posts[:POSTS] for fault in wrong(site, post)]
    assert missed == [], (site.style, site.language, site.options)
