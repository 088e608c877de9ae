"""Texts made to keep regular expressions busy: what once took minutes or hours for pages of this size ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from presslift import extract
from presslift.checking_articles import html_links
from presslift.scraper.parse.people import MARK, split_names
from presslift.scraper.probe.page import wordpress_evidence
from presslift.transforms.tree import srcset_of

SIZE = 300_000
URL = "https://site.example/note/"
PROSE = "".join(f"<p>The lighthouse of bay number {n} was lit in 1911, and nobody has seen it dark since that day.</p>" for n in range(6))


def page(head: str = "", first: str = "", body: str = "", after: str = "") -> bytes:
    comments = f'<section id="comments"><ol class="comment-list">{after}</ol></section>'
    article = f'<article class="post"><h1 class="entry-title">The light</h1><div class="entry-content">{first}{PROSE}{body}{PROSE}</div></article>'
    return f"<html><head><title>The light</title>{head}</head><body class='single'>{article}{comments}</body></html>".encode()


HOSTILE: dict[str, Callable[[], object]] = {
    "dots-in-a-line": lambda: extract(page(first=f"<p>By Ana {'.' * SIZE} y</p>"), URL),
    "hyphens-in-a-class": lambda: extract(
        page(after=f"<li class='comment' id='comment-1'><p class='comment{'-' * SIZE}'>Hello</p></li>"), URL
    ),
    "commas-in-a-srcset": lambda: srcset_of("," * SIZE),
    "spaces-in-a-srcset": lambda: srcset_of(" " * SIZE),
    "comments-in-an-address": lambda: extract(page(body=f"<p><a href='{'<!--' * (SIZE // 4)}'>here</a></p>"), URL),
    "parts-of-a-title": lambda: extract(
        page(head='<script type="application/ld+json">{"@type": "Article", "headline": "%s"}</script>' % ("|" * SIZE)), URL
    ),
    "markers-in-a-link": lambda: extract(page(body=f"<p><a href='/{'x' * SIZE}'>{'¹' * SIZE}</a></p>"), URL),
    "asterisks-behind-a-name": lambda: MARK.search("*" * SIZE + "b"),
    "spaces-in-a-name": lambda: split_names(" " * SIZE + "a"),
    "generators-of-a-page": lambda: wordpress_evidence('<meta name="generator" ' * (SIZE // 20)),
    "links-in-raw-html": lambda: list(html_links("<a " * (SIZE // 3))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_ends(name: str) -> None:
    # In a process of its own, which can be stopped whatever it is busy with; a second or two is what it takes.
    code = f"from tests.test_hostile_texts import HOSTILE; HOSTILE[{name!r}]()"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=90)
