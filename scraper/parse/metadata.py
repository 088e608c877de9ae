"""What one page says of its article, apart from the body: every cue votes, the table of cues holds the weights."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from presslift.config import SiteSettings
from presslift.records import Account, Person, Precision, Seo, Term, Translation
from presslift.scraper.parse.authorship import Authorship, read_authorship
from presslift.scraper.parse.confidence import calibrated
from presslift.scraper.parse.cues import Decision, gather
from presslift.scraper.parse.document import Document, text_of
from presslift.scraper.parse.featured import read_featured, read_thumbnail
from presslift.scraper.parse.identity import page_kind, post_type, slug_of
from presslift.scraper.parse.languages import read_language, read_translations
from presslift.scraper.parse.publication import Dates, read_dates
from presslift.scraper.parse.terms import read_terms
from presslift.scraper.parse.titles import fold, read_site_names, read_title
from presslift.scraper.parse.view import PageView

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile


NAMELESS_TERMS = "terms: the page has no name for "
UNSHOWN_PICTURE = "featured_image: the page tells of one and shows none"


class Metadata(Struct, kw_only=True):
    """The metadata of one page; absent values are None or empty.

    ``people`` are those the page names as authors outside its body (co-author plugins, JSON-LD, theme bylines), as
    printed; ``wp_author`` is the account. ``term_slugs`` (taxonomy → slugs) are terms whose name the page doesn't tell,
    ``term_numbers`` the ids of such.
    ``confidence`` and ``cues`` go by the names of the record's fields.
    """

    title: str | None = None
    subtitle: str | None = None
    published: str | None = None
    published_utc: str | None = None
    published_date: str | None = None
    published_precision: Precision | None = None
    modified: str | None = None
    modified_utc: str | None = None
    wp_author: Account | None = None
    people: list[Person] = []
    excerpt: str | None = None
    excerpt_source: Literal["manual", "auto", "meta"] | None = None
    language: str | None = None
    wp_id: int | None = None
    type: str | None = None
    guid: str | None = None
    aliases: list[str] = []
    canonical_url: str | None = None
    slug: str | None = None
    format: str | None = None
    template: str | None = None
    parent_wp_id: int | None = None
    sticky: bool | None = None
    terms: list[Term] = []
    term_slugs: dict[str, list[str]] = {}
    term_numbers: list[int] = []
    featured_image: str | None = None
    featured_alt: str | None = None
    featured_caption: str | None = None
    seo: Seo = field(default_factory=Seo)
    translations: list[Translation] = []
    site_name: str | None = None
    kind: str = "unknown"
    confidence: dict[str, float] = {}
    cues: dict[str, str] = {}
    warnings: list[str] = []


FILLERS = frozenset({"visit the post for more.", "just another wordpress site", "otro sitio realizado con wordpress"})
SEO_META = (
    "og:",
    "twitter:",
    "article:",
    "fb:",
    "robots",
    "description",
    "keywords",
    "author",
    "generator",
    "dc.",
    "dcterms.",
    "parsely-",
    "sailthru.",
    "citation_",
    "news_keywords",
    "googlebot",
)


def read_metadata(
    doc: Document,
    profile: SiteProfile | None = None,
    settings: SiteSettings | None = None,
    *,
    now: datetime | None = None,
    poster: str | None = None,
) -> Metadata:
    """Read a page's metadata. Changes nothing in the tree and never raises on odd pages.

    ``profile`` is what was learned of the site, ``settings`` what a person told of it, ``now`` when the page was fetched: only
    with it are relative dates read; ``poster`` the name under which the post's author comments. Comments and related boxes
    should be out of the tree by then.
    """
    view = PageView(doc, profile)
    found = Metadata(kind=page_kind(doc), seo=_seo(view))
    names = read_site_names(view)
    found.site_name = names.name
    _identify(found, view)
    _take(found, "title", read_title(view, names))
    _take(found, "language", read_language(view, settings))
    _take(found, "subtitle", _subtitle(view, found.title))
    _date(found, read_dates(view, found.language, settings, now))
    _people(found, read_authorship(view, names, settings, poster))
    terms = read_terms(view)
    found.terms, found.term_slugs, found.term_numbers = terms.terms, terms.nameless, terms.numbers
    if terms.cue:
        found.cues["terms"], found.confidence["terms"] = terms.cue, terms.confidence
    if terms.nameless:
        found.warnings.append(NAMELESS_TERMS + ", ".join(f"{t} {s}" for t, slugs in sorted(terms.nameless.items()) for s in slugs))
    _take(found, "featured_image", read_featured(view))
    if found.featured_image is not None:
        found.featured_alt, found.featured_caption = read_thumbnail(view, found.featured_image)
    if found.featured_image is None and "has-post-thumbnail" in (view.main.get("class") or "").split():
        found.warnings.append(UNSHOWN_PICTURE)
    found.translations = read_translations(view, found.language)
    _excerpt(found, view)
    return found


def _take(found: Metadata, field: str, decision: Decision[str] | None) -> None:
    if decision is not None:
        setattr(found, field, decision.value)
        found.cues[field], found.confidence[field] = decision.cue, round(calibrated(field, decision.confidence), 3)


def _identify(found: Metadata, view: PageView) -> None:
    for name, told in (("wp_id", view.wp_id), ("type", post_type(view))):
        if told is not None:
            setattr(found, name, told[0])
            found.cues[name], found.confidence[name] = told[1], 0.98
    found.canonical_url = view.canonical
    for link in view.index.find("link[rel=shortlink]"):
        address = view.absolute(link.get("href") or "")
        if re.search(r"[?&](?:p|page_id)=\d+", address):
            found.aliases.append(address)
    found.slug = slug_of(view.url or view.canonical or "", found.wp_id)
    for name in view.doc.body_classes:
        if name.startswith("single-format-"):
            found.format = name.removeprefix("single-format-")
        elif match := re.fullmatch(r"parent-pageid-(\d{1,18})", name):
            found.parent_wp_id = int(match[1])
        elif match := re.fullmatch(r"(?:page|post)-template-((?:[\w-]+)-php)", name):
            found.template = f"{match[1].removesuffix('-php')}.php"
    if "sticky" in (view.main.get("class") or "").split():
        found.sticky = True


def _subtitle(view: PageView, title: str | None) -> Decision[str] | None:
    for vote in gather(view, "subtitle"):
        if len(vote.text) <= 400 and (not title or fold(vote.text) != fold(title)):
            return Decision(value=vote.text, cue=vote.cue.name, confidence=vote.cue.weight)
    return None


def _date(found: Metadata, dates: Dates) -> None:
    if dates.published is not None:
        moment = dates.published.value
        found.published, found.published_utc = moment.local, moment.utc
        found.published_date, found.published_precision = moment.day.isoformat(), moment.sure
        found.cues["published"], found.confidence["published"] = (
            dates.published.cue,
            round(calibrated("published", dates.published.confidence), 3),
        )
    if dates.modified is not None:
        found.modified, found.modified_utc = dates.modified.value.local, dates.modified.value.utc
        found.cues["modified"], found.confidence["modified"] = (
            dates.modified.cue,
            round(calibrated("modified", dates.modified.confidence), 3),
        )
    found.warnings.extend(dates.warnings)


def _people(found: Metadata, authorship: Authorship) -> None:
    found.wp_author = authorship.account
    if authorship.people is not None:
        found.people = list(authorship.people.value)
        found.cues["authors"], found.confidence["authors"] = (
            authorship.people.cue,
            round(calibrated("authors", authorship.people.confidence), 3),
        )


def _excerpt(found: Metadata, view: PageView) -> None:
    for name in ("description", "og:description", "twitter:description"):
        for text in view.doc.meta.get(name, [])[:1]:
            text = " ".join(html.unescape(text).split())
            if text.lower() not in FILLERS and len(text) > 1:
                found.excerpt, found.excerpt_source = text, "meta"
                found.cues["excerpt"], found.confidence["excerpt"] = name, 0.6
                return


def _seo(view: PageView) -> Seo:
    meta = view.doc.meta

    def first(*names: str) -> str | None:
        return next((html.unescape(v) for n in names for v in meta.get(n, [])[:1]), None)

    titles = view.index.find("head > title") or view.index.tagged("title")
    kept = {n: v for n, v in meta.items() if n.startswith(SEO_META)}
    raw = {"meta": kept, "json_ld": view.doc.json_ld}
    return Seo(
        title=text_of(titles[0]) or None if titles else None,
        description=first("description", "og:description"),
        canonical=view.canonical,
        robots=first("robots"),
        og_type=first("og:type"),
        og_image=first("og:image", "og:image:url"),
        raw=json.dumps(raw, ensure_ascii=False, default=str) if kept or view.doc.json_ld else None,
    )
