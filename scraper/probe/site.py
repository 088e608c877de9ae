"""The probe: one front page, and what it leads to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from presslift.config import Settings
from presslift.errors import FetchError, ParseError, SiteError
from presslift.records import SiteFacts
from presslift.scraper.discover.answers import Refused, ask, text, with_parameters
from presslift.scraper.discover.events import Answer, Get, header
from presslift.scraper.fetch.addresses import canonical, same_site, site_hosts, start_address
from presslift.scraper.fetch.verdict import judge
from presslift.scraper.parse.document import Document, read_document
from presslift.scraper.parse.encoding import decode
from presslift.scraper.probe import offers, page
from presslift.urls import split_url

SAMPLES = 10


def probe_site(url: str, get: Get, settings: Settings) -> SiteFacts:
    """Ask a site what it is and offers; ``SiteFacts.source`` tells how each value is known.

    ``url`` is the site's start (``https`` where no scheme is given) or any page of it. Raises ``UsageError`` for what is no
    address and ``SiteError`` (unreachable, refusing, walled off, unwell, no WordPress) with evidence and a remedy.
    """
    start = start_address(url)
    answer = _reach(start, get)
    html = decode(answer.body, header(answer, "content-type"), [])[0]
    _refuse_obstacles(start, answer, html)
    try:
        doc = read_document(html, answer.final_url)
    except ParseError as error:
        raise SiteError(f"{start}: is no web page ({error.detail}); give the address of the site's front page") from error
    evidence, weight = page.wordpress_evidence(html)
    home = _home_of(doc, canonical(answer.final_url), settings)
    if home != canonical(answer.final_url):
        front = _reach(home, get)
        html = decode(front.body, header(front, "content-type"), [])[0]
        doc = read_document(html, front.final_url)
    facts = SiteFacts(url=home, evidence=evidence, source={"url": "redirect" if home != start else "given"})
    rest = _find_rest(facts, doc, answer, get, settings)
    _require_wordpress(facts, weight, rest, html, get)
    _read_page(facts, doc, html, rest)
    if settings.scope.source != "rest":
        _find_lists(facts, doc, get, settings)
    _name_and_zone(facts, doc, rest, get, settings)
    return facts


def _reach(url: str, get: Get) -> Answer:
    try:
        return get(url, kind="page", accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.1")
    except FetchError as error:
        if error.reason == "bot_wall":
            raise SiteError(f"{url}: bot_wall: {error.detail or 'a bot check stands in front of it'}") from error
        remedy = {
            "robots": "its robots.txt forbids it; of a site of your own, use --ignore-robots",
            "timeout": "try again, or with a larger --timeout",
            "connection": "check the address and your connection",
            "address_refused": "an address inside a private network is asked only if you start there",
        }.get(error.reason, "check the address, or try again later")
        raise SiteError(f"{url}: can't be reached: {error.reason}{f' ({error.detail})' if error.detail else ''}; {remedy}") from error


def _refuse_obstacles(url: str, answer: Answer, html: str) -> None:
    verdict = judge(answer)
    if not verdict.ok and verdict.reason not in ("http_status", "soft_404", "protected"):
        status = f" (HTTP status {answer.status})" if answer.status != 200 else ""
        raise SiteError(f"{url}: {verdict.reason}: {verdict.detail}{status}; {verdict.remedy or 'check the address'}")
    if "wp-login.php" in answer.final_url:
        raise SiteError(f"{url}: leads to a login; the site is private: set PRESSLIFT_COOKIE or PRESSLIFT_BASIC_AUTH for it")
    if answer.status in (401, 403, 407, 429, 451):
        server = header(answer, "server")
        raise SiteError(
            f"{url}: refuses (HTTP status {answer.status}{f', server {server}' if server else ''}); "
            "ask the site's operator to allow presslift's User-Agent or your address"
        )
    if answer.status >= 500:
        raise SiteError(f"{url}: is unwell (HTTP status {answer.status}); try again later")
    if answer.status >= 400 and not page.wordpress_evidence(html)[1]:
        raise SiteError(f"{url}: is not there (HTTP status {answer.status}); check the address")


def _home_of(doc: Document, here: str, settings: Settings) -> str:
    """The site's start, from the address of any of its pages: what its REST or feed links hang on."""
    hosts = site_hosts(here, settings.site.aliases)
    for link in doc.root.iter("link"):
        rel, href = (link.get("rel") or "").lower(), canonical(link.get("href") or "", here)
        if rel == "https://api.w.org/":
            match = re.match(r"(.+?/)(?:(?:index\.php/)?wp-json/?|(?:index\.php)?\?rest_route=/?)$", href)
        elif rel == "alternate" and "rss" in (link.get("type") or ""):
            # The site's own feed stands before those of a term or of comments.
            match = re.match(r"(.+?/)feed/?$", href)
        else:
            continue
        root = canonical(match[1]) if match else None
        if root and same_site(root, hosts) and here.startswith(root):
            return root
        if rel == "alternate":
            break
    parts = urlsplit(here)
    return here if parts.path.endswith("/") and not parts.query else canonical(urljoin(here, "./"))


def _find_rest(facts: SiteFacts, doc: Document, answer: Answer, get: Get, settings: Settings) -> offers.Rest:
    if settings.scope.source == "html":
        facts.rest_detail = "not asked (scope.source is html)"
        return offers.Rest()
    declared = [canonical(e.get("href") or "", facts.url) for e in doc.root.iter("link") if e.get("rel") == "https://api.w.org/"]
    declared += re.findall(r'<([^>]+)>;\s*rel="?https://api\.w\.org/"?', header(answer, "link") or "")
    own = [root for root in declared if same_site(root, site_hosts(facts.url, settings.site.aliases))]
    rest = offers.find_rest(facts.url, own, get)
    facts.rest_root, facts.rest_types, facts.rest_detail, facts.counts = rest.root, rest.types, rest.detail, rest.counts
    facts.source["rest_root"] = "head or Link header" if rest.root in own else "usual address"
    if rest.root:
        facts.source |= {"rest_types": "rest", "counts": "rest"}
    return rest


def _require_wordpress(facts: SiteFacts, weight: int, rest: offers.Rest, html: str, get: Get) -> None:
    if rest.root:
        facts.evidence.append(f"REST index at {rest.root}")
        weight += 2
    if weight < 2:
        feed = offers.find_feeds(facts.url, [], get).first
        if feed and "wordpress" in (feed.generator or "").lower():
            facts.evidence.append("the feed's generator")
            weight += 2
    facts.is_wordpress = weight >= 2
    if facts.is_wordpress:
        return
    other = page.other_system(html)
    seen = f"it looks like {other}" if other else "no generator, wp-content, wp-json or WordPress feed was found"
    if facts.evidence:
        seen += f"; for WordPress speaks only: {', '.join(facts.evidence)}"
    raise SiteError(f"{facts.url}: is no WordPress site: {seen}; presslift reads WordPress sites alone: check the address")


def _read_page(facts: SiteFacts, doc: Document, html: str, rest: offers.Rest) -> None:
    facts.wordpress_version, how = page.version_of(html)
    facts.theme, facts.builder = page.theme_of(html), page.builder_of(html)
    facts.plugins = page.plugins_of(html, [str(n) for n in rest.index.get("namespaces", [])])
    facts.languages = page.languages_of(doc)
    facts.language = facts.languages[0] if facts.languages else None
    facts.menus = page.menus_of(doc.root, facts.url)
    facts.front_page = facts.url if {"home", "page"} <= doc.body_classes and "blog" not in doc.body_classes else "posts"
    found = {"wordpress_version": how, "theme": "files", "builder": "markup", "plugins": "files, markup, REST", "language": "html lang"}
    facts.source |= {k: v for k, v in found.items() if v and getattr(facts, k)}
    facts.source |= {"menus": "page", "front_page": "body classes", "evidence": "page"}


def _find_lists(facts: SiteFacts, doc: Document, get: Get, settings: Settings) -> None:
    try:
        answer = get(urljoin(facts.url, "/robots.txt"), kind="robots")
        robots = answer.body.decode("utf-8", "replace") if answer.status < 400 else ""
    except FetchError:
        robots = ""
    sitemaps = offers.find_sitemaps(facts.url, robots, facts.rest_types, get, settings)
    facts.sitemaps = sitemaps.urls
    if sitemaps.source:
        facts.source["sitemaps"] = sitemaps.source
    feeds = offers.find_feeds(facts.url, _declared_feeds(facts.url, doc, settings), get)
    facts.feeds, facts.feed_full_text = feeds.urls, feeds.full_text
    if feeds.first is not None:
        facts.source["feeds"] = (
            f"{feeds.source}; {'paged' if feeds.paged else 'not paged'}; {'full text' if feeds.full_text else 'excerpts'}"
        )
        facts.name, facts.tagline = feeds.first.title, feeds.first.description
        generator = re.search(r"wordpress\.org/\?v=([\d.]+)", feeds.first.generator or "")
        if generator and not facts.wordpress_version:
            facts.wordpress_version, facts.source["wordpress_version"] = generator[1], "feed"
        facts.language = facts.language or feeds.first.language
    if not facts.counts and sitemaps.counts:
        facts.counts, facts.source["counts"] = sitemaps.counts, "sitemap"
    elif not facts.counts and (about := page.posts_by_pages(doc, facts.url)):
        facts.counts, facts.source["counts"] = {"post": about}, "about: pages of the list of posts"


def _declared_feeds(home: str, doc: Document, settings: Settings) -> list[str]:
    """The feeds that the front page names, and those of its translations."""
    hosts = site_hosts(home, settings.site.aliases)
    declared, translated = [], []
    for link in doc.root.iter("link"):
        href = canonical(link.get("href") or "", home)
        if "alternate" not in (link.get("rel") or "").lower().split() or not same_site(href, hosts):
            continue
        if (link.get("type") or "") in ("application/rss+xml", "application/atom+xml"):
            if "/comments/" not in href and "comments-" not in href:
                declared.append(href)
        elif link.get("hreflang") and canonical(href) != home and "?" not in href:
            translated.append(canonical("feed/", href))
    return [*declared[:5], *translated[:10]]


def _name_and_zone(facts: SiteFacts, doc: Document, rest: offers.Rest, get: Get, settings: Settings) -> None:
    source = "feed"
    if text(rest.index.get("name")):
        facts.name, facts.tagline = (unescape(text(rest.index.get(k)) or "") or None for k in ("name", "description"))
        source = "rest"
    elif not facts.name:
        facts.name, source = page.name_of(doc), "page"
    facts.source["name"] = source
    samples = [s for s in _samples(facts, rest, get) if same_site(s["link"] or "", site_hosts(facts.url, settings.site.aliases))]
    facts.permalink_structure = permalink_structure(samples)
    if facts.permalink_structure:
        facts.source["permalink_structure"] = f"inferred from {len(samples)} addresses"
    zone = text(rest.index.get("timezone_string"))
    facts.timezone = settings.site.timezone or zone
    if facts.timezone:
        facts.source["timezone"] = "config.yaml" if settings.site.timezone else "rest"
    gmt = rest.index.get("gmt_offset")
    facts.utc_offset = _offset(gmt)
    facts.source["utc_offset"] = "rest"
    if facts.utc_offset is None and not facts.timezone:
        facts.utc_offset = page.offset_of(doc) or _offset_of_article(samples, get)
        facts.source["utc_offset"] = "dates on pages"
    if facts.utc_offset is None:
        del facts.source["utc_offset"]


def _offset(hours: object) -> str | None:
    try:
        minutes = round(float(str(hours)) * 60)
    except ValueError:
        return None
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if abs(minutes) <= 15 * 60 else None


def _offset_of_article(samples: list[Mapping[str, str | None]], get: Get) -> str | None:
    for sample in samples[:1]:
        try:
            answer = get(sample["link"] or "", kind="page")
            return page.offset_of(read_document(answer.body, answer.final_url, content_type=header(answer, "content-type")))
        except (FetchError, ParseError):
            return None
    return None


def _samples(facts: SiteFacts, rest: offers.Rest, get: Get) -> list[Mapping[str, str | None]]:
    """Some posts' addresses, ids and dates: from REST, else from the feed, else from the sitemap of posts."""
    if rest.root and "post" in rest.types:
        try:
            data, _ = ask(get, with_parameters(rest.types["post"], per_page=SAMPLES, _fields="id,link,date"))
            return [
                {"link": text(i.get("link")), "id": str(i.get("id")), "date": text(i.get("date"))}
                for i in data
                if isinstance(i, dict) and i.get("link")
            ]
        except (Refused, TypeError):
            pass
    feed = offers.find_feeds(facts.url, facts.feeds, get).first if facts.feeds else None
    return [{"link": i["link"], "id": str(i["wp_id"] or ""), "date": None} for i in (feed.items[:SAMPLES] if feed else []) if i["link"]]


def permalink_structure(samples: list[Mapping[str, str | None]]) -> str | None:
    """The permalink structure (``/%year%/%postname%/``) that the samples' addresses have in common; None when they have none."""
    shapes: dict[str, int] = {}
    for sample in samples:
        parts = split_url(sample["link"] or "")
        query = parse_qs(parts.query)
        shape = "/?p=%post_id%" if "p" in query else _shape(unquote(parts.path), sample)
        shapes[shape] = shapes.get(shape, 0) + 1
    if not shapes:
        return None
    best = max(shapes, key=lambda shape: shapes[shape])
    # Fixed words stand in most of them; what differs is a category.
    fixed = [s for s in shapes if "%category%" not in s]
    return best if shapes[best] * 2 > len(samples) or len(fixed) == 1 else next((s for s in shapes if "%category%" in s), best)


def _shape(path: str, sample: Mapping[str, str | None]) -> str:
    date, names = sample.get("date") or "", {0: "%year%", 1: "%monthnum%", 2: "%day%"}
    segments = [s for s in path.split("/") if s]
    out, dated = [], 0
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == sample.get("id"):
            out.append("%post_id%")
        elif dated < 3 and re.fullmatch(r"(19|20)\d\d" if dated == 0 else r"[0-3]\d", segment) and (not last or date[:4] == segment):
            out.append(names[dated])
            dated += 1
        elif last:
            out.append("%postname%")
        elif segment in ("index.php", "archives", "blog", "news", "posts"):
            out.append(segment)
        else:
            out.append("%category%" if "%category%" not in out else "")
    return "/" + "/".join(s for s in out if s) + ("/" if path.endswith("/") else "")
