"""Listings that lie, break or never end, against the whole job: every article comes all the same, or what is missing is named."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from presslift.config import Settings
from presslift.pipeline import migrate
from tests.faulty import DOORS, NO_REST, PAGES_ALONE, FaultySite, failures, holds, lines, quick, records
from tests.servers import Behaviour, page, redirect

Answer = tuple[int, str, bytes, dict[str, str]]
JSON, XML = "application/json; charset=UTF-8", "application/xml; charset=UTF-8"
LOGIN = "<!DOCTYPE html><html><head><title>Acceder</title></head><body class='login'><form id='loginform' action='/wp-login.php'><input name='log'></form></body></html>"


def change(site: FaultySite, fits: Callable[[str], Any], made: Callable[[str, Answer], Answer]) -> None:
    """Have some answers made differently."""
    good = site.answer
    site.answer = lambda target: made(target, good(target)) if fits(target) else good(target)  # type: ignore[method-assign]


def collection(name: str) -> Callable[[str], Any]:
    return re.compile(rf"/wp/v2/{name}(?:\?|$|&)").search


def asked(target: str, name: str, default: int) -> int:
    return int(parse_qs(urlsplit(target).query).get(name, [str(default)])[0])


def run(site: FaultySite, out: Path, settings: Settings | None = None, seconds: float = 15) -> dict[str, str]:
    """Migrate; what failed. Everything public is there, nothing else is, and it adds up."""
    started = time.monotonic()
    migrate(site.url, out, config=settings or quick())
    assert time.monotonic() - started < seconds
    assert set(records(out)) == site.slugs
    assert lines(out, "removed") == []
    holds(out)
    return failures(out, site)


# ---- REST

POSTS = collection("posts")
REST_FAULTS: dict[str, tuple[Callable[[str], Any], Callable[[str, Answer], Answer]]] = {
    "html": (POSTS, lambda t, a: (200, "text/html", b"<!DOCTYPE html><html><body>Hola</body></html>", {})),
    "html_everywhere": (re.compile("/wp-json|rest_route").search, lambda t, a: (200, "text/html", b"<!DOCTYPE html><html><body>Hola</body></html>", {})),
    "login_page": (re.compile("/wp-json").search, lambda t, a: (200, "text/html", LOGIN.encode(), {})),
    "login_redirect": (re.compile("/wp-json").search, lambda t, a: (302, "text/html", b"", {"Location": "/wp-login.php"})),
    "empty_with_wrong_total": (POSTS, lambda t, a: (200, JSON, b"[]", {"X-WP-Total": "9", "X-WP-TotalPages": "1"})),
    "no_route": (POSTS, lambda t, a: (404, JSON, b'{"code":"rest_no_route","message":"No route","data":{"status":404}}', {})),
    "no_route_with_200": (POSTS, lambda t, a: (200, JSON, b'{"code":"rest_no_route","message":"No route","data":{"status":404}}', {})),
    "warning_before": (re.compile("/wp-json").search, lambda t, a: (a[0], a[1], b"<br />\n<b>Warning</b>:  Undefined array key [\"x\"] in <b>/var/www/x.php</b> on line <b>3</b><br />\n" + a[2], a[3])),
    "bom": (re.compile("/wp-json").search, lambda t, a: (a[0], a[1], b"\xef\xbb\xbf\n" + a[2], a[3])),
    "media_type_lies": (re.compile("/wp-json").search, lambda t, a: (a[0], "text/html; charset=iso-8859-1", a[2], a[3])),
    "no_totals": (re.compile("/wp-json").search, lambda t, a: (a[0], a[1], a[2], {})),
    "cut_json": (POSTS, lambda t, a: (a[0], a[1], a[2][: len(a[2]) // 2], a[3])),
    "always_500": (POSTS, lambda t, a: (500, JSON, b'{"code":"internal_server_error","message":"","data":{"status":500}}', {})),
    "null": (POSTS, lambda t, a: (200, JSON, b"null", {})),
    "number": (POSTS, lambda t, a: (200, JSON, b"5", {})),
    "nested": (POSTS, lambda t, a: (200, JSON, b"[" * 100_000, {})),
    "index_of_strings": (re.compile(r"/wp-json/?$").search, lambda t, a: (200, JSON, b'{"namespaces": "wp/v2", "routes": []}', {})),
    "types_of_nulls": (re.compile("/wp/v2/types").search, lambda t, a: (200, JSON, b'{"post": null, "page": 5, "x": [], "y": {"rest_base": null}}', {})),
    "taxonomies_of_nulls": (re.compile("/wp/v2/taxonomies").search, lambda t, a: (200, JSON, b'{"category": null, "x": {"rest_base": 5}}', {})),
}  # fmt: skip


@pytest.mark.parametrize("fault", REST_FAULTS)
def test_rest_that_misbehaves(tmp_path: Path, fault: str) -> None:
    with FaultySite() as site:
        site.faults["/wp-login.php"] = page(LOGIN)
        change(site, *REST_FAULTS[fault])
        told = run(site, tmp_path / "OUT")
    assert set(told.values()) <= {"bad_answer", "http_status"}
    assert all(url.startswith("rest: ") for url in told)


def items_as(made: Callable[[dict[str, Any]], Any]) -> Callable[[str, Answer], Answer]:
    def answer(target: str, good: Answer) -> Answer:
        data = json.loads(good[2])
        return (
            good[0],
            good[1],
            json.dumps([made(i) if "_fields" not in target else i for i in data] if isinstance(data, list) else data).encode(),
            good[3],
        )

    return answer


ITEMS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "numbers_as_strings": lambda i: {k: str(v) if type(v) is int else [str(n) for n in v] if isinstance(v, list) else v for k, v in i.items()},
    "nulls": lambda i: {k: v if k in ("id", "link") else None for k, v in i.items()},
    "only_links": lambda i: {"link": i["link"]},
    "lists_for_strings": lambda i: {k: v if k in ("id", "link") else [v] for k, v in i.items()},
    "objects_for_strings": lambda i: {k: v if k in ("id", "link", "content") else {"rendered": {"x": v}} for k, v in i.items()},
    "huge_numbers": lambda i: i | {"id": 10**30, "author": 10**40, "featured_media": -(10**20), "categories": [10**25], "parent": 1e300},
    "bare_strings": lambda i: i | {"title": i["title"]["rendered"], "content": i["content"]["rendered"], "excerpt": "", "guid": "x"},
    "odd_dates": lambda i: i | {"date": "0000-00-00T00:00:00", "date_gmt": "0001-01-01T00:00:00", "modified": "9999-12-31T23:59:59", "modified_gmt": "never"},
    "dates_with_zone": lambda i: i | {"date": f"{i['date']}-05:00", "modified": f"{i['modified']}Z"},
    "surrogates": lambda i: i | {"title": {"rendered": "\ud800 " + i["title"]["rendered"]}, "excerpt": {"rendered": "\udfff"}},
    "control_characters": lambda i: i | {"title": {"rendered": "\x00\x01\x0b" + i["title"]["rendered"]}, "slug": i["slug"] + "\x00"},
}  # fmt: skip


@pytest.mark.parametrize("fault", ITEMS)
def test_rest_items_of_odd_types(tmp_path: Path, fault: str) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        every = list(ITEMS).index(fault) < 4
        change(
            site,
            re.compile(r"/wp/v2/(?:posts|pages|comments|users|media|categories|tags)" if every else "/wp/v2/(?:posts|pages)").search,
            items_as(ITEMS[fault]),
        )
        migrate(site.url, out, config=quick())
        assert {urlsplit(a["url"]).path for a in lines(out, "articles")} >= {
            site.path(101),
            site.path(102),
            site.path(301) if site.by_id(301) else site.path(103),
        }
        assert len(lines(out, "articles")) == len(site.slugs)
    holds(out)


def test_partial_rest_kept(tmp_path: Path) -> None:
    """One broken page of a listing costs at most the item that breaks it, by name."""
    with FaultySite(feed=False, sitemap=False) as site:
        for number in range(230):
            site.add(f"nota-{number}", content="<p>Breve.</p>")
        broken = site.by_id(1100)

        def answer(target: str, good: Answer) -> Answer:
            if good[0] == 200 and b'"id": 1100,' in good[2] and "_fields" not in target:
                return 500, JSON, b'{"code":"internal_server_error"}', {}
            return good

        change(site, POSTS, answer)
        settings = quick()
        settings.scope.source = "rest"
        out = tmp_path / "OUT"
        migrate(site.url, out, config=settings)
        assert broken is not None
        assert site.slugs - set(records(out)) <= {broken["slug"]}
        told = failures(out, site)
        assert set(records(out)) == site.slugs or any(broken["slug"] in url for url in told), told
        holds(out)


def test_listing_shifts(tmp_path: Path) -> None:
    """A post that goes while a listing is read hides no other."""
    with FaultySite(feed=False, sitemap=False) as site:
        for number in range(150):
            site.add(f"nota-{number}", content="<p>Breve.</p>")
        done: list[str] = []

        def answer(target: str, good: Answer) -> Answer:
            if asked(target, "page", 1) == 1 and not done and asked(target, "per_page", 10) > 10:
                done.append(target)
                site.data["posts"].remove(site.by_id(102))  # what follows moves up by one
            return good

        change(site, POSTS, answer)
        settings = quick()
        settings.scope.source = "rest"
        migrate(site.url, tmp_path / "OUT", config=settings)
        assert done
        assert set(records(tmp_path / "OUT")) >= site.slugs


def test_pages_of_ten_whatever_is_asked_for(tmp_path: Path) -> None:
    with FaultySite(feed=False, sitemap=False) as site:
        for number in range(35):
            site.add(f"nota-{number}", content="<p>Breve.</p>")
        whole = site.answer

        def capped(target: str) -> Answer:
            return whole(re.sub(r"per_page=\d+", "per_page=10", target))

        site.answer = capped  # type: ignore[method-assign]
        settings = quick()
        settings.scope.source = "rest"
        assert run(site, tmp_path / "OUT", settings) == {}


def custom_type(site: FaultySite, readable: bool) -> None:
    """A type of the site's own, with two entries."""
    entries = [{**site._rest_post(site.data["posts"][1], "project"), "id": 900 + n, "slug": f"obra-{n}", "link": f"{site.url}/obra/obra-{n}/", "title": {"rendered": f"Obra {n}"}} for n in (1, 2)]  # fmt: skip
    good = site.answer

    def answer(target: str) -> Answer:
        if "/wp/v2/types" in target:
            status, kind, body, headers = good(target)
            types = json.loads(body) | {
                "project": {"slug": "project", "name": "Obras", "rest_base": "projects", "rest_namespace": "wp/v2", "taxonomies": []}
            }
            return status, kind, json.dumps(types).encode(), headers
        if collection("projects")(target):
            if not readable:
                return 403, JSON, b'{"code":"rest_forbidden","message":"no","data":{"status":403}}', {}
            return 200, JSON, json.dumps(entries).encode(), {"X-WP-Total": "2", "X-WP-TotalPages": "1"}
        for entry in entries:
            if target.rstrip("/") == urlsplit(entry["link"]).path.rstrip("/"):
                body = f"<!DOCTYPE html><html><head><title>{entry['title']['rendered']}</title></head><body class='single single-project postid-{entry['id']}'><article class='type-project'><h1 class='entry-title'>{entry['title']['rendered']}</h1><div class='entry-content'>{entry['content']['rendered']}</div></article></body></html>"
                return 200, "text/html; charset=UTF-8", body.encode(), {}
        return good(target)

    site.answer = answer  # type: ignore[method-assign]


def test_custom_types_found(tmp_path: Path) -> None:
    """Types of the site's own are found; one that can't be read is named."""
    with FaultySite() as site:
        custom_type(site, readable=True)
        migrate(site.url, tmp_path / "a", config=quick())
        assert {a["slug"] for a in lines(tmp_path / "a", "articles") if a["type"] == "project"} == {"obra-1", "obra-2"}
        holds(tmp_path / "a")
    with FaultySite(feed=False, sitemap=False) as site:
        custom_type(site, readable=False)
        settings = quick()
        settings.scope.source = "rest"
        summary = migrate(site.url, tmp_path / "b", config=settings)
        assert "rest: project" in failures(tmp_path / "b")
        assert summary.exit_code == 1
        holds(tmp_path / "b")


def test_api_body_thin(tmp_path: Path) -> None:
    """Where REST's body lacks what the page prints, the page's is taken."""
    bodies = {
        102: "",
        103: "[vc_row][vc_column][vc_column_text]Aquí nada[/vc_column_text][/vc_column][/vc_row]",
        104: "<p>Solo el principio.</p>",
    }
    with FaultySite() as site:
        change(
            site,
            POSTS,
            items_as(
                lambda i: (
                    i | {"content": {"rendered": bodies.get(i["id"], i["content"]["rendered"]), "protected": i["content"]["protected"]}}
                )
            ),
        )
        run(site, tmp_path / "OUT")
        found = {a["wp_id"]: a for a in lines(tmp_path / "OUT", "articles")}
        for number in bodies:
            post = site.by_id(number)
            assert post is not None
            assert found[number]["word_count"] > 20, number
            assert found[number]["extraction"]["cues"]["body"] != "rest", number
            assert "vc_" not in json.dumps(found[number]), number


# ---- sitemaps and feeds

XXE = '<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>&x;</loc></url></urlset>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><urlset><url><loc>&m;</loc></url></urlset>"
)
SITEMAPS: dict[str, Callable[[FaultySite], Behaviour]] = {
    "xxe": lambda site: page(XXE, content_type=XML),
    "billion_laughs": lambda site: page(LAUGHS, content_type=XML),
    "html": lambda site: page("<!DOCTYPE html><html><body>Mapa</body></html>"),
    "empty": lambda site: page("", content_type=XML),
    "no_entries": lambda site: page('<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>', content_type=XML),
    "cut": lambda site: page(f"<?xml version='1.0'?><urlset><url><loc>{site.url}{site.path(101)}</loc></url><url><lo", content_type=XML),
    "itself": lambda site: page(f"<sitemapindex><sitemap><loc>{site.url}/wp-sitemap-posts-post-1.xml</loc></sitemap></sitemapindex>", content_type=XML),
    "elsewhere": lambda site: page("<sitemapindex><sitemap><loc>http://169.254.169.254/x.xml</loc></sitemap><sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>", content_type=XML),
    "gzip_bomb": lambda site: page(gzip.compress(bytes(50_000_000)), content_type="application/gzip"),
    "binary": lambda site: page(bytes(range(256)) * 100, content_type=XML),
    "status_500": lambda site: page("", 500),
    "redirected": lambda site: redirect("/"),
}  # fmt: skip


@pytest.mark.parametrize("fault", SITEMAPS)
def test_sitemaps_that_misbehave(tmp_path: Path, fault: str) -> None:
    with FaultySite(rest=False, feed=False) as site:
        site.faults["/wp-sitemap-posts-post-1.xml"] = SITEMAPS[fault](site)
        told = run(site, tmp_path / "OUT")
        assert "root:" not in (tmp_path / "OUT" / "export" / "articles.jsonl").read_text(encoding="utf-8")
    assert set(told.values()) <= {"bad_answer", "not_html"}, told


def test_per_item_outcome(tmp_path: Path) -> None:
    """Entries that are gone, doubled or foreign each end as failed, excluded or exported."""
    out = tmp_path / "OUT"
    with FaultySite(**NO_REST) as site:

        def answer(target: str, good: Answer) -> Answer:
            extra = [f"{site.url}/gone-{n}/" for n in range(3)] + ["http://example.invalid/x/", "javascript:alert(1)", "", f"{site.url}{site.path(101)}", f"{site.url}{site.path(101)}#top", f"{site.url}{site.path(101)}?utm_source=x", f"{site.url}/wp-content/uploads/2025/03/salar.png", f"{site.url}/feed/", f"{site.url}/?p=102", "http://[bad", f"{site.url}/%ff%fe/"]  # fmt: skip
            return (
                good[0],
                good[1],
                good[2].replace(b"</urlset>", "".join(f"<url><loc>{u}</loc></url>" for u in extra).encode() + b"</urlset>"),
                good[3],
            )

        change(site, lambda t: "posts-post" in t, answer)
        summary = migrate(site.url, out, config=quick())
        assert set(records(out)) == site.slugs
        told = failures(out, site)
    assert {f"/gone-{n}/" for n in range(3)} <= set(told)
    assert summary.discovered == summary.exported + summary.failed + summary.excluded
    excluded = {row["url"]: row["reason"] for row in lines(out, "excluded")}
    assert "http://example.invalid/x/" in excluded
    holds(out)


def test_a_sitemap_of_twenty_megabytes(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(rest=False, feed=False) as site:
        filler = "".join(f"<url><loc>{site.url}/wp-content/uploads/2024/01/{n:08}-{'x' * 9000}.jpg</loc></url>" for n in range(2_300))
        body = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{filler}{"".join(f"<url><loc>{site.link(p)}</loc></url>" for p in site.data["posts"])}</urlset>'
        assert len(body) > 20_000_000
        site.faults["/wp-sitemap-posts-post-1.xml"] = page(body, content_type=XML)
        run(site, out, quick(max_size=30_000_000, max_decompressed_size=40_000_000, timeout=10), seconds=60)


FEEDS: dict[str, bytes] = {
    "html": b"<!DOCTYPE html><html><body>Hola</body></html>",
    "broken": b"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title><item><title>y</title><link>",
    "undeclared": b"<?xml version='1.0'?><rss><channel><item><dc:creator>x</dc:creator><content:encoded><![CDATA[<p>x]]></content:encoded></item></channel></rss>",
    "xxe": XXE.replace("urlset", "rss").encode(),
    "laughs": LAUGHS.encode(),
    "empty": b"",
    "foreign": b"<rss version='2.0'><channel><item><title>x</title><link>http://example.invalid/a/</link><guid>file:///etc/passwd</guid></item></channel></rss>",
}


@pytest.mark.parametrize("fault", FEEDS)
def test_feeds_that_misbehave(tmp_path: Path, fault: str) -> None:
    with FaultySite(rest=False, sitemap=False) as site:
        site.faults["/feed/"] = page(FEEDS[fault], content_type="application/rss+xml")
        run(site, tmp_path / "OUT")


def test_a_feed_without_end(tmp_path: Path) -> None:
    with FaultySite(rest=False, sitemap=False) as site:
        first = site.answer("/feed/")[2]
        site.faults["/feed/"] = page(first, content_type="application/rss+xml")
        run(site, tmp_path / "OUT")
        assert len(site.requests) < 150


# ---- links without end


def trap(site: FaultySite, made: Callable[[str], str | None], start: str) -> None:
    """Link from the front page into pages that ``made`` invents."""

    def behave(target: str) -> Behaviour | None:
        inner = made(target)
        return (
            None
            if inner is None
            else page(f"<!DOCTYPE html><html lang='es'><head><title>Trampa</title></head><body class='archive'>{inner}</body></html>")
        )

    site.everywhere = behave
    change(site, lambda t: t == "/", lambda t, a: (a[0], a[1], a[2].replace(b"</body>", f'<a href="{start}">x</a></body>'.encode()), a[3]))


def calendar(target: str) -> str | None:
    match = re.fullmatch(r"/agenda/(\d+)/(\d+)/", target)
    if not match:
        return None
    year, month = int(match[1]), int(match[2])
    return f'<a href="/agenda/{year + month // 12}/{month % 12 + 1}/">siguiente</a><a href="/agenda/{year - (month < 2)}/{(month - 2) % 12 + 1}/">anterior</a>'


def parameters(target: str) -> str | None:
    if not target.startswith("/lista/"):
        return None
    return "".join(f'<a href="{target}{"&" if "?" in target else "?"}filtro_{n}={n}">{n}</a>' for n in range(5))


def sessions(target: str) -> str | None:
    if not target.startswith("/foro/"):
        return None
    return "".join(
        f'<a href="/foro/?PHPSESSID={abs(hash((target, n))):x}">{n}</a><a href="/foro/tema-{n}/?sid={abs(hash((target, n))):x}">t</a>'
        for n in range(4)
    )


def deeper(target: str) -> str | None:
    return f'<a href="{target}otra/">x</a><a href="otra/vez/">y</a>' if target.startswith("/otra/") else None


def pagination(target: str) -> str | None:
    match = re.fullmatch(r"/blog/page/(\d+)/", target)
    if not match:
        return None
    number = int(match[1])
    return f'<article class="post type-post hentry"><h2 class="entry-title"><a href="/2025/02/11/los-puertos-del-pacifico/">x</a></h2></article><a class="next page-numbers" href="/blog/page/{number + 1}/">más</a>'


TRAPS: dict[str, tuple[Callable[[str], str | None], str]] = {
    "calendar": (calendar, "/agenda/2025/3/"),
    "parameters": (parameters, "/lista/"),
    "sessions": (sessions, "/foro/"),
    "deeper": (deeper, "/otra/"),
    "pagination": (pagination, "/blog/page/2/"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_links_without_end(tmp_path: Path, name: str) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**PAGES_ALONE) as site:
        trap(site, *TRAPS[name])
        migrate(site.url, out, config=quick(max_crawl_pages=400))
        asked = len(site.requests)
        assert set(records(out)) == site.slugs, set(records(out)) ^ site.slugs
    assert asked < 500, asked
    holds(out)


def test_spellings_of_one_address_are_one_article(tmp_path: Path) -> None:
    for name, doors in DOORS.items():
        with FaultySite(**doors) as site:
            good = site.answer
            path = site.path(103)
            spellings = {
                path.upper(),
                path.rstrip("/"),
                path.replace("el-precio", "El-Precio"),
                path + "?",
                path + "?utm_source=x",
                path + "#a",
                "/" + path,
                path.replace("-", "%2D"),
            }

            def answer(target: str, good: Callable[[str], Answer] = good, path: str = path) -> Answer:
                # A server that doesn't care for case, doubled slashes or the last one.
                plain = re.sub("/+", "/", urlsplit(target).path.lower().replace("%2d", "-")).rstrip("/") + "/"
                return good(path) if plain == path else good(target)

            site.answer = answer  # type: ignore[method-assign]
            links = "".join(f'<a href="{site.url}{s}">x</a>' for s in sorted(spellings))
            change(
                site,
                lambda t: t == "/",
                lambda t, a, links=links: (a[0], a[1], a[2].replace(b"</body>", links.encode() + b"</body>"), a[3]),
            )  # type: ignore[misc]
            assert run(site, tmp_path / name) == {}, name
            assert len(lines(tmp_path / name, "articles")) == len(site.slugs)


def test_one_slug_in_two_languages_and_equal_titles(tmp_path: Path) -> None:
    for name, doors in DOORS.items():
        out = tmp_path / name
        with FaultySite(**doors) as site:
            site.add("la-ruta-del-litio", language="en", title="La ruta del litio: del salar al puerto", categories=[5])
            site.add("otra", title="El precio del agua", date="2025-01-20T10:00:00")
            site.add("otra-mas", title="El precio del agua", date="2025-01-20T10:00:00")
            migrate(site.url, out, config=quick())
            urls = {urlsplit(a["url"]).path for a in lines(out, "articles")}
            wanted = {site.link(p).removeprefix(site.url) for kind in ("posts", "pages") for p in site.data[kind] if not p.get("password")}
        assert urls == wanted, name
        holds(out)


def test_sitemap_reconciled(tmp_path: Path) -> None:
    """Every source adds what the others lack."""
    out = tmp_path / "OUT"
    with FaultySite() as site:
        hidden = {102: POSTS, 103: re.compile("sitemap").search, 104: re.compile("/feed").search}
        slugs = {id: str((site.by_id(id) or {})["slug"]) for id in hidden}

        def without(target: str, good: Answer) -> Answer:
            body = good[2]
            if POSTS(target) and good[0] == 200 and b"[" in body[:1]:
                kept = [i for i in json.loads(body) if i["id"] != 102]
                return good[0], good[1], json.dumps(kept).encode(), good[3] | {"X-WP-Total": str(len(site.data["posts"]) - 1)}
            if "sitemap" in target:
                body = re.sub(rf"<url><loc>[^<]*{slugs[103]}/</loc>.*?</url>".encode(), b"", body)
            if "/feed" in target:
                body = re.sub(rf"<item>(?:(?!</item>).)*{slugs[104]}/</link>.*?</item>".encode(), b"", body, flags=re.S)
            return good[0], good[1], body, good[3]

        change(site, lambda t: True, without)
        assert run(site, out) == {}
        migrated = {a["wp_id"] for a in lines(out, "articles")}
    assert set(hidden) <= migrated


def test_one_id_on_two_sites_of_a_network_and_in_two_languages(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**NO_REST) as site:
        good, path = site.answer, site.path(103)

        def answer(target: str) -> Answer:
            # A plugin that translates in place: the same post, the same id, under another address.
            if target == f"/en{path}":
                status, kind, body, headers = good(path)
                text = (
                    body.decode()
                    .replace('<html lang="es"', '<html lang="en-US"')
                    .replace(f'href="{site.url}{path}"', f'href="{site.url}/en{path}"')
                )
                return status, kind, text.replace("El precio del agua", "The price of water").encode(), headers
            return good(target)

        site.answer = answer  # type: ignore[method-assign]
        change(
            site,
            lambda t: "posts-post" in t,
            lambda t, a: (a[0], a[1], a[2].replace(b"</urlset>", f"<url><loc>{site.url}/en{path}</loc></url></urlset>".encode()), a[3]),
        )
        migrate(site.url, out, config=quick())
        both = [a for a in lines(out, "articles") if a["wp_id"] == 103]
    assert sorted((a["language"] or "")[:2] for a in both) == ["en", "es"]
    assert len({a["id"] for a in both}) == 2
    holds(out)


# ---- robots.txt and old versions

ROBOTS: dict[str, Behaviour] = {
    "missing": page("no", 404),
    "forbidden": page("no", 403),
    "html": page("<!DOCTYPE html><html><body>Disallow: /</body></html>"),
    "bom": page(b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /wp-admin/\r\n"),
    "macs": page("User-agent: *\rDisallow: /wp-admin/\r"),
    "huge": page("User-agent: *\nDisallow: /wp-admin/\n" + "# nothing\n" * 400_000),
    "binary": page(bytes(range(256)) * 50),
    "several_groups": page("User-agent: Googlebot\nDisallow: /\n\nUser-agent: *\nDisallow:\n"),
    "no_group": page("Disallow: /\nnonsense\n: : :\n"),
    "loop": redirect("/robots.txt"),
    "empty": page(""),
}


@pytest.mark.parametrize("form", ROBOTS)
def test_odd_forms_of_robots(tmp_path: Path, form: str) -> None:
    with FaultySite(sitemap=False) as site:
        site.faults["/robots.txt"] = ROBOTS[form]
        assert run(site, tmp_path / "OUT") == {}


def test_old_wordpress(tmp_path: Path) -> None:
    """REST without routes for content is as good as none."""
    with FaultySite() as site:
        index = json.dumps({"name": "x", "namespaces": ["oembed/1.0"], "routes": {}}).encode()
        change(
            site,
            lambda t: "wp-json" in t,
            lambda t, a: (
                (200, JSON, index, {})
                if "/wp/v2" not in t
                else (404, JSON, b'{"code":"rest_no_route","message":"","data":{"status":404}}', {})
            ),
        )
        assert run(site, tmp_path / "OUT") == {}
