"""An invented magazine: a theme drawn by lot, posts in one of eleven languages, and what is true of each."""

from __future__ import annotations

import html
import json
import random
import tomllib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.invented.styles import STYLES

WORDS: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
HOME = "https://herald.example.org"
UPLOADS = f"{HOME}/wp-content/uploads"
NAMES = ("Nora Quint", "Tomas Arriet", "Elena Fabbri", "Joris van Dam", "Miriam O'Neill", "Karl Weber", "Zofia Nowak", "Lucía Peña")
CATEGORIES = ("Economy", "Culture", "Ports", "Opinion")
TAGS = ("salt", "trains", "cranes", "fish", "maps", "quay")
CHOICES: dict[str, tuple[Any, ...]] = {
    "head": ("full", "none", "none", "graph"),
    "classes": (True, False),
    "rank": ("h1", "h1", "h1", "h2"),
    "article": ("article", "div", "section"),
    "main": ("main", "div"),
    "meta": ("above", "below", "below", "after"),
    "day": ("long", "time", "iso", "slashed", "announced"),
    "author": ("link", "link", "by", "none", "by link"),
    "categories": ("rel", "plain", "trail", "none"),
    "tags": ("rel", "plain", "none"),
    "picture": ("core", "plain", "none", "figure"),
    "share": ("before", "after", "none"),
    "box": ("after", "none"),
    "related": ("cards", "list", "inside", "none", "dated cards"),
    "card": ("div", "article", "li"),
    "pager": (True, False),
    "side": ("widgets", "long", "none"),
    "comments": ("core", "html5", "none"),
    "newsletter": ("middle", "end", "none"),
    "trail": (True, False),
    "wrapped": (0, 1, 2, 3),
    "minutes": (True, False, False),
    "hero": (True, False, False),
    "counts": (True, False, False),
    "paragraphs": ("plain", "plain", "boxed", "div"),
    "portrait": (True, False, False),
    "notes": ("none", "none", "brackets", "raised"),
    "byline": (False, False, False, True),
}


@dataclass
class Post:
    """What is true of a post."""

    number: int
    title: str
    day: datetime
    author: str
    category: str
    tags: list[str]
    body: list[tuple[str, Any]]
    slug: str
    notes: list[str] = field(default_factory=list)
    related: list[Post] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{HOME}/{self.slug}/"

    @property
    def picture(self) -> str:
        return f"{UPLOADS}/2024/feature-{self.number}.jpg"

    @property
    def text(self) -> str:
        return " ".join(said if isinstance(said, str) else " ".join(said) for _, said in self.body)


def slug_of(title: str) -> str:
    bare = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in bare).split())


class InventedSite:
    """A theme and fourteen posts, the same for the same ``seed``; ``options`` is what the lot chose of ``CHOICES``."""

    def __init__(self, seed: int):
        lot = random.Random(seed)
        self.seed = seed
        self.language = lot.choice([*WORDS])
        self.words = WORDS[self.language]
        self.style = lot.choice([*STYLES])
        self.classes = STYLES[self.style]
        self.options = {name: lot.choice(of) for name, of in CHOICES.items()}
        self.posts = [self._post(number, lot) for number in range(14)]
        for post in self.posts:
            others = [p for p in self.posts if p is not post]
            post.related = [others[(post.number * 5 + 3 * n) % len(others)] for n in range(3)] if self.options["related"] != "none" else []
            post.notes = (
                ["Source: the port's ledger, the second volume.", "See the map of the old canal."]
                if self.options["notes"] != "none"
                else []
            )
            post.comments = ["A fine text about the quay.", "I do not agree with the mayor."] if self.options["comments"] != "none" else []

    def _post(self, number: int, lot: random.Random) -> Post:
        said: list[str] = self.words["sentences"]

        def paragraph() -> tuple[str, str]:
            return "p", " ".join(lot.choice(said) for _ in range(lot.randint(2, 5))) + f" {lot.randint(100, 999)}."

        body: list[tuple[str, Any]] = [paragraph()]
        for _ in range(lot.randint(4, 9)):
            kind = lot.choices(("p", "h2", "ul", "blockquote", "figure"), (12, 2, 2, 1, 1))[0]
            other = [lot.choice(said) for _ in range(3)] if kind == "ul" else lot.choice(said).rstrip(".。")
            body.append(paragraph() if kind == "p" else (kind, other))
        body.append(paragraph())
        title = f"{lot.choice(said).rstrip('.')} — {number + 1}"
        slug = slug_of(title) if len(slug_of(title)) > 8 else f"from-the-harbour-{number + 1}"
        day = datetime(2021 + number % 4, lot.randint(1, 12), lot.randint(1, 28), lot.randint(6, 20), lot.randint(0, 59))
        return Post(number, title, day, lot.choice(NAMES), lot.choice(CATEGORIES), lot.sample(TAGS, 2), body, slug)

    def printed(self, day: datetime, form: str | None = None) -> str:
        """A day as the theme prints it."""
        form = form or self.options["day"]
        text = self.words["date"].format(B=self.words["months"][day.month - 1], d=day.day, Y=day.year)
        if form == "iso":
            text = day.strftime("%Y-%m-%d")
        elif form == "slashed":
            text = day.strftime("%m/%d/%Y" if self.language == "en" else "%d/%m/%Y")
        return f'<time datetime="{day.isoformat()}+00:00">{text}</time>' if form == "time" else text

    def expects(self, post: Post) -> dict[str, Any]:
        """Field → what a reader should say of a post's page; a field of which the page says nothing is left out."""
        chosen = self.options
        named = chosen["author"] != "none" or chosen["head"] == "graph" or chosen["byline"]
        expected = {
            "title": post.title,
            "published_date": post.day.date().isoformat(),
            "authors": [post.author] if named else [],
            "featured_image": post.picture if chosen["picture"] != "none" else None,
            "footnotes": post.notes,
            "related": [p.url for p in post.related],
            "comments": post.comments,
        }
        if chosen["categories"] != "none" or chosen["trail"]:
            expected["categories"] = [post.category]
        if chosen["tags"] != "none":
            expected["tags"] = post.tags
        return expected


def quoted(text: str) -> str:
    return html.escape(text, quote=False)


def graph(post: Post) -> str:
    """A post's JSON-LD."""
    node = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": post.title,
        "datePublished": f"{post.day.isoformat()}+00:00",
    }
    return f'<script type="application/ld+json">{json.dumps(node | {"author": {"@type": "Person", "name": post.author}})}</script>'
