"""One page's metadata: votes, traps, and nothing invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from presslift.config import SiteSettings
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.metadata import Metadata, read_metadata
from presslift.scraper.site import SiteProfile

URL = "https://press.example.org/rivers/"
TEXT = "<p>The council met in the old hall and spoke of bridges, roads and rivers.</p>" * 4
HEADING = "<h1 class=entry-title>Rivers</h1>"


def read(
    head: str = "",
    article: str = "",
    after: str = "",
    *,
    lang: str = "en-US",
    settings: SiteSettings | None = None,
    now: datetime | None = None,
) -> Metadata:
    html = (
        f"<html lang='{lang}'><head><title>Rivers – Our Press</title><meta property='og:site_name' content='Our Press'>{head}</head>"
        f"<body class='single single-post postid-7 single-format-standard'><main>"
        f"<article id=post-7 class='post-7 post'>{HEADING}{article}{TEXT}</article></main>{after}</body></html>"
    )
    return read_metadata(read_document(html, URL), None, settings, now=now)


def graph(*nodes: dict[str, object]) -> str:
    return f"<script type='application/ld+json'>{json.dumps({'@context': 'https://schema.org', '@graph': nodes})}</script>"


# ---- dates


def test_offset_of_the_theme_joins_the_instant_of_the_plugin() -> None:
    meta = read(
        "<meta property='article:published_time' content='2024-03-02T01:30:00+00:00'>"
        "<meta property='article:modified_time' content='2024-03-05T10:00:00+00:00'>",
        "<span class=posted-on><time class='entry-date published' datetime='2024-03-01T22:30:00-03:00'>1 March 2024</time></span>",
    )
    assert (meta.published, meta.published_utc) == ("2024-03-01T22:30:00-03:00", "2024-03-02T01:30:00Z")
    assert (meta.published_date, meta.published_precision) == ("2024-03-01", "second")
    assert meta.modified == "2024-03-05T10:00:00+00:00"
    assert meta.confidence["published"] > 0.9


def test_visible_clock_tells_the_offset() -> None:
    meta = read(
        "<meta property='article:published_time' content='2024-03-02T01:30:20+00:00'>",
        "<div class=entry-meta>March 1, 2024 at 10:30 pm</div>",
    )
    assert (meta.published, meta.published_utc) == ("2024-03-01T22:30:20-03:00", "2024-03-02T01:30:20Z")


def test_visible_day_outranks_the_day_in_utc() -> None:
    meta = read(
        "<meta property='article:published_time' content='2024-03-02T01:30:00+00:00'>", "<span class=posted-on>March 1, 2024</span>"
    )
    assert (meta.published, meta.published_precision, meta.published_utc) == ("2024-03-01", "day", "2024-03-02T01:30:00Z")


def test_configured_zone() -> None:
    meta = read(
        "<meta property='article:published_time' content='2024-07-02T01:30:00+00:00'>", settings=SiteSettings(timezone="America/New_York")
    )
    assert meta.published == "2024-07-01T21:30:00-04:00"


def test_class_updated_may_hold_the_publication() -> None:
    meta = read(
        article="<span class=td-post-date><time class='entry-date updated td-module-date' datetime='2024-03-01T09:00:00+01:00'>1 March</time></span>"
    )
    assert meta.published == "2024-03-01T09:00:00+01:00"


def test_modified_printed_before_published() -> None:
    meta = read(
        article="<span class=posted-on><time class=updated itemprop=dateModified datetime='2024-03-09T09:00:00+01:00'>9</time>"
        "<time class='entry-date published' itemprop=datePublished datetime='2024-03-01T09:00:00+01:00'>1</time></span>"
    )
    assert (meta.published, meta.modified) == ("2024-03-01T09:00:00+01:00", "2024-03-09T09:00:00+01:00")


def test_published_class_inside_an_updated_item() -> None:
    meta = read(
        "<meta property='article:published_time' content='2024-03-01T08:00:00+00:00'>",
        "<span class=updated-on><time class='entry-date published updated' datetime='2024-03-09T09:00:00+01:00'>9</time></span>",
    )
    assert meta.published is not None and meta.published.startswith("2024-03-01")
    assert meta.modified == "2024-03-09T09:00:00+01:00"


def test_date_of_suggested_post() -> None:
    card = (
        "<div class=related-posts><article class='post-9 post'>"
        "<time class='entry-date published' datetime='2021-01-01T00:00:00+00:00'>2021</time></article></div>"
    )
    widget = "<aside class='widget widget_recent_entries'><span class=post-date>January 5, 2020</span></aside>"
    assert read(after=card + widget).published is None
    assert read(article="<span class=posted-on>2 May 2024</span>", after=card + widget).published == "2024-05-02"


def test_day_in_words_and_in_the_address() -> None:
    assert read(article="<span class=posted-on>18 de marzo de 2024</span>", lang="es").published == "2024-03-18"
    html = f"<html><body class='single postid-7'><h1>Rivers</h1>{TEXT}</body></html>"
    assert read_metadata(read_document(html, "https://press.example.org/2024/03/18/rivers/")).published == "2024-03-18"


def test_days_beyond_the_text_are_no_publication() -> None:
    text = "<p>" + "The boats come back before the wind does. " * 60 + "</p>"
    beside = "<div class='c2'><p>12 May 2024</p></div>"
    assert read(article=text, after=beside).published is None
    assert read(article=f"<p>12 May 2024</p>{text}").published == "2024-05-12"


def test_day_in_a_long_line_of_several_things() -> None:
    line = "2 May 2024 | by Ana Ruiz de la Peña | Culture and Arts, Politics, Economy and Trade | 3 Comments"
    assert read(article=f"<div class=c3>{line}</div>").published == "2024-05-02"


def test_a_title_that_ends_in_a_word_of_change() -> None:
    html = f"<html lang=es><body class='single postid-7'><article><h1>Un sistema actualizado</h1><div>2 de mayo de 2024 | Ana Ruiz</div>{TEXT}</article></body></html>"
    assert read_metadata(read_document(html, URL)).published == "2024-05-02"


def test_relative_date_is_flagged() -> None:
    article = "<span class='date meta-item'>hace 3 días</span>"
    assert read(article=article, lang="es").published is None
    meta = read(article=article, lang="es", now=datetime(2024, 3, 20, tzinfo=UTC))
    assert meta.published == "2024-03-17" and meta.confidence["published"] <= 0.6
    assert any("distance" in w for w in meta.warnings)


def test_words_before_the_date_tell_that_it_is_the_change() -> None:
    head = "<meta property='article:published_time' content='2023-04-02T08:00:00+00:00'>"
    meta = read(head, "<time class=pubdate datetime='2024-12-17'>Last updated: Dec 17, 2024</time>")
    assert (meta.published_date, (meta.modified or "")[:10]) == ("2023-04-02", "2024-12-17")


def test_unseen_day_of_the_change_inside_the_line() -> None:
    line = "<div class=entry-meta>By Ana Ruiz | <span class=updated>2024-01-20T09:12:31+01:00</span><span>January 14th, 2024</span></div>"
    assert read("", line).published_date == "2024-01-14"


def test_date_in_pieces_without_spaces() -> None:
    assert read("", "<div class=datum><span>Feb</span> <span>18</span><span>2009</span></div>").published_date == "2009-02-18"


def test_day_that_analytics_are_told() -> None:
    script = '<script>dataLayer.push({"pagePostDate":"22. Dezember 2022","pagePostDateYear":"2022"});</script>'
    assert read(script, lang="de-DE").published_date == "2022-12-22"


# ---- people


def test_account_and_person_from_the_byline() -> None:
    meta = read(
        article="<span class=byline>by <span class='author vcard'><a class='url fn n' rel=author href='/author/aruiz/'>Ana Ruiz</a></span></span>"
    )
    assert meta.wp_author is not None
    assert (meta.wp_author.name, meta.wp_author.slug, meta.wp_author.url) == (
        "Ana Ruiz",
        "aruiz",
        "https://press.example.org/author/aruiz/",
    )
    assert [(p.name, p.slug) for p in meta.people] == [("Ana Ruiz", "aruiz")]


def test_guest_authors() -> None:
    links = " and ".join(
        f"<a class='author url fn' rel=author title='Posts by {n}' href='/author/{s}/'>{n}</a>"
        for n, s in (("Ana Ruiz", "ana"), ("Bo Li", "bo"))
    )
    head = (
        graph({"@type": "Article", "@id": f"{URL}#article", "author": {"@type": "Person", "name": "Ana Ruiz"}})
        + "<meta name=author content='Ana Ruiz'>"
    )
    meta = read(head, f"<span class=byline>by {links}</span>")
    assert [p.name for p in meta.people] == ["Ana Ruiz", "Bo Li"]


def test_author_that_is_a_reference_in_the_graph() -> None:
    head = graph(
        {
            "@type": "Article",
            "@id": f"{URL}#article",
            "mainEntityOfPage": {"@id": URL},
            "author": {"@id": "https://press.example.org/#/schema/person/1"},
        },
        {
            "@type": "Person",
            "@id": "https://press.example.org/#/schema/person/1",
            "name": "Ana Ruiz",
            "url": "https://press.example.org/author/ana/",
        },
        {"@type": "Organization", "@id": "https://press.example.org/#org", "name": "Our Press"},
    )
    meta = read(head)
    assert [(p.name, p.slug) for p in meta.people] == [("Ana Ruiz", "ana")]
    assert meta.cues["authors"] == "Article.author"


def test_label_tells_which_number_is_the_author() -> None:
    time = "<meta name=twitter:label1 content='Est. reading time'><meta name=twitter:data1 content='5 minutes'>"
    assert read(time).people == []
    author = "<meta name=twitter:label2 content='Escrito por'><meta name=twitter:data2 content='Ana Ruiz'>"
    assert [p.name for p in read(time + author).people] == ["Ana Ruiz"]


@pytest.mark.parametrize("name", ["admin", "Our Press", "Redacción"])
def test_placeholder_is_an_account_and_no_person(name: str) -> None:
    meta = read(article=f"<span class=byline><a rel=author href='/author/x/'>{name}</a></span>")
    assert meta.people == [] and meta.wp_author is not None and meta.wp_author.name == name


def test_site_that_bears_its_authors_name() -> None:
    head = "<meta property='og:site_name' content='Ana Ruiz'>" + graph(
        {"@type": "WebSite", "name": "Ana Ruiz", "publisher": {"@id": "#me"}},
        {"@type": ["Person", "Organization"], "@id": "#me", "name": "Ana Ruiz"},
    )
    assert [p.name for p in read(head, "<span class=byline><a rel=author href='/author/ana/'>Ana Ruiz</a></span>").people] == ["Ana Ruiz"]


def test_author_of_a_suggested_post_does_not_vote() -> None:
    card = "<div class=related-posts><article class=post-9><a rel=author href='/author/bo/'>Bo Li</a></article></div>"
    assert read(after=card).people == []


# ---- language, translations


def test_language_and_siblings() -> None:
    head = "".join(
        f"<link rel=alternate href='{u}' hreflang='{c}'>"
        for c, u in (
            ("en", URL),
            ("es", "https://press.example.org/es/rios/"),
            ("pt-BR", "https://press.example.org/pt/rios/"),
            ("x-default", URL),
            ("fr", "https://press.example.org/fr/"),
        )
    )
    meta = read(head)
    assert meta.language == "en-US"
    assert [(t.language, t.url) for t in meta.translations] == [
        ("es", "https://press.example.org/es/rios/"),
        ("pt-BR", "https://press.example.org/pt/rios/"),
    ]


def test_switcher_without_hreflang() -> None:
    menu = (
        "<ul><li class='lang-item lang-item-en current-lang'><a lang=en-US href='/rivers/'>English</a></li>"
        "<li class='lang-item lang-item-es'><a lang=es-ES hreflang=es-ES href='/es/rios/'>Español</a></li>"
        "<li class='lang-item lang-item-fr no-translation'><a lang=fr-FR href='/fr/'>Français</a></li></ul>"
    )
    assert [(t.language, t.url) for t in read(after=menu).translations] == [("es-ES", "https://press.example.org/es/rios/")]


def test_pages_of_one_language_have_no_siblings() -> None:
    assert read(f"<link rel=alternate hreflang=en href='{URL}'>").translations == []


@pytest.mark.parametrize(
    ("lang", "tag"),
    [("es", "es"), ("pt_BR", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"), ("de-DE-formal", "de-DE"), ("", None), ("nonsense!", None)],
)
def test_language_tags(lang: str, tag: str | None) -> None:
    assert read(lang=lang).language == tag


# ---- identity, seo, robustness


def test_ids_and_addresses() -> None:
    meta = read("<link rel=canonical href='/rivers/'><link rel=shortlink href='/?p=7'>")
    assert (meta.wp_id, meta.type, meta.slug, meta.format) == (7, "post", "rivers", "standard")
    assert meta.canonical_url == URL and meta.aliases == ["https://press.example.org/?p=7"]


def test_custom_type_and_page() -> None:
    html = "<body class='single single-project postid-9 project-template-default'><article class='post-9 project type-project'><h1>A</h1></article></body>"
    assert read_metadata(read_document(html, URL)).type == "project"
    page = read_metadata(read_document("<body class='page page-id-3 parent-pageid-2 page-template-wide-php'><h1>A</h1></body>", URL))
    assert (page.type, page.wp_id, page.parent_wp_id, page.template) == ("page", 3, 2, "wide.php")


def test_seo_is_kept_as_found() -> None:
    meta = read(
        "<meta name=description content='All about rivers &amp; roads.'><meta name=robots content='noindex'><meta property='og:type' content=article>"
        + graph({"@type": "Article", "headline": "R"})
    )
    assert (meta.seo.title, meta.seo.description, meta.seo.robots, meta.seo.og_type) == (
        "Rivers – Our Press",
        "All about rivers & roads.",
        "noindex",
        "article",
    )
    assert json.loads(meta.seo.raw or "")["json_ld"] == [{"@type": "Article", "headline": "R"}]
    assert (meta.excerpt, meta.excerpt_source) == ("All about rivers & roads.", "meta")


def test_filler_is_no_excerpt() -> None:
    assert read("<meta property='og:description' content='Visit the post for more.'>").excerpt is None


@pytest.mark.parametrize(
    "html",
    [
        "<p>x",
        "<html><head>"
        '<script type=\'application/ld+json\'>[{"@type": 5, "author": [null, 3, {"name": [1]}]}, {"@graph": 7}]</script></head><body>x</body></html>',
        "<html><head><script type='application/ld+json'>"
        '{"@type":"Article","author":{"@id":"#a"},"@id":"#a","datePublished":{"x":1}}'
        "</script></head><body>x</body></html>",
        "<link rel=canonical href='http://[bad'><link rel=shortlink href='http://[bad?p=1'>"
        "<a rel=author href='http://[x'>A B</a><h1><a href='http://[x'>T</a></h1>",
        "<body class='postid-99999999999999999999999 single'><h1></h1><time datetime='9999-99-99'>x</time></body>",
        "<h1>" + "a" * 100_000 + "</h1><div class=author>" + "(" * 50_000 + "</div>",
        "<article>" * 400 + "<h1>Deep</h1>" + "</article>" * 400,
    ],
)
def test_odd_pages_never_raise(html: str) -> None:
    for url in (URL, None, "not an address"):
        assert isinstance(read_metadata(read_document(html, url)), Metadata)


# ---- what the site taught


def test_learned_selectors_and_placeholders() -> None:
    body = (
        f"<body class='single postid-7'><div class=x9><b class=t>Rivers</b><i class=d>2 May 2024</i><a class=w>Ana Ruiz</a></div>{TEXT}"
        "<span class=byline><a rel=author href='/author/mesa/'>Mesa Central</a></span></body>"
    )
    profile = SiteProfile(titles=[".x9 b"], dates=[".x9 .d"], authors=[".x9 .w", ":::"], placeholder_accounts=["Mesa Central"])
    meta = read_metadata(read_document(f"<html><head><title>Rivers, then and now</title></head>{body}</html>", URL), profile)
    assert (meta.title, meta.published, [p.name for p in meta.people]) == ("Rivers", "2024-05-02", ["Ana Ruiz"])
    assert meta.cues["title"] == "learned: .x9 b"


def test_type_by_the_link_to_rest() -> None:
    def kind(base: str) -> str | None:
        link = f"<link rel=alternate type=application/json href='https://press.example.org/wp-json/wp/v2/{base}/7'>"
        html = f"<html><head>{link}</head><body><main>{HEADING}{TEXT}</main></body></html>"
        return read_metadata(read_document(html, URL)).type

    assert [kind(b) for b in ("posts", "pages", "recipe", "tags")] == ["post", "page", "recipe", None]
