"""What a page does not print of its pingbacks comes from REST, one by one, or from the post's comment feed; and is asked for once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from presslift.config import Settings
from presslift.pipeline.getting import Getter
from presslift.pipeline.offline import SiteClosed
from presslift.pipeline.pingbacks import completed
from presslift.records import Comment, CommentAuthor, SiteFacts
from presslift.scraper.discover.answers import single
from presslift.scraper.fetch.archive import Archive
from presslift.scraper.fetch.client import Client
from presslift.store import Store
from tests.servers import Behaviour, Server, as_json, page

SAID = "[…] lo cuenta el cuaderno […]"
ITEM = {
    "id": 8,
    "parent": 0,
    "author_name": "Otro blog",
    "author_url": "https://example.org/eco",
    "date": "2024-02-09T09:00:00",
    "date_gmt": "2024-02-09T14:00:00",
    "content": {"rendered": f"<p>{SAID}</p>\n"},
    "status": "approved",
    "type": "pingback",
}
FEED = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Comentarios en: Nota</title>
<item><title>Por: Otro blog</title><link>SITE/nota/comment-page-1/#comment-8</link><dc:creator>Otro blog</dc:creator>
<pubDate>Fri, 09 Feb 2024 14:00:00 +0000</pubDate><description>{SAID}</description>
<content:encoded><![CDATA[<p>{SAID}</p>]]></content:encoded></item></channel></rss>"""
PRINTED = Comment(id=8, type="pingback", author=CommentAuthor(name="Otro blog", url="https://example.org/eco"))
TOLD = (SAID, "2024-02-09T09:00:00-05:00", "2024-02-09T14:00:00Z")


@contextmanager
def asking(site: Server, folder: Path) -> Iterator[Getter]:
    """A run's way to a site, with a store and an archive."""
    folder.mkdir(exist_ok=True)
    with Store(folder, create=True) as store:
        archive = Archive(folder / "archive")
        run, _ = store.begin_run("migrate", "2024-03-01T00:00:00Z", {})
        client = Client(Settings().fetch, site.url, archive=archive)
        try:
            yield Getter(store, client, archive, run)
        finally:
            client.close()
            archive.close()


def answers(url: str, *, rest: bool, feed: bool) -> dict[str, Behaviour]:
    """What a site says of the pingback."""
    said: dict[str, Behaviour] = {}
    if rest:
        said["/wp-json/wp/v2/comments/8"] = as_json(ITEM)
    if feed:
        said["/nota/feed/"] = page(FEED.replace("SITE", url), content_type="application/rss+xml")
    return said


@pytest.mark.parametrize(("rest", "feed"), [(True, False), (False, True), (True, True)])
def test_a_pingback_says_what_rest_or_the_feed_tell(tmp_path: Path, rest: bool, feed: bool) -> None:
    with Server({}) as site:
        site.routes = answers(site.url, rest=rest, feed=feed)
        facts = SiteFacts(url=site.url, rest_root=site.url + "/wp-json/", feeds=[site.url + "/feed/"])
        comment = Comment(id=7, author=CommentAuthor(name="Ramiro"), text="Sí.")
        with asking(site, tmp_path) as getter:
            found = completed([comment, PRINTED], [], site.url + "/nota/", getter, facts, "-05:00")
        assert found[0] == comment
        assert (found[1].text, found[1].date, found[1].date_utc) == TOLD
        assert (found[1].id, found[1].type, found[1].author) == (8, "pingback", PRINTED.author)
        assert not (rest and site.asked("/nota/feed/")), "one source is enough"


def test_what_is_known_or_printed_is_not_asked_for(tmp_path: Path) -> None:
    with Server({}) as site, asking(site, tmp_path) as getter:
        facts = SiteFacts(url=site.url, rest_root=site.url + "/wp-json/", feeds=[site.url + "/feed/"])
        known = Comment(id=8, type="pingback", author=PRINTED.author, text=SAID, html=f"<p>{SAID}</p>", date=TOLD[1], date_utc=TOLD[2])
        found = completed([PRINTED], [known], site.url + "/nota/", getter, facts, None)
        assert found == [known]
        assert completed([known], [], site.url + "/nota/", getter, facts, None) == [known]
        assert site.visits == []


def test_what_nobody_tells_stays_as_printed(tmp_path: Path) -> None:
    with Server({"/wp-json/wp/v2/comments/8": page("<html>no</html>"), "/nota/feed/": page("<html>no</html>")}) as site:
        facts = SiteFacts(url=site.url, rest_root=site.url + "/wp-json/", feeds=[site.url + "/feed/"])
        with asking(site, tmp_path) as getter:
            assert completed([PRINTED], [], site.url + "/nota/", getter, facts, None) == [PRINTED]
        facts = SiteFacts(url=site.url)
        with asking(site, tmp_path / "other") as getter:
            before = len(site.visits)
            assert completed([PRINTED], [], site.url + "/nota/", getter, facts, None) == [PRINTED]
            assert len(site.visits) == before


def test_rest_is_not_asked_where_settings_leave_it_alone(tmp_path: Path) -> None:
    with Server({}) as site:
        site.routes = answers(site.url, rest=True, feed=False)
        facts = SiteFacts(url=site.url, rest_root=site.url + "/wp-json/")
        with asking(site, tmp_path) as getter:
            assert completed([PRINTED], [], site.url + "/nota/", getter, facts, None, rest=False) == [PRINTED]
        assert site.visits == []


def test_offline_the_archive_tells(tmp_path: Path) -> None:
    with Server({}) as site:
        site.routes = answers(site.url, rest=True, feed=False)
        facts = SiteFacts(url=site.url, rest_root=site.url + "/wp-json/", feeds=[site.url + "/feed/"])
        with asking(site, tmp_path) as getter:
            online = completed([PRINTED], [], site.url + "/nota/", getter, facts, "-05:00")
        asked = len(site.visits)
        other = Comment(id=9, type="pingback", author=CommentAuthor(name="Un tercero"))
        with Store(tmp_path) as store:
            getter = Getter(store, SiteClosed(), Archive(tmp_path / "archive"), 1, any_run=True)  # type: ignore[arg-type]
            offline = completed([PRINTED, other], [], site.url + "/nota/", getter, facts, "-05:00")
        assert offline == [*online, other] and online[0].text == SAID
        assert len(site.visits) == asked


def test_an_entry_s_address_under_either_kind_of_root() -> None:
    assert single("https://a.example/wp-json/wp/v2/posts", 7) == "https://a.example/wp-json/wp/v2/posts/7"
    assert single("https://a.example/wp-json/wp/v2/posts/?lang=es", 7) == "https://a.example/wp-json/wp/v2/posts/7"
    assert single("https://a.example/?rest_route=/wp/v2/posts", 7) == "https://a.example/?rest_route=/wp/v2/posts/7"
