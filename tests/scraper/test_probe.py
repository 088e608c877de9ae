"""The probe: what a site is, what it offers, and why it can't be had."""

from __future__ import annotations

from typing import Any

import pytest

from presslift.config import Settings
from presslift.errors import SiteError, UsageError
from presslift.records import SiteFacts
from presslift.scraper.fetch.client import Client
from presslift.scraper.parse.document import read_document
from presslift.scraper.probe import estimate_cost, probe_site
from presslift.scraper.probe.page import builder_of, languages_of, plugins_of, theme_of, version_of
from presslift.scraper.probe.site import permalink_structure
from tests.scraper.discover.wordpress import Post, WordPress, xml
from tests.servers import Server, as_json, free_port, page, redirect

WORDPRESS = "<html lang='en-US'><head><meta name='generator' content='WordPress 6.4'></head><body class='home blog'>{}</body></html>"


def probe(url: str, **scope: Any) -> SiteFacts:
    settings = Settings()
    settings.fetch.attempts = 1
    settings.fetch.timeout = 5
    for name, value in scope.items():
        setattr(settings.scope, name, value)
    return probe_site(url, Client(settings.fetch, url if "://" in url else f"http://{url}").get, settings)


def refusal(home: Any, **more: Any) -> str:
    with Server({"/": home, **more}) as site, pytest.raises(SiteError) as caught:
        probe(site.url)
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_everything_that_is_open_is_found() -> None:
    content = [Post(n, f"2024/01/02/post-{n}/") for n in range(10, 22)] + [
        Post(2, "about/", "About", "page"),
        Post(60, "review/a/", type="review"),
    ]
    with WordPress(content, types={"review": "reviews"}) as site:
        facts = probe(site.url)
    assert facts.is_wordpress and "generator" in facts.evidence
    assert (facts.wordpress_version, facts.theme, facts.name, facts.language) == ("6.4.3", "twentynothing 1.2", "Test & Co", "en-US")
    assert facts.utc_offset == "+02:00" and facts.timezone is None
    assert set(facts.rest_types) == {"post", "page", "review"}
    assert (facts.counts["post"], facts.counts["page"], facts.counts["review"]) == (12, 1, 1)
    assert facts.sitemaps == [f"{site.url}wp-sitemap.xml"] and facts.feeds == [f"{site.url}feed/"]
    assert facts.feed_full_text is True and "paged" in facts.source["feeds"]
    assert facts.permalink_structure == "/%year%/%monthnum%/%day%/%postname%/"
    assert facts.menus[0]["items"] == [{"title": "About", "url": f"{site.url}about/"}]
    assert facts.front_page == "posts"
    cost = estimate_cost(facts, Settings())
    assert 14 < cost["requests"] < 60 and cost["minutes"] < 1


def test_shut_doors_are_told_with_their_reason() -> None:
    shut = as_json({"code": "rest_cannot_access", "message": "Only authenticated users.", "data": {"status": 401}}, 401)
    overrides = {"/wp-json/": shut, "/?rest_route=/": page("<html>Home again</html>"), "/feed/": page("no", 404)}
    with WordPress([Post(1, "one/")], rest=False, sitemap=False, overrides=overrides) as site:
        facts = probe(site.url)
    assert facts.rest_root is None and facts.sitemaps == [] and facts.feeds == []
    assert "rest_cannot_access" in (facts.rest_detail or "") and "HTML page" in (facts.rest_detail or "")
    assert facts.counts == {"post": 1} and facts.source["counts"].startswith("about")


def test_noise_around_the_json_is_forgiven() -> None:
    index = (
        "\ufeff\n<br />\n<b>Warning</b>: Undefined array key [0] in {x.php} on line 3<br />\n"
        + '{"name": "Noisy", "namespaces": ["wp/v2"], "gmt_offset": "-3.5"}<!-- cached -->'
    )
    with WordPress([Post(1, "one/")], overrides={"/wp-json/": page(index)}) as site:
        facts = probe(site.url)
    assert facts.name == "Noisy" and facts.utc_offset == "-03:30"


def test_types_without_articles_and_other_namespaces() -> None:
    rows = {
        "post": {"rest_base": "posts"}, "attachment": {"rest_base": "media"}, "wp_template": {"rest_base": "templates"}, 
        "nav_menu_item": {"rest_base": "menu-items"},        "product": {"rest_base": "products", "rest_namespace": "wc/v3"}, "odd": None,
        "wp_font_face": {"rest_base": "font-families/(?P<font_family_id>[\\d]+)/font-faces"},
    }  # fmt: skip
    with WordPress([Post(1, "one/")], overrides={"/wp-json/wp/v2/types": as_json(rows)}) as site:
        facts = probe(site.url)
    assert facts.rest_types == {"post": f"{site.url}wp-json/wp/v2/posts", "product": f"{site.url}wp-json/wc/v3/products"}


def test_source_html_never_asks_rest() -> None:
    with WordPress([Post(1, "one/")]) as site:
        facts = probe(site.url, source="html")
        assert facts.rest_root is None and not site.targets("wp-json") and not site.targets("rest_route")
    assert facts.counts["post"] == 1 and facts.source["counts"] == "sitemap"


def test_sitemaps_that_robots_names_come_first() -> None:
    robots = "User-agent: *\nDisallow:\nSitemap: {}news-sitemap.xml\nsitemap:{}post-sitemap.xml\n"
    with WordPress([Post(1, "one/")], sitemap=False) as site:
        entries = f"<urlset><url><loc>{site.url}one/</loc></url></urlset>"
        site.overrides |= {
            "/robots.txt": page(robots.format(site.url, site.url), content_type="text/plain"),
            "/post-sitemap.xml": xml(entries), "/news-sitemap.xml": xml(entries),
        }  # fmt: skip
        facts = probe(site.url)
    assert facts.sitemaps == [f"{site.url}news-sitemap.xml", f"{site.url}post-sitemap.xml"] and facts.source["sitemaps"] == "robots.txt"


def test_any_page_of_the_site_leads_to_its_start() -> None:
    with WordPress([Post(1, "deep/one/")]) as site:
        real = site.html
        site.html = lambda *a: real(*a).replace("<link", f"<link rel='https://api.w.org/' href='{site.url}wp-json/'><link", 1)  # type: ignore[method-assign]
        facts = probe(f"{site.url}deep/one/")
    assert facts.url == site.url


def test_static_front_page() -> None:
    with WordPress([Post(5, "blog/", type="page")], overrides={}) as site:
        site.overrides["/"] = page(
            site.html("home page-template-default page page-id-5", "Home", "<article class='post-5'>Welcome</article>")
        )
        facts = probe(site.url)
    assert facts.front_page == site.url


CHALLENGE = "<html><head><title>Just a moment...</title></head><body><form id='challenge-form'></form><script>window._cf_chl_opt={}</script></body></html>"


def test_bot_wall_named() -> None:
    told = refusal(page(CHALLENGE, 403, Server="cloudflare", cf_mitigated="challenge"))
    assert "bot_wall" in told and "Cloudflare" in told and "owner" in told
    told = refusal(
        page(
            "<html><title>Blocked</title><body>Generated by Wordfence. "
            "Your access to this site has been limited by the site owner</body></html>",
            503,
        )
    )
    assert "Wordfence" in told
    bare = refusal(page("<h1>Forbidden</h1>", 403, Server="nginx"))
    assert "403" in bare and "nginx" in bare and "User-Agent" in bare


def test_a_site_that_is_unwell_or_private_says_so() -> None:
    assert "maintenance" in refusal(
        page(
            "<body id='error-page'><div class='wp-die-message'>Briefly unavailable for scheduled maintenance. Check back in a minute.</div>",
            503,
        )
    )
    assert "500" in refusal(page("oops", 500))
    assert "database" in refusal(page("<title>Database Error</title><h1>Error establishing a database connection</h1>", 500))
    login = page("<html><head><title>Log In</title></head><body class='login'><form id='loginform'></form></body></html>")
    assert "PRESSLIFT_COOKIE" in refusal(redirect("/wp-login.php?redirect_to=x", 302), **{"/wp-login.php": login})


def test_no_wordpress_is_named_with_evidence() -> None:
    assert "Drupal" in refusal(page("<html><head><meta name='Generator' content='Drupal 10'></head><body><p>Hello</p></body></html>"))
    plain = refusal(page("<html><body><p>Hello, this is my page about many things. It has some words of its own.</p></body></html>"))
    assert "no WordPress" in plain and "check the address" in plain
    assert "not there" in refusal(page("<html><body>nothing</body></html>", 404))


def test_wordpress_that_hides_is_known_by_its_doors() -> None:
    hidden = page("<html><body><p>No sign at all.</p></body></html>")
    with WordPress([Post(1, "one/")], overrides={"/": hidden}) as site:
        assert any("REST index" in e for e in probe(site.url).evidence)
    with WordPress([Post(1, "one/")], rest=False, overrides={"/": hidden}) as site:
        assert "the feed's generator" in probe(site.url).evidence


def test_what_is_no_address_or_answers_nothing() -> None:
    for text in ("", "ftp://example.org/", "not an address", "http://"):
        with pytest.raises(UsageError):
            probe_site(text, None, Settings())  # type: ignore[arg-type]
    with pytest.raises(SiteError, match="can't be reached"):
        probe(f"http://127.0.0.1:{free_port()}/")


def test_robots_that_forbid_everything_are_obeyed() -> None:
    told = refusal(page(WORDPRESS.format("")), **{"/robots.txt": page("User-agent: *\nDisallow: /", content_type="text/plain")})
    assert "robots" in told and "--ignore-robots" in told


def samples(*rows: tuple[str, str, str | None]) -> list[dict[str, str | None]]:
    return [{"link": f"https://example.org{path}", "id": number, "date": date} for path, number, date in rows]


@pytest.mark.parametrize(
    ("rows", "structure"),
    [
        (
            [("/2024/05/06/a/", "1", "2024-05-06T00:00:00"), ("/2023/01/02/b/", "2", "2023-01-02T00:00:00")],
            "/%year%/%monthnum%/%day%/%postname%/",
        ),
        ([("/a/", "1", None), ("/b/", "2", None)], "/%postname%/"),
        ([("/news/a/", "1", None), ("/life/food/b/", "2", None), ("/life/c/", "3", None)], "/%category%/%postname%/"),
        ([("/archives/12", "12", None), ("/archives/13", "13", None)], "/archives/%post_id%"),
        ([("/2024/a/", "1", None)], "/%year%/%postname%/"),
        ([("/blog/a/", "1", None)], "/blog/%postname%/"),
        ([("/?p=1", "1", None)], "/?p=%post_id%"),
        ([("/index.php/2024/05/a/", "1", None)], "/index.php/%year%/%monthnum%/%postname%/"),
        ([], None),
    ],
)
def test_permalink_structure(rows: list[tuple[str, str, str | None]], structure: str | None) -> None:
    assert permalink_structure(samples(*rows)) == structure


def test_signs_on_the_page() -> None:
    html = (
        "<link href='/wp-content/themes/parent/style.css?ver=3.1'><link href='/wp-content/themes/parent-child/style.css?ver=1.0'>"
        "<script src='/wp-includes/js/x.js?ver=6.2.1'></script><script src='/wp-includes/js/jquery.js?ver=3.7.1'></script>"
        "<script src='/wp-includes/y.js?ver=6.2.1'></script>"
        "<script src='/wp-content/plugins/easy-footnotes/a.js'></script><div class='elementor-section'></div><div class='yarpp'></div>"
    )
    assert theme_of(html) == "parent-child 1.0"
    assert version_of(html) == ("6.2.1", "versions of its files")
    assert builder_of(html) == "Elementor"
    assert plugins_of(html, ["yoast/v1"]) == ["Yoast SEO", "Easy Footnotes", "YARPP"]


def test_languages() -> None:
    doc = read_document(
        "<html lang='es-ES'><head><link rel='alternate' hreflang='es' href='/'><link rel='alternate' hreflang='en-US' href='/en/'>"
        "<link rel='alternate' hreflang='x-default' href='/'><link rel='alternate' hreflang='pt_BR' href='/pt/'></head><body>x</body></html>"
    )
    assert languages_of(doc) == ["es-ES", "en-US", "pt-BR"]
