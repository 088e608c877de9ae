"""The title without the site's name, and the site's name itself."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import msgspec
from lxml.html import HtmlElement

from presslift.scraper.parse.cues import Cue, Decision, Vote, class_like, decide, gather, named, short_text
from presslift.scraper.parse.dates import language_rows, parse_date
from presslift.scraper.parse.document import text_of
from presslift.scraper.parse.graph import text_value
from presslift.scraper.parse.names import KINDS
from presslift.scraper.parse.people import UNSEEN, name_slug, title_slug
from presslift.scraper.parse.view import PageView
from presslift.urls import split_url

SEPARATOR = re.compile(r"(\s+[|\-–—−·»«›‹~•:/＞>]+\s+|\s*[|｜]\s*|:\s+|\s+::\s+)")
Said = tuple[str, Cue]
EDGES = re.compile(r"^(?:[»>|–—-]|\[>)\s+|\s+[«<|–—-]$")
TITLE_CLASS = r"(?:\S*[-_])?(?:title|heading|headline|h1)(?:[-_]\S*)?"
TITLE_SIGNS = ("title", "heading", "headline", "h1")
KINDS.add(TITLE_CLASS, class_like(TITLE_CLASS), TITLE_SIGNS)
PAGE_NUMBER = re.compile(r"(?:page|página|seite|pagina|страница|strona|sayfa)\s+\d+.*")
MOST_PARTS = 8
KICKER_END = re.compile(r"^[\s|·•/:–—-]+")
QUOTES = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "‚": "'",
        "′": "'",
        "´": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "″": '"',
        "«": '"',
        "»": '"',
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
    }
)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A title for comparing: lower case, one kind of quotes and dashes, white space folded."""
    return " ".join(unicodedata.normalize("NFKC", html.unescape(text)).lower().translate(QUOTES).split())


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """Letters and digits alone, lower case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.lower())))


class SiteNames(NamedTuple):
    """The names a site goes by: the one to print, those it says, and these with its host's labels, as ``letters``."""

    name: str | None
    said: frozenset[str]
    known: frozenset[str]


def read_site_names(view: PageView) -> SiteNames:
    """The site's names: what its page says of the site, and the host's own label."""
    meta, names = view.doc.meta, []
    names += meta.get("og:site_name", [])[:1]
    names += [n for v in view.graph.values("WebSite.name")[:1] if (n := text_value(v))]
    names += [n for n in [_feed_prefix(view)] if n]
    names += [n for v in view.graph.values("Organization.name")[:1] if (n := text_value(v))]
    names += [n for v in view.graph.values("WebSite.alternateName")[:2] if (n := text_value(v))]
    names += meta.get("application-name", [])[:1] + meta.get("apple-mobile-web-app-title", [])[:1]
    names += [
        t for e in view.index.find(".site-title, .wp-block-site-title, .site-name, #site-title")[:2] if (t := text_of(e)) and len(t) < 60
    ]
    names += [t for e in view.index.tagged("h1")[:4] if _links_home(view, e) and len(t := text_of(e)) < 60 and t]
    suffix = [view.profile.title_suffix] if view.profile is not None and view.profile.title_suffix else []
    said = frozenset(k for n in names + suffix if len(k := letters(html.unescape(n))) > 1)
    return SiteNames(html.unescape(names[0]).strip() if names else None, said, said | _host_labels(view.url))


def _host_labels(url: str) -> set[str]:
    host = (split_url(url).hostname or "").removeprefix("www.")
    labels = host.split(".")
    generic = {"com", "org", "net", "co", "blog", "wordpress", "gov", "edu", "ac", "info", "de", "uk"}
    return {letters(host)} | {letters(label) for label in labels[:-1] if label not in generic and len(label) > 3}


def _feed_titles(view: PageView) -> list[tuple[str, str]]:
    links = view.index.find("link[type='application/rss+xml'][title]")[:8]
    return [(view.absolute(e.get("href") or ""), " ".join(html.unescape(e.get("title") or "").split())) for e in links]


def _feed_prefix(view: PageView) -> str | None:
    # Core prints "Site » Feed", "Site » Comments Feed" and, on a post, "Site » Title Comments Feed".
    heads = [t.split(" » ")[0].strip() for _, t in _feed_titles(view) if " » " in t]
    return max(heads, key=heads.count) if len(heads) > 1 and heads.count(max(heads, key=heads.count)) > 1 else None


@cache
def _feed_forms() -> list[re.Pattern[str]]:
    forms = []
    for row in language_rows().values():
        for form in row.get("feed", []):
            escaped = re.escape(form).replace(r"\ ", r"\s+")
            forms.append(re.compile(escaped.replace("%s", "(.+?)") if "%s" in form else rf"(.+?)\s*{escaped}", re.I))
    return forms


def feed_title(view: PageView) -> str | None:
    """A post's title as core prints it in the link to the post's comments feed."""
    path = _path(view.url) or _path(view.canonical or "")
    for href, title in _feed_titles(view):
        feed = re.sub(r"/feed(?:/\w+)?$", "", _path(href))
        if not path or feed != path or " » " not in title:
            continue
        rest = title.split(" » ", 1)[1].strip()
        for form in _feed_forms():
            if match := form.fullmatch(rest):
                return match[1].strip()
    return None


def _path(url: str) -> str:
    return unicodedata.normalize("NFC", unquote(split_url(url).path)).rstrip("/").lower()


def cut_site(title: str, names: SiteNames) -> str:
    """A title without the site's names and taglines at its ends; never nothing."""
    pieces = SEPARATOR.split(" ".join(html.unescape(title).split()))
    parts, marks = pieces[::2], pieces[1::2]
    start = next((n for n, part in enumerate(parts[:-1]) if not _is_site(part, names)), len(parts) - 1)
    parts, marks = parts[start:], marks[start:]
    # What follows the site's name is its tagline.
    end = next((n for n in range(1, len(parts)) if _is_site(parts[n], names) or PAGE_NUMBER.fullmatch(parts[n].lower())), len(parts))
    parts, marks = parts[:end], marks[: end - 1]
    return "".join(p + m for p, m in zip(parts, [*marks, ""], strict=False)).strip()


def _is_site(part: str, names: SiteNames) -> bool:
    bare = letters(part)
    if not bare:
        return True
    if bare in names.known or bare.removeprefix("the") in names.known or f"the{bare}" in names.known:
        return True
    return any(
        len(k) > 6
        and (
            (bare.startswith(k) and len(bare) < 2 * len(k) and not re.search(r"\d", bare[len(k) :]))
            or (k.startswith(bare) and len(bare) > 0.6 * len(k))
        )
        for k in names.known
    )


def read_title(view: PageView, names: SiteNames) -> Decision[str] | None:
    """The article's title by all cues of the table; None when the page shows none."""
    votes, headings, said = said_titles(view, names)
    decision = decide(said, letters)
    if decision is None:
        return None
    same = letters(decision.value)
    elements = [v for v in votes if v.element is not None and v.cue.role not in ("cut", "feed")]
    view.heading = next(
        (v.element for v in elements if letters(v.text) == same), next((v.element for v in elements if same in letters(v.text)), None)
    )
    # As the heading prints it: plugins shorten, re-case and escape.
    title = UNSEEN.sub("", next((t for t, _ in headings if letters(t) == same), decision.value))
    decision.value = EDGES.sub("", title) or title
    return decision


def said_titles(view: PageView, names: SiteNames) -> tuple[list[Vote], list[Said], list[Said]]:
    """What each cue says the title is: the votes as found, the headings without what stands beside the title, and all of it."""
    votes = gather(view, "title")
    heads = _heads(view, votes, names)
    votes += _repeated(view, [t for t, _ in heads])
    headings = _headings(view, votes, names, [t for t, _ in heads])
    shown = {fold(t): t for t, _ in headings}
    said = [*headings, *((_matched(text, shown), cue) for text, cue in heads)]
    said = [(t, c) for t, c in said if letters(t)]
    return votes, headings, said + _by_slug(view, [t for t, _ in said])


def _repeated(view: PageView, heads: list[str]) -> list[Vote]:
    """The heading, of whatever rank or markup, that says what the head says."""
    wanted = {letters(h) for h in heads if len(h) > 5}
    ranks = [(rank, view.index.tagged(rank)) for rank in ("h1", "h2", "h3", "h4")]
    for name, elements in [*ranks, ("title class", view.index.find_class(TITLE_CLASS))]:
        for element in elements[:40]:
            text = short_text(element, 300)
            if text and letters(text) in wanted and not view.elsewhere(element):
                return [Vote(cue=named("title", f"{name} repeats the head"), text=text, element=element)]
    return []


def _by_slug(view: PageView, titles: list[str]) -> list[tuple[str, Cue]]:
    """The title that a permalink was made from, where one of several is clearly nearer to it."""
    slug = {w for w in re.split(r"[\W_]+", _path(view.url).rsplit("/", 1)[-1]) if w}
    distinct = list({letters(t): t for t in titles}.values())
    if len(slug) < 3 or len(distinct) < 2:
        return []
    ranked = sorted(((_overlap(slug, {w for w in re.split(r"[\W_]+", name_slug(t)) if w}), t) for t in distinct), reverse=True)
    return [(ranked[0][1], named("title", "slug"))] if ranked[0][0] > ranked[1][0] + 0.1 else []


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _heads(view: PageView, votes: list[Vote], names: SiteNames) -> list[tuple[str, Cue]]:
    """What the page's head says, without the site's name: titles for search engines, and core's own."""
    found: list[tuple[str, Cue]] = []
    plugin: set[str] = set()
    at_home = not split_url(view.url).path.strip("/")
    for vote in sorted((v for v in votes if v.cue.role == "cut"), key=lambda v: v.cue.family != "seo"):
        text = cut_site(vote.text, names)
        if _is_site(text, names) and not at_home:
            continue
        # One plugin writes both the head and the graph: what they share is one witness.
        seo = vote.cue.family == "seo"
        plugin |= {letters(text)} if seo else set()
        found.append((text, vote.cue if seo or letters(text) not in plugin else msgspec.structs.replace(vote.cue, family="seo")))
    told = feed_title(view)
    cue = next((v.cue for v in votes if v.cue.role == "feed"), None)
    return [*found, (told, cue)] if told and cue else found


def _headings(view: PageView, votes: list[Vote], names: SiteNames, heads: list[str]) -> list[tuple[str, Cue]]:
    found = []
    count = sum(1 for h in view.index.tagged("h1") if text_of(h))
    subtitles = view.index.find(named("subtitle", "theme subtitle").selector or "")
    told = {w for head in heads for w in re.findall(r"\w{3,}", fold(head))}
    for vote in votes:
        if vote.element is None or vote.cue.role in ("cut", "feed") or (vote.cue.role == "only" and count != 1):
            continue
        if _is_site(vote.text, names) and _leads_home(view, vote):
            continue
        bare = _without_kicker(view, _without_subtitle(vote.text, vote.element, subtitles), vote.element)
        text = _without_company(cut_site(bare, names) if " " in bare else bare, heads)
        words = set(re.findall(r"\w{3,}", fold(text)))
        # A heading that shares nothing with the page's title is another thing's.
        strange = bool(told and words) and not words & told and len(text.split()) <= 3 and not _made_the_address(view, text)
        found.append((text, named("title", "strange heading") if strange else vote.cue))
    return found


def _made_the_address(view: PageView, text: str) -> bool:
    slug = _path(view.url).rsplit("/", 1)[-1]
    return bool(slug) and slug in (title_slug(text), title_slug(text, "de"))


def _without_subtitle(text: str, heading: HtmlElement, subtitles: list[HtmlElement]) -> str:
    for element in subtitles:
        if any(a is heading for a in element.iterancestors()):
            text = text.removesuffix(text_of(element)).strip() or text
    return text


def _without_kicker(view: PageView, text: str, heading: HtmlElement) -> str:
    """A heading without the element that opens it (topic, series, category), where the address was made from the rest."""
    for element in [*heading.iterdescendants("span", "small", "em", "strong", "b", "i", "a", "div", "p")][:MOST_PARTS]:
        kicker = text_of(element)
        rest = KICKER_END.sub("", text.removeprefix(kicker)) if kicker and text.startswith(kicker) else ""
        if rest and _made_the_address(view, rest):
            return rest
    return text


def _without_company(heading: str, heads: list[str]) -> str:
    """A heading without the category or the date line that stands in it, where the page's title is the rest."""
    folded = fold(heading)
    for head in heads:
        bare = fold(head)
        if len(bare) < 10 or bare == folded:
            continue
        if folded.startswith(bare) and (
            re.match(r"\W+[|·•/]|\s+[|·•/]", folded[len(bare) :]) or parse_date(folded[len(bare) :]) is not None
        ):
            return heading[: len(head)]
        if folded.endswith(bare) and re.search(r"[|·•/:]\s*$", folded[: -len(bare)]) and len(folded) - len(bare) < 30:
            return heading[-len(head) :]
    return heading


def _leads_home(view: PageView, vote: Vote) -> bool:
    assert vote.element is not None
    links = [*vote.element.iter("a"), *vote.element.iterancestors("a")]
    return not links or _links_home(view, vote.element)


def _links_home(view: PageView, heading: HtmlElement) -> bool:
    for link in [*heading.iter("a"), *heading.iterancestors("a")]:
        address = view.absolute(link.get("href") or "").rstrip("/")
        # Archived copies have the whole address in their path.
        if split_url(address).path.strip("/") == "" or (view.url.startswith(address) and re.search(r"https?://[^/]+$", address)):
            return True
    return False


def _matched(text: str, shown: dict[str, str]) -> str:
    """A heading's text in place of a longer title that begins or ends with it."""
    folded = fold(text)
    if folded in shown:
        return text
    for key, title in sorted(shown.items(), key=lambda kv: -len(kv[0])):
        if len(key) < 8 and len(key.split()) < 2:
            continue
        rest = folded.removeprefix(key) if folded.startswith(key) else folded.removesuffix(key) if folded.endswith(key) else None
        if rest is not None and re.match(r"^\s*[|\-·~:•/(\[>\"]|.*[|\-·~:•/>\"]\s*$", rest):
            return title
    return text
