"""The data contract: what a record is, declared once.

JSON Schema, CSV and Parquet columns, ``datapackage.json`` and the data dictionary derive from here. Anything absent is
``None`` (scalar) or ``[]`` (list), never a guess passed off as a fact. Adding a field is a minor change of
``SCHEMA_VERSION``, changing a meaning is a major one.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, get_args

from msgspec import Meta, Struct, field

SCHEMA_VERSION = "1.0"

FailureReason: TypeAlias = Literal[
    "http_status",
    "timeout",
    "connection",
    "too_large",
    "not_html",
    "soft_404",
    "login_wall",
    "bot_wall",
    "server_error_page",
    "parked",
    "redirect_refused",
    "address_refused",
    "robots",
    "budget",
    "parse_error",
    "bad_answer",
]
FAILURE_REASONS: tuple[str, ...] = get_args(FailureReason)

Precision: TypeAlias = Literal["second", "minute", "day"]


def described(text: str) -> Meta:
    """The meaning of a field, as the data dictionary prints it."""
    return Meta(description=text)


class Person(Struct, kw_only=True):
    """An author as printed, titles kept."""

    name: Annotated[str, described("as printed, titles kept")]
    slug: Annotated[str | None, described("WordPress's, or made from the name")] = None
    url: Annotated[str | None, described("the author's page")] = None


class Contributor(Struct, kw_only=True):
    """A translator, photographer, editor or illustrator."""

    name: str
    role: Annotated[str, described("translator, photographer, editor, illustrator, reviewer")]


class Account(Struct, kw_only=True):
    """The WordPress account that posted, which need not be the author."""

    wp_id: int | None = None
    name: str | None = None
    slug: str | None = None
    url: str | None = None


class Term(Struct, kw_only=True):
    """A term of any taxonomy; ``parent`` is a name."""

    taxonomy: Annotated[str, described("category, post_tag or a custom taxonomy")]
    name: str
    slug: str | None = None
    url: str | None = None
    wp_id: int | None = None
    parent: Annotated[str | None, described("the parent term's name")] = None


class Ref(Struct, kw_only=True):
    """One mention of a footnote."""

    place: Literal["body", "byline", "title", "caption", "table"]
    anchor: Annotated[str | None, described("the id in body_html, such as fnref-1")] = None


class Footnote(Struct, kw_only=True):
    """A note; without ``refs`` it is unlinked and unmatched."""

    index: Annotated[int, described("1…n in order of first mention, unique in the article")]
    marker: Annotated[str, described("as printed: *, [3], iv")]
    html: str
    text: str
    style: Annotated[str, described("the markup it was printed in, as the footnote table names it")]
    refs: list[Ref] = []
    confidence: float = 1.0


class RelatedLink(Struct, kw_only=True):
    """A post that a related box or an in-text "See also" line points to."""

    position: int
    place: Literal["box", "inline"]
    title: str | None = None
    url: str
    date: Annotated[str | None, described("yyyy-mm-dd")] = None
    date_precision: Precision | None = None
    image: str | None = None
    article_id: Annotated[str | None, described("the record it leads to")] = None
    source: Annotated[str, described("the theme, plugin or phrase that told")] = "unknown"


class Translation(Struct, kw_only=True):
    """A sibling in another language."""

    language: Annotated[str | None, described("BCP 47")] = None
    url: str
    article_id: str | None = None


class Link(Struct, kw_only=True):
    """An ``a[href]`` of the body."""

    position: int
    url: Annotated[str, described("absolute")]
    text: str
    kind: Literal["internal", "external", "file", "mail", "anchor"]
    fragment: str | None = None
    rel: str | None = None
    article_id: str | None = None


class Media(Struct, kw_only=True):
    """One use of a picture, sound, video or file."""

    position: int
    url: Annotated[str, described("the full size")]
    role: Literal["featured", "inline", "gallery", "file"]
    kind: Literal["image", "audio", "video", "file"]
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None
    width: int | None = None
    height: int | None = None
    wp_id: int | None = None
    mime: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    local_path: str | None = None
    status: Annotated[str | None, described("not_fetched, done, or why not")] = None


class Embed(Struct, kw_only=True):
    """A video, post or widget of another site."""

    position: int
    provider: str | None = None
    url: str
    title: str | None = None
    html: str | None = None


class CommentAuthor(Struct, kw_only=True):
    """Who commented."""

    name: str | None = None
    url: str | None = None


class Comment(Struct, kw_only=True):
    """A comment or pingback; ``parent`` is another's ``id``."""

    id: int
    parent: int | None = None
    type: Literal["comment", "pingback"] = "comment"
    author: CommentAuthor
    is_post_author: bool = False
    date: str | None = None
    date_utc: str | None = None
    html: str | None = None
    text: str | None = None


class Seo(Struct, kw_only=True):
    """What the page declares to search engines and social networks."""

    title: str | None = None
    description: str | None = None
    canonical: str | None = None
    robots: str | None = None
    og_type: str | None = None
    og_image: str | None = None
    raw: Annotated[str | None, described("JSON text, as found")] = None


class Extraction(Struct, kw_only=True):
    """What spoke for each value."""

    confidence: Annotated[dict[str, float], described("field → 0…1")] = {}
    cues: Annotated[dict[str, str], described("field → the cue that won")] = {}
    warnings: list[str] = []


class Capture(Struct, kw_only=True):
    """A response that content came from."""

    kind: Literal["rest", "page", "feed", "comments", "archive"]
    url: str
    fetched_at: str | None = None
    sha256: str | None = None
    warc: str | None = None
    offset: int | None = None


class Article(Struct, kw_only=True):
    """One post, page or entry of a custom type."""

    id: Annotated[str, described("16 hex digits, made once from the first address, kept for life")] = ""
    wp_id: int | None = None
    type: Annotated[str | None, described("post, page or a custom type")] = None
    status: Annotated[str, described("publish, unless authenticated use asks for more: protected, private, future, pending, draft")] = (
        "publish"
    )
    url: Annotated[str, described("as served, encoded")] = ""
    aliases: Annotated[list[str], described("earlier and other addresses")] = []
    canonical_url: Annotated[str | None, described("as declared")] = None
    guid: str | None = None
    slug: Annotated[str | None, described("decoded, NFC")] = None
    parent_id: str | None = None
    menu_order: int | None = None
    sticky: bool | None = None
    format: str | None = None
    template: str | None = None
    title: Annotated[str | None, described("text, without the site's name")] = None
    subtitle: str | None = None
    lead_quote: Annotated[str | None, described("the first pull quote")] = None
    excerpt: str | None = None
    excerpt_source: Literal["manual", "auto", "meta"] | None = None
    body_html: Annotated[str | None, described("the body: markers in, notes list out")] = None
    body_markdown: str | None = None
    body_text: str | None = None
    word_count: int | None = None
    content_html: Annotated[str | None, described("body and notes as one piece; every #fn-N leads somewhere")] = None
    language: Annotated[str | None, described("BCP 47")] = None
    byline: Annotated[str | None, described("as printed")] = None
    authors: Annotated[list[Person], described("the real ones")] = []
    contributors: list[Contributor] = []
    wp_author: Account | None = None
    published: Annotated[str | None, described("RFC 3339 with the site's offset; a date where only a day is known")] = None
    modified: str | None = None
    published_utc: Annotated[str | None, described("RFC 3339 Z; null where only a day is known")] = None
    modified_utc: str | None = None
    published_date: Annotated[str | None, described("yyyy-mm-dd")] = None
    published_precision: Precision | None = None
    terms: list[Term] = []
    categories: list[Term] = []
    tags: list[Term] = []
    footnotes: list[Footnote] = []
    related: list[RelatedLink] = []
    translations: list[Translation] = []
    translation_group: Annotated[str | None, described("the same on all siblings")] = None
    links: list[Link] = []
    media: list[Media] = []
    featured_image: Annotated[str | None, described("its URL")] = None
    embeds: list[Embed] = []
    comments: list[Comment] = []
    comment_count: Annotated[int | None, described("as the site gives it")] = None
    seo: Seo = field(default_factory=Seo)
    custom: Annotated[dict[str, Any], described("declared in config.yaml")] = {}
    extraction: Extraction = field(default_factory=Extraction)
    content_hash: Annotated[str | None, described("SHA-256 of the content fields")] = None
    first_seen: str | None = None
    content_changed_at: str | None = None
    captures: list[Capture] = []


class SiteFacts(Struct, kw_only=True):
    """What a site is and offers: ``site.json``, and what discovery starts from.

    ``source`` tells, field by field, how a value is known. Capability fields (``rest_root`` … ``robots_sitemaps``) are
    what probing found open.
    """

    url: str
    name: str | None = None
    tagline: str | None = None
    language: str | None = None
    timezone: str | None = None
    utc_offset: Annotated[str | None, described("±hh:mm")] = None
    is_wordpress: bool = False
    evidence: list[str] = []
    wordpress_version: str | None = None
    theme: str | None = None
    builder: str | None = None
    plugins: list[str] = []
    permalink_structure: str | None = None
    front_page: Annotated[str | None, described("posts, or the address of the static page")] = None
    menus: list[dict[str, Any]] = []
    counts: Annotated[
        dict[str, int | None], described("as the site gives them: post, page, TYPE, comment, media, category, post_tag, user")
    ] = {}
    rest_root: Annotated[str | None, described("the REST index, with ?rest_route= where only that is open; null when shut")] = None
    rest_types: Annotated[dict[str, str], described("public type → its collection's address")] = {}
    rest_detail: Annotated[str | None, described("why REST is not usable")] = None
    sitemaps: list[str] = []
    feeds: list[str] = []
    feed_full_text: bool | None = None
    languages: list[str] = []
    source: dict[str, str] = {}


class Change(Struct, kw_only=True):
    """A line of ``changes.jsonl``."""

    seq: int
    at: str
    run: int
    change: Literal["created", "updated", "moved", "removed", "restored"]
    article_id: str
    wp_id: int | None = None
    url: str
    old_url: str | None = None
    fields: list[str] = []


class Failure(Struct, kw_only=True):
    """A line of ``failures.jsonl``."""

    url: str
    kind: Literal["page", "listing", "media", "comments"]
    reason: FailureReason
    detail: str | None = None
    status: int | None = None
    attempts: int = 1
    first_at: str
    last_at: str
    found_by: list[str] = []


class Removed(Struct, kw_only=True):
    """A line of ``removed.jsonl``."""

    id: str
    wp_id: int | None = None
    url: str
    title: str | None = None
    removed_at: str
    proof: str


class Excluded(Struct, kw_only=True):
    """An address left out on purpose: a row of ``excluded``."""

    url: str
    type: str | None = None
    reason: str
    rule: str | None = None


class Redirect(Struct, kw_only=True):
    """An old address and where it leads: a row of ``redirects``."""

    from_: str = field(name="from")
    to: str
    status: int = 301
    kind: Annotated[str, described("moved, alias, shortlink, guid")] = "moved"
    article_id: str | None = None


CONTENT_FIELDS: tuple[str, ...] = (
    "title",
    "subtitle",
    "excerpt",
    "body_html",
    "authors",
    "contributors",
    "byline",
    "published",
    "terms",
    "footnotes",
    "links",
    "media",
    "embeds",
    "translations",
    "comments",
    "custom",
    "featured_image",
)
"""The fields whose change is an ``updated``. An excerpt counts only when it is a manual one."""
