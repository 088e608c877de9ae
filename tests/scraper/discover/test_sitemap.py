"""Sitemaps of every maker, and answers that only pretend to be one."""

from __future__ import annotations

import gzip
import time

import pytest

from presslift.config import Settings
from presslift.records import SiteFacts
from presslift.scraper.discover import Event, Evidence, Found, Left, Listing
from presslift.scraper.discover.sitemap import Unreadable, discover_sitemaps, label_of, read_sitemap
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.response import Response
from tests.scraper.discover.wordpress import found, xml
from tests.servers import Behaviour, Server, page

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def answer(body: bytes) -> Response:
    return Response(url="http://x.org/s.xml", final_url="http://x.org/s.xml", status=200, headers={}, body=body, fetched_at="", sha256="")


def urls(*addresses: str) -> str:
    return f'<?xml version="1.0"?><urlset {NAMESPACE}>' + "".join(f"<url><loc>{a}</loc></url>" for a in addresses) + "</urlset>"


def index(*addresses: str) -> str:
    return f"<sitemapindex {NAMESPACE}>" + "".join(f"<sitemap><loc>{a}</loc></sitemap>" for a in addresses) + "</sitemapindex>"


def entries(body: str | bytes, most: int = 1_000_000) -> list[str]:
    return [e.url for e in read_sitemap(answer(body if isinstance(body, bytes) else body.encode()), most)]


@pytest.mark.parametrize(
    "body",
    [
        urls("http://x.org/a/"),
        "\ufeff\n\n" + urls("http://x.org/a/"),
        "http://x.org/a/\n",
        gzip.compress(urls("http://x.org/a/").encode()),
        gzip.compress(gzip.compress(urls("http://x.org/a/").encode())),
        urls("http://x.org/a/").replace(NAMESPACE, ""),
        urls("\n   http://x.org/a/\n  "),
        urls("http://x.org/a/").replace("</loc>", '</loc><i:image xmlns:i="urn:i"><i:loc>http://x.org/p.jpg</i:loc></i:image>'),
        f"<br/>Warning: x<?xml version='1.0'?>{urls('http://x.org/a/')[21:]}"[5:],
    ],
)
def test_spellings(body: str | bytes) -> None:
    assert entries(body) == ["http://x.org/a/"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<!DOCTYPE html><html><body>Not here</body></html>", "HTML"),
        ("", "empty"),
        ("nothing of the kind", "neither"),
        ("<rss><channel/></rss>", "another kind"),
        (b"\x1f\x8bbroken", "compression"),
        (gzip.compress(b" " * 2_000_000), "decompressed"),
        ('<!DOCTYPE u [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + urls("&a;"), "entities"),
    ],
)
def test_what_is_none_says_what_it_is(body: str | bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        entries(body)


def test_a_billion_laughs_are_not_laughed() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    start = time.process_time()
    with pytest.raises(Unreadable):
        entries(f"<!DOCTYPE u [{laughs}]>" + urls("http://x.org/&l11;"))
    assert time.process_time() - start < 10


def test_what_stands_before_the_break_is_kept() -> None:
    got = []
    with pytest.raises(Unreadable):
        for entry in read_sitemap(
            answer(b"<urlset><url><loc>http://x.org/a/</loc></url><url><loc>http://x.org/b/</loc></url>" + b"\x00" * 9), 10_000
        ):
            got.append(entry.url)
        raise Unreadable("recovered")
    assert got == ["http://x.org/a/", "http://x.org/b/"]


@pytest.mark.parametrize(
    ("address", "type_", "taxonomy"),
    [
        ("wp-sitemap-posts-page-1.xml", "page", None),
        ("wp-sitemap-posts-case_study-12.xml", "case_study", None),
        ("wp-sitemap-taxonomies-post_tag-1.xml", None, "post_tag"),
        ("wp-sitemap-users-1.xml", None, "author"),
        ("?sitemap=posts&sitemap-subtype=post&paged=1", "post", None),
        ("post-sitemap.xml", "post", None),
        ("post-sitemap12.xml", "post", None),
        ("category-sitemap.xml", None, "category"),
        ("author-sitemap.xml", None, "author"),
        ("product_cat-sitemap.xml", None, "product_cat"),
        ("sitemap-pt-post-2024-03.xml", "post", None),
        ("sitemap-pt-post-p1-2024-03.xml", "post", None),
        ("sitemap-tax-post_tag.xml", None, "post_tag"),
        ("sitemap-misc.xml", None, None),
        ("sitemap-1.xml", None, None),
        ("sitemap.xml", None, None),
    ],
)
def test_names_tell(address: str, type_: str | None, taxonomy: str | None) -> None:
    label = label_of(f"https://example.org/{address}")
    assert (label.type, label.taxonomy, label.skip, label.name) == (type_, taxonomy, None, None)


@pytest.mark.parametrize("address", ["image-sitemap-1.xml", "video-sitemap.xml", "image-sitemap-index-1.xml", "locations.kml"])
def test_pictures_and_places_are_skipped(address: str) -> None:
    assert label_of(f"https://example.org/{address}").skip


def read(routes: dict[str, Behaviour], *roots: str, front_page: str | None = "posts") -> tuple[str, list[Event]]:
    with Server() as site:
        site.routes = {path: behaviour for path, behaviour in routes.items()}
        for path, behaviour in routes.items():
            if isinstance(behaviour, str):
                site.routes[path] = xml(behaviour.replace("HOME", site.url))  # type: ignore[index]
        facts = SiteFacts(
            url=f"{site.url}/", sitemaps=[f"{site.url}{r}" for r in roots], front_page=front_page and front_page.replace("HOME", site.url)
        )
        settings = Settings()
        settings.fetch.attempts = 1
        return site.url, list(discover_sitemaps(facts, Client(settings.fetch, site.url).get, settings))


def test_an_index_of_indexes_with_everything_in_it() -> None:
    routes = {
        "/sitemap.xml": index("HOME/sitemap-index-1.xml", "HOME/image-sitemap-1.xml"),
        "/sitemap-index-1.xml": index("HOME/sitemap-1.xml", "HOME/missing.xml", "HOME/sitemap.xml", "https://elsewhere.example/s.xml"),
        "/sitemap-1.xml": urls(
            "HOME/", "HOME/a/", "HOME/2024/05/b/", "HOME/category/c/", "HOME/author/ann/", "HOME/a.jpg", "HOME/2024/05/", "https://other.example/z/"
        ),
    }  # fmt: skip
    url, events = read(routes, "/sitemap.xml")  # type: ignore[arg-type]
    assert found(events) == {"a/", "2024/05/b/"}
    archives = {e.data["url"].removeprefix(url): e.data["taxonomy"] for e in events if isinstance(e, Evidence)}
    assert archives == {"/category/c/": "category", "/author/ann/": "author"}
    rules = {e.rule for e in events if isinstance(e, Left)}
    assert rules == {"home", "file", "date", "other_host"}
    listings = {e.name.removeprefix(url): e.complete for e in events if isinstance(e, Listing)}
    assert listings == {"/sitemap-1.xml": True, "/missing.xml": False}


def test_the_front_page_is_an_article_where_it_is_a_page() -> None:
    routes = {"/page-sitemap.xml": urls("HOME/", "HOME/about/")}
    _, events = read(routes, "/page-sitemap.xml", front_page="HOME/")  # type: ignore[arg-type]
    assert found(events) == {"", "about/"}


def test_a_name_of_either_kind_is_judged_by_its_first_page() -> None:
    routes = {
        "/sitemap_index.xml": index("HOME/genre-sitemap.xml", "HOME/book-sitemap.xml"),
        "/genre-sitemap.xml": urls("HOME/genre/crime/", "HOME/genre/verse/"),
        "/book-sitemap.xml": urls("HOME/book/one/", "HOME/book/two/"),
        "/genre/crime/": page("<body class='archive tax-genre term-crime'><h1>Crime</h1></body>"),
        "/book/one/": page("<body class='book-template-default single single-book postid-4'><h1>One</h1></body>"),
    }
    _, events = read(routes, "/sitemap_index.xml")  # type: ignore[arg-type]
    assert {e.type for e in events if isinstance(e, Found)} == {"book"} and found(events) == {"book/one/", "book/two/"}
    assert [e.data["slug"] for e in events if isinstance(e, Evidence)] == ["crime", "verse"]
