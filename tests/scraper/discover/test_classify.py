"""What an address tells by its shape."""

from __future__ import annotations

import pytest

from presslift.scraper.discover import address_kind, classify
from presslift.scraper.discover.classify import is_internal_type

HOME = "https://example.org/"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("", "home"),
        ("page/3/", "home"),
        ("?paged=2", "home"),
        ("about/", "article"),
        ("2024/05/06/slug/", "article"),
        ("archives/83", "article"),
        ("archives/2015", "article"),
        ("?p=12", "article"),
        ("?page_id=2", "article"),
        ("?post_type=book", "type"),
        ("?post_type=book&p=12", "article"),
        ("?book=slug", "article"),
        ("index.php/2024/05/slug/", "article"),
        ("%D0%B3%D0%BE%D1%80%D0%BE%D0%B4/", "article"),
        ("feed-your-dog/", "article"),
        ("category/a/b/", "term"),
        ("category/a/page/4/", "term"),
        ("?cat=3&paged=2", "term"),
        ("etiqueta/x/", "term"),
        ("author/ann/", "author"),
        ("?author=2", "author"),
        ("2024/05/", "date"),
        ("blog/2024/05/06/", "date"),
        ("archives/date/2024/05", "date"),
        ("?m=202405", "date"),
        ("feed/", "feed"),
        ("slug/feed/", "feed"),
        ("feed/podcast/", "feed"),
        ("slug/comment-page-2/", "comment_page"),
        ("slug/?cpage=2", "comment_page"),
        ("slug/?replytocom=5", "comment_reply"),
        ("?attachment_id=5", "attachment"),
        ("slug/attachment/picture/", "attachment"),
        ("wp-content/uploads/2024/01/a.jpg", "file"),
        ("report.pdf", "file"),
        ("wp-admin/", "admin"),
        ("wp-login.php", "login"),
        ("wp-json/wp/v2/posts", "rest"),
        ("?rest_route=/", "rest"),
        ("slug/embed/", "embed"),
        ("slug/amp/", "amp"),
        ("slug/print/", "print"),
        ("slug/?print=1", "print"),
        ("slug/trackback/", "trackback"),
        ("?s=word", "search"),
        ("events/2024-05/", "calendar"),
        ("?tribe-bar-date=2024-05-01", "calendar"),
        ("reviews/page/2/", "archive"),
    ],
)
def test_kinds(address: str, kind: str) -> None:
    assert address_kind(HOME + address, HOME)[0] == kind


def test_the_site_may_live_in_a_folder() -> None:
    home = "https://example.org/blog/"
    assert address_kind(home, home)[0] == address_kind(f"{home}page/2/", home)[0] == "home"
    assert address_kind(f"{home}wp-json/", home)[0] == "rest"


def test_a_paged_archive_knows_its_first_page_and_number() -> None:
    found = classify("https://example.org/category/news/page/7/", HOME)
    assert (found.base, found.page, found.slug, found.taxonomy) == ("https://example.org/category/news/", 7, "news", "category")
    plain = classify("https://example.org/?cat=4&paged=2", HOME)
    assert (plain.base, plain.page) == ("https://example.org/?cat=4", 2)


@pytest.mark.parametrize(
    "name", ["attachment", "wp_block", "wp_font_face", "nav_menu_item", "elementor_library", "acf-field", "shop_order"]
)
def test_types_without_articles(name: str) -> None:
    assert is_internal_type(name)


@pytest.mark.parametrize("name", ["post", "page", "review", "product", "portfolio", "wpm_course", "event", "podcast"])
def test_types_with_articles(name: str) -> None:
    assert not is_internal_type(name)
