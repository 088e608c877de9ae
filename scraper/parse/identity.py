"""What kind of page this is, which post it is, and what an archive page tells of the articles it lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Literal
from urllib.parse import parse_qs, unquote

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.scraper.knowledge import table
from presslift.scraper.parse.dates import language_rows
from presslift.scraper.parse.document import Document, text_of
from presslift.scraper.parse.featured import image_address
from presslift.scraper.parse.graph import types_of
from presslift.scraper.parse.people import fold_name, name_slug
from presslift.scraper.parse.terms import archive_of
from presslift.scraper.parse.titles import cut_site, read_site_names
from presslift.scraper.parse.view import PageView
from presslift.urls import split_url

PageKind = Literal["single", "page", "archive", "home", "search", "404", "attachment", "protected", "unknown"]

POST_FORM = "form.post-password-form, form[action*='action=postpass']"
NOT_TYPES = frozenset({"format", "author", "template", "layout"})

MENUS = re.compile(r"(?:^|[-_ ])(?:widget|sidebar|menu)(?:[-_ ]|$)")
COMMENT = re.compile(r"(?:^|[ -])comment(?:-body|[-_]\d+)?(?: |$)")
COMMENTS = re.compile(r"(?:^| )(?:(?:post|entry|wp-block)-)?(?:comments(?:-(?:area|list|section|wrap\w*|container))?|comment-?list)(?: |$)")
LAYOUTS = re.compile(r"(?:has|no|with|left|right|content)-sidebar|sidebar-(?:wrap|layout)|elementor")


class ArchiveFacts(Struct, kw_only=True):
    """What an archive page says: ``kind`` tells which archive, ``members`` are its articles' addresses in order.

    ``kind`` is term, author, date, type or home; ``taxonomy`` only for term. ``description`` is a term's description or an
    author's biography; ``pictures`` are the members' thumbnails by address, in the size the list shows.
    """

    kind: Literal["term", "author", "date", "type", "home", "unknown"] = "unknown"
    taxonomy: str | None = None
    name: str | None = None
    slug: str | None = None
    wp_id: int | None = None
    url: str | None = None
    description: str | None = None
    members: list[str] = []
    pictures: dict[str, str] = {}
    next_url: str | None = None
    page: int = 1


def page_kind(doc: Document) -> PageKind:
    """The kind of a page, by what WordPress prints in its body classes first, by the page's shape otherwise."""
    names = doc.body_classes
    if "error404" in names:
        return "404"
    if doc.find(POST_FORM) and not names & {"archive", "blog", "search"}:
        return "protected"
    if "attachment" in names or any(re.fullmatch(r"attachmentid-\d+", n) for n in names):
        return "attachment"
    if names & {"search", "search-results", "search-no-results"}:
        return "search"
    if "blog" in names and "single" not in names:
        return "home"
    if names & {"archive", "category", "tag", "author", "date"} and not names & {"single", "page"}:
        return "archive"
    if "single" in names or any(re.fullmatch(r"postid-\d+", n) for n in names):
        return "single"
    if "page" in names or any(re.fullmatch(r"page-id-\d+", n) for n in names):
        return "page"
    return _kind_by_shape(doc)


def _kind_by_shape(doc: Document) -> PageKind:
    types = {t for n in doc.json_ld for t in types_of(n)}
    links = [e.get("href") or "" for e in doc.root.iter("link") if e.get("rel") in ("shortlink", "alternate")]
    if any(re.search(r"[?&]p=\d+$|/wp/v2/posts/\d+", h) for h in links):
        return "single"
    if any(re.search(r"[?&]page_id=\d+$|/wp/v2/pages/\d+", h) for h in links):
        return "page"
    if types & {"CollectionPage", "ProfilePage"} or any(re.search(r"/wp/v2/(?:categories|tags|users)/\d+", h) for h in links):
        return "archive"
    if types & {"Article", "NewsArticle", "BlogPosting"} or doc.meta.get("article:published_time"):
        return "single"
    articles = [a for a in doc.root.iter("article") if not _is_beside(a)]
    if len(articles) == 1 or _stands_out(doc, articles) or doc.commented_id is not None or doc.meta.get("og:type", [""])[0] == "article":
        return "single"
    return "archive" if len(articles) >= 4 else "unknown"


def _is_beside(article: HtmlElement) -> bool:
    """Whether an ``article`` is no entry of the page: a comment, a part of another, or in a side bar."""
    if in_menu(article) or COMMENT.search(f"{article.get('class') or ''} {article.get('id') or ''}"):
        return True
    return any(a.tag == "article" or COMMENTS.search(f"{a.get('class') or ''} {a.get('id') or ''}") for a in _below_body(article))


def _below_body(element: HtmlElement) -> Iterator[HtmlElement]:
    return (above for above in element.iterancestors() if above.tag not in ("body", "html"))


def _stands_out(doc: Document, articles: list[HtmlElement]) -> bool:
    """Whether one of several entries is the page's own and the others its related ones: it has the heading, and most of the text."""
    headings = list(doc.root.iter("h1"))
    if len(headings) != 1:
        return False
    own = [a for a in articles if a in headings[0].iterancestors()]
    return bool(own) and len(text_of(own[0])) > sum(len(text_of(a)) for a in articles if a is not own[0])


def post_type(view: PageView) -> tuple[str, str] | None:
    """The post's type and the cue that told it."""
    types = [n.removeprefix("type-") for n in (view.main.get("class") or "").split() if n.startswith("type-")]
    if types and types[0] not in NOT_TYPES:
        return types[0], "article class"
    return _type_of_body(view.doc.body_classes) or _type_of_links(view)


def _type_of_body(names: frozenset[str]) -> tuple[str, str] | None:
    if "attachment" in names:
        return "attachment", "body class"
    if "page" in names and "single" not in names:
        return "page", "body class"
    single = [n.removeprefix("single-") for n in sorted(names) if n.startswith("single-") and n.split("-")[1] not in NOT_TYPES]
    if "single" not in names or not single:
        return None
    # Themes add classes of their own that begin alike; core has the type in the template's class too.
    likely = [n for n in single if n in ("post", "page") or f"{n}-template-default" in names or f"{n}-template" in names]
    return ((likely or single)[0], "body class") if likely or len(single) == 1 else None


def _type_of_links(view: PageView) -> tuple[str, str] | None:
    for link in view.index.find("link[type='application/json'][href*='/wp/v2/']"):
        match = re.search(r"/wp/v2/(?!users/|categories/|tags/|taxonomies/|types/|statuses/)([\w-]+)/\d+$", link.get("href") or "")
        if match:
            return {"posts": "post", "pages": "page", "media": "attachment"}.get(match[1], match[1]), "rest link"
    for link in view.index.find("link[rel=shortlink]"):
        if "page_id=" in (link.get("href") or ""):
            return "page", "shortlink"
    return None


def slug_of(url: str, wp_id: int | None) -> str | None:
    """The slug in a permalink, decoded, NFC; None where the permalink holds the id instead."""
    parts = split_url(url)
    if not parts.path.strip("/"):
        return None
    steps = [s for s in parts.path.split("/") if s]
    last = unicodedata.normalize("NFC", unquote(steps[-1]))
    last = re.sub(r"\.(?:html?|php|aspx?)$", "", last)
    if re.fullmatch(r"\d{1,18}", last) and (int(last) == wp_id or (len(steps) > 1 and steps[-2] == "archives")):
        return None
    return None if last == "index" else last


def read_archive(doc: Document) -> ArchiveFacts:
    """Read an archive page; for an author's page, ``name``, ``slug``, ``wp_id`` and ``description`` are the author's."""
    view = PageView(doc)
    facts = ArchiveFacts(url=view.canonical or view.url or None)
    _told_by_classes(facts, doc.body_classes)
    _told_by_address(facts, view.url or view.canonical or "")
    facts.name = _archive_name(view, facts.kind, facts.slug)
    facts.description = next((t for e in view.index.find(table("cues")["archives"]["descriptions"]) if (t := text_of(e))), None)
    _read_members(facts, view)
    facts.next_url = _next_page(view)
    return facts


def _told_by_classes(facts: ArchiveFacts, names: frozenset[str]) -> None:
    numbers = {m[1]: m[2] for n in names if (m := re.fullmatch(r"(category|tag|author|term|paged)-(\d{1,18})", n))}
    slugs = {
        m[1]: m[2] for n in names if (m := re.fullmatch(r"(category|tag|author|term|tax|post-type-archive)-(.+)", n)) and not m[2].isdigit()
    }
    facts.page = int(numbers.get("paged", 1))
    for head, taxonomy in (("category", "category"), ("tag", "post_tag")):
        if head in names:
            facts.kind, facts.taxonomy, facts.slug = "term", taxonomy, slugs.get(head)
            facts.wp_id = int(numbers[head]) if head in numbers else None
            return
    if "author" in names:
        facts.kind, facts.slug, facts.wp_id = "author", slugs.get("author"), int(numbers["author"]) if "author" in numbers else None
    elif "tax" in slugs:
        facts.kind, facts.taxonomy, facts.slug = "term", slugs["tax"], slugs.get("term")
        facts.wp_id = int(numbers["term"]) if "term" in numbers else None
    elif "date" in names:
        facts.kind = "date"
    elif "post-type-archive" in names:
        facts.kind, facts.slug = "type", slugs.get("post-type-archive")
    elif "blog" in names:
        facts.kind = "home"


def _told_by_address(facts: ArchiveFacts, url: str) -> None:
    path = unquote(split_url(url).path)
    if facts.page == 1 and (match := re.search(r"/page/(\d{1,18})/?$", path)):
        facts.page = int(match[1])
    bare = re.sub(r"/page/\d+/?$", "/", path)
    if facts.kind in ("unknown", "author") and (match := re.search(r"/author/([^/]+)", bare)):
        facts.kind, facts.slug = "author", unicodedata.normalize("NFC", match[1])
    elif facts.kind in ("unknown", "term") and facts.taxonomy in (None, "category", "post_tag"):
        taxonomy, slug = archive_of(url)
        if taxonomy is not None:
            facts.kind, facts.taxonomy = "term", facts.taxonomy or taxonomy
            # Classes hold ASCII alone; the address has the slug itself.
            facts.slug = slug or facts.slug
    if facts.kind == "unknown" and re.search(r"/(?:19|20)\d{2}(?:/\d{1,2}){0,2}/?$", bare):
        facts.kind = "date"
    if facts.kind == "author" and facts.wp_id is None and re.fullmatch(r"\d{1,18}", parse_qs(split_url(url).query).get("author", [""])[0]):
        facts.wp_id = int(parse_qs(split_url(url).query)["author"][0])


@cache
def _prefix() -> re.Pattern[str]:
    words = {w for row in language_rows().values() for w in row.get("archive", [])}
    alternatives = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))
    return re.compile(rf"^(?:{alternatives})\s*[:：]\s*", re.I)


@cache
def _author_prefix() -> re.Pattern[str]:
    words = {w for row in language_rows().values() for w in row.get("archive", [])}
    alternatives = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True) if " " in w)
    return re.compile(rf"^(?:{alternatives})\s+", re.I)


def _archive_name(view: PageView, kind: str, slug: str | None) -> str | None:
    names = [n for n in _heading_names(view, kind) if n]
    titles = view.index.tagged("title")
    title = _prefix().sub("", cut_site(text_of(titles[0]), read_site_names(view)) if titles else "").strip()
    names += [title] if title else []
    if kind == "author" and slug:
        # Co-author plugins print the first post's authors above everyone's archive.
        matching = [n for n in names if fold_name(slug) == fold_name(name_slug(n))]
        names = matching or names
    return names[0] if names else None


def _heading_names(view: PageView, kind: str) -> Iterator[str]:
    for heading in view.index.find(table("cues")["archives"]["headings"])[:4]:
        if any(a.tag in ("nav", "aside") or "no-results" in (a.get("class") or "") for a in heading.iterancestors()):
            continue
        text = text_of(heading)
        if not text or (heading.tag in ("h2", "h3") and view.elsewhere(heading)):
            continue
        inner = [s for s in heading if s.tag == "span" and (t := text_of(s)) and text.endswith(t) and text != t]
        bare = _prefix().sub("", text).strip()
        if bare == text and inner:
            bare = text_of(inner[-1])
        if kind == "author":
            bare = _author_prefix().sub("", bare)
        if bare and len(bare) <= 120:
            yield bare.strip("«»“”\"' ")


def _read_members(facts: ArchiveFacts, view: PageView) -> None:
    host, found = split_url(view.url).netloc, dict[str, None]()
    for card in view.index.find(table("cues")["archives"]["cards"]):
        link = None if in_menu(card) else _card_link(card)
        if link is None:
            continue
        address = view.absolute(link.get("href") or "").split("#")[0]
        if not host or split_url(address).netloc == host:
            found.setdefault(address)
            image = next((i for i in card.iter("img") if "wp-post-image" in (i.get("class") or "")), None)
            picture = image_address(view, image) if image is not None else None
            if picture:
                facts.pictures.setdefault(address, picture)
    for link in [] if found else view.index.find("h1 a, h2 a, h3 a, .entry-title a"):
        address = view.absolute(link.get("href") or "").split("#")[0]
        if not in_menu(link) and split_url(address).netloc == host and split_url(address).path.strip("/"):
            found.setdefault(address)
    facts.members = list(found)


def in_menu(element: HtmlElement) -> bool:
    """Whether an element stands in a menu, side bar or footer."""
    for above in element.iterancestors():
        names = above.get("class") or ""
        if above.tag in ("nav", "aside", "footer") or (above.tag != "body" and MENUS.search(names) and not LAYOUTS.search(names)):
            return True
    return False


def _card_link(card: HtmlElement) -> HtmlElement | None:
    links = [
        a for a in card.iter("a") if (a.get("href") or "").strip() and not (a.get("href") or "").startswith(("#", "mailto:", "javascript:"))
    ]
    for link in links:
        if "bookmark" in (link.get("rel") or "").split():
            return link
    for link in links:
        if any(
            a.tag in ("h1", "h2", "h3", "h4") or "title" in (a.get("class") or "") for a in link.iterancestors() if a is not card
        ) and "tag" not in (link.get("rel") or ""):
            return link
    return next((a for a in links if re.search(r"more-link|read-?more", a.get("class") or "")), None)


def _next_page(view: PageView) -> str | None:
    for link in view.index.find(table("cues")["archives"]["next"]):
        href = link.get("href")
        if href and not href.startswith("#"):
            return view.absolute(href)
    return None
