"""The post's picture, by its theme's classes and without any; and the pictures that are something else's."""

from __future__ import annotations

import pytest

from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.metadata import read_metadata

URL = "https://press.example.org/rivers/"
TEXT = "<p>The council met in the old hall and spoke of bridges, roads and rivers.</p>" * 4
HEADING = "<h1 class=entry-title>Rivers</h1>"


def featured(article_class: str, inside: str = "", head: str = "") -> str | None:
    html = (
        f"<html><head>{head}</head><body class='single postid-7'><main>"
        f"<article class='{article_class}'>{HEADING}{inside}{TEXT}</article></main></body></html>"
    )
    return read_metadata(read_document(html, URL)).featured_image


THUMBNAIL = "<div class=post-thumbnail><img class=wp-post-image src='/u/a-300x200.jpg' srcset='/u/a-300x200.jpg 300w, /u/a-1024x683.jpg 1024w'></div>"
OG = "<meta property='og:image' content='https://press.example.org/u/{}'>"


def test_thumbnail_in_its_largest_size() -> None:
    assert featured("post-7 type-post has-post-thumbnail hentry", THUMBNAIL) == "https://press.example.org/u/a-1024x683.jpg"
    assert featured("post-7 type-post has-post-thumbnail hentry", THUMBNAIL, OG.format("a.jpg")) == "https://press.example.org/u/a.jpg"


def test_lazy_thumbnail() -> None:
    lazy = "<div class=featured-image><img src='data:image/gif;base64,R0' data-src='/u/b.jpg'></div>"
    assert featured("post-7 type-post has-post-thumbnail hentry", lazy) == "https://press.example.org/u/b.jpg"


def test_a_post_without_thumbnail_has_none() -> None:
    plain = "post-7 type-post status-publish format-standard hentry"
    assert featured(plain, "<figure><img src='/u/in-text.jpg'></figure>", OG.format("in-text.jpg")) is None
    assert featured("post-7", "", OG.format("site-logo.png")) is None
    assert featured("post-7", "", OG.format("any.jpg")) is None


def test_thumbnail_that_the_theme_does_not_show() -> None:
    assert featured("post-7 type-post has-post-thumbnail hentry", "", OG.format("c.jpg")) == "https://press.example.org/u/c.jpg"


# ---- pictures of themes whose classes nobody knows


def unknown(picture: str, *, head: str = "", where: str = "below") -> str | None:
    above, below, first = (picture if where == place else "" for place in ("above", "below", "text"))
    html = (
        f"<html><head>{head}</head><body><header><img src='/u/banner.jpg'></header><div class=zz-1><div class=zz-2>{above}{HEADING}{below}</div>"
        f"<div class=zz-3>{first}{TEXT}</div></div></body></html>"
    )
    return read_metadata(read_document(html, URL)).featured_image


@pytest.mark.parametrize("where", ["above", "below"])
def test_picture_by_the_title_of_an_unknown_theme(where: str) -> None:
    address = "https://press.example.org/u/mill.jpg"
    assert unknown("<div class=zz-4><img src='/u/mill.jpg'></div>", where=where) == address
    assert unknown("<a href='/u/mill.jpg'><img src='/u/mill-300x200.jpg'></a>", head=OG.format("mill.jpg"), where=where) == address


@pytest.mark.parametrize(
    "picture",
    [
        "<img class='aligncenter wp-image-12' src='/u/mill.jpg'>",
        "<figure class=wp-block-image><img src='/u/mill.jpg'></figure>",
        "<img src='/u/mill.jpg' width=96 height=96>",
        "<img src='https://i0.example.net/u/mill.jpg?w=105&h=105'>",
        "<div class=author-box><img src='/u/mill.jpg'></div>",
        "<a href='https://shop.example.net/boots/'><img src='/u/mill.jpg'></a>",
        "<img src='/wp-content/themes/own/stars.png'>",
        "<img src='/u/site-logo.png'>",
        "<img src='/u/one.jpg'><img src='/u/two.jpg'>",
    ],
    ids=["editor's", "block", "small", "small by address", "author", "advertisement", "theme's", "logo", "several"],
)
def test_other_pictures_by_the_title_are_not_the_post_s(picture: str) -> None:
    assert unknown(picture) is None


def test_the_first_picture_of_the_text_is_not_the_post_s() -> None:
    assert unknown("<p><img src='/u/mill.jpg'></p>", where="text") is None
