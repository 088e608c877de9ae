"""REST, feed and page of one post → one record, field by field, each with its provenance.

REST knows ids, dates, terms and the stored content; the page knows the related box, byline, comments, builder output and SEO;
the feed steps in where neither is open; archives and author pages where the article's own page lacks a term or an author.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from presslift.records import Account, Article, Capture, Comment, Extraction, Media, Person, RelatedLink, Seo, Term, Translation
from presslift.scraper.fetch.addresses import canonical
from presslift.scraper.parse import custom_fields, people
from presslift.scraper.parse.bodies import as_printed, choose_body
from presslift.scraper.parse.comments import merge_comments
from presslift.scraper.parse.confidence import of_case
from presslift.scraper.parse.document import SPACE
from presslift.scraper.parse.items import FLOATING, ItemReading, fold, is_manual
from presslift.scraper.parse.metadata import NAMELESS_TERMS, UNSHOWN_PICTURE
from presslift.scraper.parse.page import BodyReading, PageReading
from presslift.urls import split_url


class SiteView(Protocol):
    """What the site's other pages told: looked up, never asked for."""

    name: str | None
    language: str | None
    placeholders: frozenset[str]

    def term(self, wp_id: int) -> Term | None:
        """The term with an id."""

    def terms_named(self, name: str) -> list[Term]:
        """The terms with a name, folded."""

    def parent_of(self, term: Term) -> str | None:
        """The name of a term's parent."""

    def account(self, wp_id: int | None, name: str | None = None) -> Account | None:
        """The account with an id or a name."""

    def picture(self, wp_id: int) -> str | None:
        """The full-size address of a media item."""

    def term_by_slug(self, taxonomy: str, slug: str) -> Term | None:
        """The term with a slug."""

    def memberships(self, url: str) -> list[Term]:
        """The terms whose archives list an address."""


class Sources(Struct, kw_only=True):
    """All that was read of one post. ``rest_body`` and ``feed_body`` are the items' contents as read, ``lastmod`` a sitemap's date."""

    url: str
    page: PageReading | None = None
    body: BodyReading | None = None
    rest: ItemReading | None = None
    rest_body: BodyReading | None = None
    feed: ItemReading | None = None
    feed_body: BodyReading | None = None
    rest_comments: list[Comment] = []
    comments_wanted: bool = True
    rest_custom: dict[str, Any] = {}
    lastmod: str | None = None
    type: str | None = None
    captures: list[Capture] = []


class Ballot:
    """Collects values with what spoke for them."""

    def __init__(self, page: PageReading | None):
        self.confidence: dict[str, float] = {}
        self.cues: dict[str, str] = {}
        self._page = page.metadata if page else None

    def pick(self, field: str, *candidates: tuple[Any, str, float]) -> Any:
        """The first value that is there, of (value, cue, confidence); cue ``page`` takes the page's own verdict."""
        for value, cue, confidence in candidates:
            if value is None or value == [] or value == "":
                continue
            if cue == "page" and self._page is not None:
                cue, confidence = self._page.cues.get(field, "page"), self._page.confidence.get(field, confidence)
            self.cues[field], self.confidence[field] = cue, round(confidence, 3)
            return value
        return None


def merge(sources: Sources, site: SiteView) -> Article:
    """The record of one post. ``id`` and the hashes are the caller's. Never raises for a missing source."""
    page, rest, feed = sources.page, sources.rest, sources.feed
    meta, ballot = (page.metadata if page else None), Ballot(page)
    body, cue = choose_body(sources.body, sources.rest_body, sources.feed_body)
    article = Article(url=sources.url, captures=sources.captures)
    article.title = _title(sources, ballot)
    _identity(article, sources, article.title, ballot)
    _dates(article, sources, ballot)
    article.subtitle = ballot.pick("subtitle", (meta and meta.subtitle, "page", 0.8))
    _excerpt(article, sources, ballot)
    article.language = ballot.pick(
        "language", (rest and rest.language, "rest", 1.0), (meta and meta.language, "page", 0.9), (site.language, "site", 0.7)
    )
    _people(article, sources, body, site, ballot)
    _terms(article, sources, site, ballot)
    if body is not None:
        article.body_html = ballot.pick("body", (body.html, cue, 1.0 if cue == "rest" else body.confidence))
        article.footnotes = (
            as_printed(body.notes, sources.body if sources.body is not body else None) if cue in ("rest", "feed") else body.notes
        )
    article.related = _related(page.boxes if page else body.boxes if body else [], body)
    article.translations = _translations(sources, body)
    picture = site.picture(rest.featured_media) if rest and rest.featured_media else None
    # Where REST is read it also knows that there is none.
    page_picture = None if rest and not rest.featured_media else meta and meta.featured_image
    article.featured_image = ballot.pick("featured_image", (picture, "rest", 1.0), (page_picture, "page", 0.8))
    if article.featured_image and meta and (meta.featured_alt or meta.featured_caption):
        shown = Media(position=1, url=article.featured_image, role="featured", kind="image")
        article.media = [replace(shown, alt=meta.featured_alt, caption=meta.featured_caption)]
    article.comments = merge_comments(page.comments.comments if page else [], sources.rest_comments)
    counts = [page.comments.count if page else None, feed.comment_count if feed else None]
    counted = next((c for c in counts if c is not None), len(article.comments))
    article.comment_count = counted
    _provenance(article, sources, body, cue, ballot)
    article.seo = (meta and meta.seo) or (rest and rest.seo) or Seo()
    article.custom = custom_fields.united(sources.rest_custom, page.custom if page else {})
    warnings = [*(page.warnings if page else []), *(meta.warnings if meta else []), *(body.warnings if body else [])]
    if article.featured_image:
        warnings = [w for w in warnings if w != UNSHOWN_PICTURE]
    if all(term.slug != term.name or term.url for term in article.terms):
        warnings = [w for w in warnings if not w.startswith(NAMELESS_TERMS)]
    if counted > len(article.comments) and sources.comments_wanted:
        warnings.append(f"comments: the page counts {counted}, {len(article.comments)} were read")
    for name in ("title", "published", "body_html"):
        if not getattr(article, name) and not (name == "published" and article.status in FLOATING):
            warnings.append(f"{name}: not found")
    article.extraction = Extraction(confidence=ballot.confidence, cues=ballot.cues, warnings=list(dict.fromkeys(warnings)))
    return article


def _provenance(article: Article, sources: Sources, body: BodyReading | None, cue: str, ballot: Ballot) -> None:
    """What spoke for the values that come from one place, or from several together."""
    rest, feed, page = sources.rest, sources.feed, sources.page
    meta = page.metadata if page else None
    ballot.pick("canonical_url", (article.canonical_url, "link rel=canonical", 1.0))
    ballot.pick("guid", (rest and rest.guid, "rest", 1.0), (feed and feed.guid, "feed", 1.0), (meta and meta.guid, "shortlink", 0.9))
    ballot.pick("contributors", (article.contributors, "byline", 0.9))
    styles = ", ".join(dict.fromkeys(note.style for note in article.footnotes))
    ballot.pick("footnotes", (article.footnotes, f"{cue}: {styles}", min((n.confidence for n in article.footnotes), default=1.0)))
    ballot.pick("related", (article.related, ", ".join(dict.fromkeys(link.source for link in article.related)), 0.9))
    told = [
        (rest and rest.translations, "rest", 1.0),
        (meta and meta.translations, "page", 0.95),
        (body and body.translations, "line", 0.9),
    ]
    ballot.pick("translations", *told)
    spoke = [name for name, one in (("page", page and page.comments.comments), ("rest", sources.rest_comments)) if one]
    ballot.pick("comments", (article.comments, " and ".join(spoke), 1.0 if "rest" in spoke else 0.95))
    ballot.pick("custom", ({k: v for k, v in article.custom.items() if v not in (None, [])} or None, "config.yaml", 1.0))


def _identity(article: Article, sources: Sources, title: str | None, ballot: Ballot) -> None:
    rest, feed, meta = sources.rest, sources.feed, sources.page.metadata if sources.page else None
    article.wp_id = ballot.pick(
        "wp_id", (rest and rest.wp_id, "rest", 1.0), (meta and meta.wp_id, "page", 0.95), (feed and feed.wp_id, "feed", 0.95)
    )
    article.type = ballot.pick(
        "type",
        (rest and rest.type, "rest", 1.0),
        (meta and meta.type, "page", 0.9),
        (sources.type, "listing", 0.9),
        (feed and "post", "feed", 0.7),
    )
    article.status = (rest and rest.status) or "publish"
    article.canonical_url = meta.canonical_url if meta else None
    article.guid = next((g for g in (rest.guid if rest else None, feed.guid if feed else None, meta.guid if meta else None) if g), None)
    last = unicodedata.normalize("NFC", unquote(split_url(sources.url).path.rstrip("/").rsplit("/", 1)[-1]))
    # Permalinks such as /archives/123 and /?p=123 don't tell it.
    told = [s if s and s != str(article.wp_id) else None for s in (meta.slug if meta else None, last)]
    # The front page's address has none, and its title is often the site's.
    front = split_url(sources.url).path in ("", "/") and not split_url(sources.url).query
    made = people.title_slug(title, meta.language if meta else None) if title and not front else None
    candidates = [(rest and rest.slug, "rest", 1.0), (told[0], "page", 0.9), (told[1], "url", 0.8), (made, "made from the title", 0.5)]
    article.slug = ballot.pick("slug", *candidates)
    for name in ("menu_order", "sticky", "format", "template"):
        value = getattr(rest, name, None) if rest else None
        setattr(article, name, value if value is not None else getattr(meta, name, None))


def _title(sources: Sources, ballot: Ballot) -> str | None:
    rest, feed, meta = sources.rest, sources.feed, sources.page.metadata if sources.page else None
    title: str | None = ballot.pick(
        "title", (rest and rest.title, "rest", 1.0), (feed and feed.title, "feed", 0.97), (meta and meta.title, "page", 0.8)
    )
    return title


def _dates(article: Article, sources: Sources, ballot: Ballot) -> None:
    rest, feed, meta = sources.rest, sources.feed, sources.page.metadata if sources.page else None
    exact = next(
        (m for m in (rest and rest.published, None if meta and meta.published_precision == "second" else feed and feed.published) if m),
        None,
    )
    if exact is not None:
        source = "rest" if rest and rest.published is exact else "feed"
        article.published, article.published_utc, article.published_precision = exact.local, exact.utc, exact.precision
        ballot.pick("published", (exact.local, source, 1.0))
    elif meta is not None:
        article.published = ballot.pick("published", (meta.published, "page", 0.8))
        article.published_utc, article.published_precision = meta.published_utc, meta.published_precision
    if rest and rest.modified:
        article.modified, article.modified_utc = ballot.pick("modified", (rest.modified.local, "rest", 1.0)), rest.modified.utc
    elif meta is not None:
        article.modified, article.modified_utc = ballot.pick("modified", (meta.modified, "page", 0.8)), meta.modified_utc
    article.published_date = article.published[:10] if article.published else None
    if article.modified is None and sources.lastmod:
        _modified_as_listed(article, sources.lastmod, ballot)


def _modified_as_listed(article: Article, lastmod: str, ballot: Ballot) -> None:
    """What a sitemap says, where nothing else tells when a post was changed; not before it was there."""
    try:
        when = datetime.fromisoformat(lastmod.strip().replace("Z", "+00:00"))
        day = when.date().isoformat()
        utc = when.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z" if when.tzinfo else None
    except (ValueError, OverflowError):
        return
    if article.published_date is None or day >= article.published_date:
        told = when.replace(microsecond=0).isoformat() if when.tzinfo else day
        article.modified, article.modified_utc = ballot.pick("modified", (told, "sitemap", 0.8)), utc


def _excerpt(article: Article, sources: Sources, ballot: Ballot) -> None:
    rest, feed, meta = sources.rest, sources.feed, sources.page.metadata if sources.page else None
    for item, cue in ((rest, "rest"), (feed, "feed")):
        if item is None or not item.excerpt:
            continue
        manual = item.excerpt_manual
        if manual is None and sources.body is not None and sources.body.words:
            # A feed of summaries doesn't hold what its excerpts may be made of; the page does.
            manual = is_manual(item.excerpt, sources.body.html)
        if manual is not None:
            article.excerpt = ballot.pick("excerpt", (item.excerpt, cue, 1.0))
            article.excerpt_source = "manual" if manual else "auto"
            return
    if meta and meta.excerpt:
        article.excerpt, article.excerpt_source = ballot.pick("excerpt", (meta.excerpt, "page", 0.7)), meta.excerpt_source
    elif feed and feed.excerpt:
        article.excerpt, article.excerpt_source = ballot.pick("excerpt", (feed.excerpt, "feed", 0.7)), "auto"


def _people(article: Article, sources: Sources, body: BodyReading | None, site: SiteView, ballot: Ballot) -> None:
    rest, feed, meta = sources.rest, sources.feed, sources.page.metadata if sources.page else None
    named = meta.wp_author if meta else None
    creator = feed.author_names[0] if feed and feed.author_names else None
    if named is not None and creator and fold(named.name) == fold(creator):
        # Pages print typographer's quotes, feeds the name itself.
        named = replace(named, name=creator)
    account = site.account(rest.author_wp_id if rest else None, (named.name if named else None) or creator)
    if account is None and (named or creator):
        account = named or Account(name=creator)
    elif account is not None and named is not None:
        account = Account(
            wp_id=account.wp_id or named.wp_id,
            name=account.name or named.name,
            slug=account.slug or named.slug,
            url=account.url or named.url,
        )
    article.wp_author = ballot.pick("wp_author", (account, "rest" if rest and rest.author_wp_id else "page", 1.0 if rest else 0.9))
    bylines = [b for b in (body, sources.body, sources.rest_body, sources.feed_body) if b is not None and b.byline]
    byline = bylines[0] if bylines else None
    article.byline = ballot.pick("byline", (byline and byline.byline, "byline", 0.95))
    article.contributors = list(byline.contributors if byline else body.contributors if body else [])
    page_people: list[Person] = list(meta.people) if meta else []
    if feed and len(feed.author_names) > 1 and len(page_people) < 2:
        # A co-author plugin prints its authors in the feed, whatever the theme prints.
        known = [site.account(None, name) for name in feed.author_names]
        page_people = [
            Person(name=n, slug=a.slug if a else None, url=a.url if a else None) for n, a in zip(feed.author_names, known, strict=True)
        ]
    if account is not None and [fold(p.name) for p in page_people] == [fold(account.name)]:
        # The account by another spelling (typographer's quotes): its own is the exact one.
        page_people = [Person(name=account.name or "", slug=account.slug, url=account.url)]
    chosen = people.choose_authors(byline.authors if byline else [], page_people, account, site.placeholders, site.name)
    if byline and byline.authors:
        named_twice = {fold(p.name) for p in page_people} == {fold(p.name) for p in chosen}
        case = "byline and page agree" if named_twice else "byline against page" if page_people else "byline alone"
        article.authors = ballot.pick("authors", (chosen, "byline", of_case("authors", case))) or []
    else:
        article.authors = ballot.pick("authors", (chosen, "page" if page_people else "account", of_case("authors", "account"))) or []


def _terms(article: Article, sources: Sources, site: SiteView, ballot: Ballot) -> None:
    rest, feed = sources.rest, sources.feed
    found, cue, confidence, complete = [], "page", 0.9, False
    if rest:
        found, cue, confidence = [t for n in rest.term_ids if (t := site.term(n))], "rest", 1.0
        complete = len(found) == len(rest.term_ids)
    if not complete:
        found = _united(found, _page_terms(sources, site))
        if feed and feed.term_names:
            found, cue = _from_feed(found, feed.term_names, site), "feed"
    terms = [replace(t, url=canonical(t.url)) if t.url else t for t in (_completed(t, site) for t in found)]
    article.terms = ballot.pick("terms", (terms, cue, confidence)) or []
    article.categories = [t for t in article.terms if t.taxonomy == "category"]
    article.tags = [t for t in article.terms if t.taxonomy == "post_tag"]


def _page_terms(sources: Sources, site: SiteView) -> list[Term]:
    """What the page prints; names of slugs that stand in its classes; and the archives that list it, for what it lacks."""
    meta = sources.page.metadata if sources.page else None
    printed = list(meta.terms) if meta else []
    nameless = [(taxonomy, slug) for taxonomy, slugs in (meta.term_slugs if meta else {}).items() for slug in slugs]
    printed += [site.term_by_slug(taxonomy, slug) or Term(taxonomy=taxonomy, name=slug, slug=slug) for taxonomy, slug in nameless]
    numbers = meta.term_numbers if meta else []
    numbered = [t for n in numbers if (t := site.term(n)) is not None]
    told = {t.taxonomy for t in [*printed, *(numbered if len(numbered) == len(numbers) else [])]}
    printed += numbered
    listed = [t for t in site.memberships(sources.url) if t.taxonomy not in told]
    # What stands in a child term stands in its parent's archive too.
    parents = {fold(site.parent_of(t)) for t in listed} - {""}
    return [*printed, *(t for t in listed if fold(t.name) not in parents)]


def _united(*lists: Iterable[Term]) -> list[Term]:
    seen: dict[tuple[str, str], Term] = {}
    slugs: set[tuple[str, str]] = set()
    for term in (t for terms in lists for t in terms):
        key, slug = (term.taxonomy, fold(term.name)), (term.taxonomy, term.slug or "")
        if key not in seen and slug not in slugs:
            seen[key] = term
            slugs |= {slug} if term.slug else set()
    return list(seen.values())


def _from_feed(found: list[Term], names: list[str], site: SiteView) -> list[Term]:
    """A feed's names are exact and complete but don't tell the taxonomy; a page's terms and the site's archives do."""
    known: dict[str, Term] = {fold(t.name): t for t in reversed(found)}
    custom = [t for t in found if t.taxonomy not in ("category", "post_tag")]
    terms: list[Term] = []
    for name in names:
        term = known.get(fold(name)) or next(iter(site.terms_named(name)), None)
        terms.append(term or Term(taxonomy="category" if not terms else "post_tag", name=name, slug=people.name_slug(name)))
    return _united(terms, custom)


def _completed(term: Term, site: SiteView) -> Term:
    twin = next((t for t in site.terms_named(term.name) if t.taxonomy == term.taxonomy and (not term.slug or t.slug == term.slug)), None)
    if twin is not None:
        term = Term(
            taxonomy=term.taxonomy,
            name=twin.name,
            slug=twin.slug or term.slug,
            url=twin.url or term.url,
            wp_id=twin.wp_id or term.wp_id,
            parent=twin.parent or term.parent,
        )
    return (
        term if term.parent else Term(**{f: getattr(term, f) for f in term.__struct_fields__ if f != "parent"}, parent=site.parent_of(term))
    )


def _related(boxes: list[RelatedLink], body: BodyReading | None) -> list[RelatedLink]:
    links = [*boxes, *(body.inline if body else [])]
    for position, link in enumerate(links, 1):
        link.position = position
    return links


def _translations(sources: Sources, body: BodyReading | None) -> list[Translation]:
    rest, meta = sources.rest, sources.page.metadata if sources.page else None
    said = [Translation(language=k, url=v) for k, v in (rest.translations if rest else {}).items()]
    bodies = [b for b in (body, sources.body, sources.rest_body) if b is not None]
    found: dict[str, Translation] = {}
    for sibling in [*said, *(meta.translations if meta else []), *(t for b in bodies for t in b.translations)]:
        found.setdefault(SPACE.sub("", sibling.url).split("#")[0].rstrip("/"), sibling)
    return list(found.values())
