"""The title without the site's name, and the site's name itself."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from presslift.scraper.parse.dates import language_rows
from presslift.scraper.parse.cues import Cue, Decision, Vote, decide, gather
from presslift.scraper.parse.document import text_of
from presslift.scraper.parse.graph import text_value
from presslift.scraper.parse.view import PageView

SEPARATOR = re.compile(r"(\s+[|\-–—−·»«›‹~•:/＞>]+\s+|\s*[|｜]\s*|:\s+|\s+::\s+|\s*»\s*)")
QUOTES = str.maketrans({"’": "'", "‘": "'", "‚": "'", "′": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-"})


def fold(text: str) -> str:
    """A title for comparing: lower case, one kind of quotes and dashes, white space folded."""
    return " ".join(unicodedata.normalize("NFKC", html.unescape(text)).lower().translate(QUOTES).split())


def letters(text: str) -> str:
    """Letters and digits alone, lower case."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if c.isalnum())


class SiteNames(NamedTuple):
    """The names a site goes by: the one to print, and all as ``letters``."""

    name: str | None
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
    names += [t for e in view.index.find(".site-title, .wp-block-site-title, .site-name, #site-title")[:2] if (t := text_of(e)) and len(t) < 60]
    if view.profile is not None and (told := getattr(view.profile, "site_name", None)):
        names.insert(0, told)
    known = {letters(html.unescape(n)) for n in names} | _host_labels(view.url)
    return SiteNames(html.unescape(names[0]).strip() if names else None, frozenset(k for k in known if len(k) > 1))


def _host_labels(url: str) -> set[str]:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
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
    return unicodedata.normalize("NFC", unquote(urlsplit(url).path)).rstrip("/").lower()


def cut_site(title: str, names: SiteNames) -> str:
    """A title without the site's names and taglines at its ends; never nothing."""
    pieces = SEPARATOR.split(" ".join(html.unescape(title).split()))
    parts, marks = pieces[::2], pieces[1::2]
    while len(parts) > 1 and (_is_site(parts[-1], names) or re.fullmatch(r"(?:page|página|seite|pagina|страница|strona|sayfa)\s+\d+.*", parts[-1].lower())):
        parts, marks = parts[:-1], marks[:-1]
    if len(parts) > 2 and _is_site(parts[-2], names):
        parts, marks = parts[:-2], marks[:-2]
    while len(parts) > 1 and _is_site(parts[0], names):
        parts, marks = parts[1:], marks[1:]
    return "".join(p + m for p, m in zip(parts, [*marks, ""], strict=False)).strip()


def _is_site(part: str, names: SiteNames) -> bool:
    bare = letters(part)
    if not bare:
        return True
    return bare in names.known or bare.removeprefix("the") in names.known or f"the{bare}" in names.known or any(len(k) > 6 and bare.startswith(k) and len(bare) < 2 * len(k) for k in names.known)


def read_title(view: PageView, names: SiteNames) -> Decision[str] | None:
    """The article's title by all cues of the table; None when the page shows none."""
    votes = gather(view, "title")
    headings = _headings(view, votes, names)
    said: list[tuple[str, Cue]] = list(headings)
    shown = {fold(t): t for t, _ in headings}
    for vote in votes:
        if vote.cue.role == "cut":
            said.append((_matched(cut_site(vote.text, names), shown), vote.cue))
    told = feed_title(view)
    cue = next((v.cue for v in votes if v.cue.role == "feed"), None)
    if told and cue:
        said.append((_matched(told, shown), cue))
    said = [(t, c) for t, c in said if t and letters(t)]
    decision = decide(said, fold)
    if decision is None:
        return None
    # As the heading prints it: plugins shorten, re-case and escape.
    decision.value = shown.get(fold(decision.value), decision.value)
    return decision


def _headings(view: PageView, votes: list[Vote], names: SiteNames) -> list[tuple[str, Cue]]:
    found = []
    count = sum(1 for h in view.index.by_tag.get("h1", []) if text_of(h))
    for vote in votes:
        if vote.element is None or vote.cue.role in ("cut", "feed") or vote.cue.role == "only" and count != 1:
            continue
        if _is_site(vote.text, names) and _leads_home(view, vote):
            continue
        found.append((vote.text, vote.cue))
    return found


def _leads_home(view: PageView, vote: Vote) -> bool:
    assert vote.element is not None
    links = [*vote.element.iter("a"), *(a for a in vote.element.iterancestors() if a.tag == "a")]
    return not links or any(urlsplit(view.absolute(a.get("href") or "")).path.strip("/") == "" for a in links)


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
