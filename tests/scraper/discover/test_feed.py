"""Feeds of every kind, to their end."""

from __future__ import annotations

from typing import Any

import pytest

from presslift.config import Settings
from presslift.records import SiteFacts
from presslift.scraper.discover import Event, Found, Listing
from presslift.scraper.discover.feed import discover_feeds, read_feed_answer
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.response import Response
from tests.scraper.discover.wordpress import found, xml
from tests.servers import Server, page


def parsed(body: str) -> Any:
    return read_feed_answer(Response(url="u", final_url="u", status=200, headers={}, body=body.encode(), fetched_at="", sha256=""))


def test_rss_item_whole() -> None:
    feed = parsed(
        """
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>The Site</title>
<atom:link href="https://example.org/feed/" rel="self"/><link>https://example.org</link><description>About</description><language>es</language>
<item><title>Uno &amp; dos</title><link>https://example.org/uno/</link><comments>https://example.org/uno/#comments</comments>
<dc:creator><![CDATA[Ana]]></dc:creator><dc:creator>Luis</dc:creator><pubDate>Tue, 02 Jan 2024 01:04:05 +0000</pubDate>
<category><![CDATA[Cultura]]></category><category>Red</category><guid isPermaLink="false">https://example.org/?p=12</guid>
<description><![CDATA[Short]]></description><content:encoded><![CDATA[<p>Long</p>]]></content:encoded><slash:comments>3</slash:comments></item>
</channel></rss>"""
    )
    assert (feed.title, feed.link, feed.language, feed.description) == ("The Site", "https://example.org", "es", "About")
    assert feed.items == [
        {
            "link": "https://example.org/uno/", "guid": "https://example.org/?p=12", "wp_id": 12, "title": "Uno & dos", "creators": ["Ana", "Luis"],
            "published": "Tue, 02 Jan 2024 01:04:05 +0000", "updated": None, "categories": ["Cultura", "Red"], "content": "<p>Long</p>", "description": "Short",
            "comment_count": 3,
        }
    ]  # fmt: skip


def test_atom_entry() -> None:
    feed = parsed(
        """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0" xml:lang="de"><title>Die Seite</title>
<entry><author><name>Eva</name></author><title type="html">Eins</title><link rel="alternate" type="text/html" href="https://example.org/eins/"/>
<link rel="replies" type="application/atom+xml" href="https://example.org/eins/feed/atom/" thr:count="2"/><id>https://example.org/?p=7</id>
<updated>2024-02-01T10:00:00Z</updated><published>2024-01-01T10:00:00Z</published><category term="Kultur"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Ganz</p></div></content><thr:total>2</thr:total></entry></feed>"""
    )
    (item,) = feed.items
    assert (item["link"], item["wp_id"], item["creators"], item["categories"]) == ("https://example.org/eins/", 7, ["Eva"], ["Kultur"])
    assert (item["published"], item["updated"], item["comment_count"]) == ("2024-01-01T10:00:00Z", "2024-02-01T10:00:00Z", 2)
    assert "<p" in item["content"] and feed.language == "de"


def test_broken_feeds_are_read_as_far_as_they_go() -> None:
    feed = parsed(
        "\n\n<rss><channel><title>T</title><item><title>A & B</title><link>https://example.org/a/</link><dc:creator>Ann</dc:creator></item><item>"
    )
    assert feed.items[0]["link"] == "https://example.org/a/" and feed.items[0]["creators"] == ["Ann"]


@pytest.mark.parametrize("body", ["<!DOCTYPE html><html></html>", "", "{}", "<urlset/>", "<!DOCTYPE r [<!ENTITY a 'b'>]><rss/>"])
def test_what_is_no_feed_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(body)


def items(*numbers: int, link: str = "HOME/post-{n}/") -> str:
    rows = "".join(f"<item><title>{n}</title><link>{link.format(n=n)}</link><guid>HOME/?p={n}</guid></item>" for n in numbers)
    return f"<rss><channel><title>T</title>{rows}</channel></rss>"


def read(pages: dict[str, Any], *, whole: bool = True, feed: str = "/feed/") -> list[Event]:
    with Server() as site:
        site.routes = {k: xml(v.replace("HOME", site.url)) if isinstance(v, str) else v for k, v in pages.items()}
        settings = Settings()
        settings.fetch.attempts = 1
        facts = SiteFacts(url=f"{site.url}/", feeds=[f"{site.url}{feed}"])
        return list(discover_feeds(facts, Client(settings.fetch, site.url).get, settings, whole=whole))


def told(events: list[Event]) -> Listing:
    (listing,) = [e for e in events if isinstance(e, Listing)]
    return listing


def test_paged_to_the_end() -> None:
    missing = page("no", 404)
    events = read({"/feed/": items(3, 2), "/feed/?paged=2": items(2, 1), "/feed/?paged=3": missing})
    assert found(events) == {"post-1/", "post-2/", "post-3/"} and told(events).complete and told(events).seen == 3
    assert [e.wp_id for e in events if isinstance(e, Found)] == [3, 2, 1]


def test_empty_page_is_the_end_and_a_repeated_one_says_so() -> None:
    assert told(read({"/feed/": items(2, 1), "/feed/?paged=2": items()})).complete
    repeated = told(read({"/feed/": items(2, 1)}))
    assert not repeated.complete and "paged" in (repeated.detail or "")


def test_the_other_spelling_is_tried() -> None:
    missing = page("no", 404)
    events = read({"/feed": items(4, 3), "/feed?paged=2": missing, "/feed/?paged=2": items(2, 1), "/feed/?paged=3": missing}, feed="/feed")
    assert len(found(events)) == 4 and told(events).complete


def test_newest_only() -> None:
    events = read({"/feed/": items(2, 1), "/feed/?paged=2": items(0)}, whole=False)
    assert len(found(events)) == 2 and told(events).complete


def test_a_feed_that_breaks_off_is_incomplete() -> None:
    broken = told(read({"/feed/": items(2, 1), "/feed/?paged=2": page("oops", 403)}))
    assert not broken.complete and "403" in (broken.detail or "")


def test_forwarding_services_are_seen_through() -> None:
    events = read({"/feed/": items(2, 1, link="https://feedproxy.example/~r/{n}"), "/feed/?paged=2": page("no", 404)})
    assert found(events) == {"?p=1", "?p=2"}
