"""Every way in which a server may misbehave, how it is made, and what is to become of it; tests and ``benchmarks/faults.py`` go by it."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from tests import servers
from tests.faulty import OPEN, PAGES_ALONE, FaultySite, lines, records
from tests.servers import Behaviour, announced, page, redirect, streamed
from tests.test_hostile import BROKEN
from tests.test_hostile_listings import FEEDS, ITEMS, LOGIN, POSTS, REST_FAULTS, ROBOTS, SITEMAPS, TRAPS, XML, asked, change, items_as, trap

SITEMAP = {"rest": False, "feed": False}
RECOVERED = "recovered"


@dataclass(frozen=True)
class Fault:
    """A fault. ``outcome`` is what ``outcome`` below tells; ``fetch`` settings of its own; ``before``: see ``benchmarks/faults.py``.

    ``elsewhere`` when another test has it. ``requests`` is the most that may be asked for it.
    """

    name: str
    how: str
    prepare: Callable[[FaultySite], Any]
    outcome: str = RECOVERED
    doors: dict[str, bool] = field(default_factory=dict)
    fetch: dict[str, Any] = field(default_factory=dict)
    elsewhere: bool = True
    requests: int = 200
    before: str = ""


def outcome(out: Path, site: FaultySite, exit_code: int) -> str:
    """What became of a run, in short: ``recovered``, ``named …`` (what failures.jsonl says), or ``code 3``."""
    if exit_code not in (0, 1):
        return f"code {exit_code}"
    told = {row["reason"] for row in lines(out, "failures")}
    return f"named {', '.join(f'`{reason}`' for reason in sorted(told))}" if told else RECOVERED


def rest_of_the_site(out: Path, site: FaultySite) -> set[str]:
    """Slugs of what is public and lacks in the export, but for the broken page."""
    return site.slugs - {"averia"} - set(records(out))


def on_a_page(behaviour: Behaviour | Callable[[bytes], Behaviour]) -> Callable[[FaultySite], None]:
    """A further post whose page misbehaves; ``behaviour`` may be made of the good page."""

    def prepare(site: FaultySite) -> None:
        path = site.add("averia")
        made = behaviour(site.answer(path)[2]) if getattr(behaviour, "of_page", False) else behaviour
        site.faults[path] = made  # type: ignore[assignment]
        site.faults["/loop-2/"], site.faults["/loop-3/"] = redirect("/loop-3/"), redirect("/loop-2/")
        site.faults["/wp-login.php"] = page(LOGIN)
        site.everywhere = lambda target: servers.counting_redirects("/n/") if target.startswith("/n/") else None

    return prepare


def of_page(made: Callable[[bytes], Behaviour]) -> Callable[[bytes], Behaviour]:
    """Mark a behaviour that is made of the good page."""
    made.of_page = True  # type: ignore[attr-defined]
    return made


def broken(name: str, words: str, how: str) -> Fault:
    """One of ``test_hostile``'s."""
    behaviour, reason = BROKEN[name]
    return Fault(words, how, on_a_page(behaviour), f"named `{reason}`", SITEMAP)


def paged(words: str, how: str, behaviour: Any, outcome: str, **more: Any) -> Fault:
    """One on a page that only this catalogue has."""
    return Fault(words, how, on_a_page(behaviour), outcome, SITEMAP, elsewhere=False, **more)


WIRE = [
    Fault("no fault", "the built-in site", lambda site: None, RECOVERED, SITEMAP),
    broken("reset", "reset", "TCP reset in place of an answer"),
    broken("hung-up", "closed without a word", "the socket closed after the request"),
    broken("stalled", "stalled", "nothing comes"),
    broken("drip", "one byte at a time, body", "a byte every 0.1 s, for ever"),
    broken("drip-head", "one byte at a time, headers", "the same in the headers"),
    broken("truncated", "truncated", "100 bytes fewer than announced"),
    paged(
        "`Content-Length` too small",
        "half of the page announced, all of it sent",
        of_page(lambda good: announced(str(len(good) // 2), good.decode())),
        RECOVERED,
    ),
    paged("`Content-Length` no number", "`many`", of_page(lambda good: announced("many", good.decode())), RECOVERED),
    paged("`Content-Length` negative", "`-5`", of_page(lambda good: announced("-5", good.decode())), RECOVERED),
    paged("two of them", "`10, 20`", announced("10, 20"), "named `connection`"),
    broken("cut-chunks", "chunks cut off", "the connection ends within a chunk"),
    broken("bad-chunks", "chunked garbage", "a chunk's size that is no number"),
    broken("gzip-bomb", "gzip bomb of 50 MB", "50 MB of zeros in 49 kB"),
    paged("gzip bomb of 200 MB", "200 MB of zeros in 195 kB", servers.gzip_bomb(200_000_000), "named `too_large`"),
    broken("twice-gzip", "gzip within gzip", "50 MB of zeros in 200 bytes"),
    paged("deflate bomb", "200 MB of zeros", servers.compressed(bytes(200_000_000), "deflate"), "named `too_large`"),
    paged("brotli bomb", "64 MB of zeros in 51 bytes, unasked for", page(servers.BROTLI_BOMB, Content_Encoding="br"), "named `bad_answer`"),
    paged("an encoding that nobody knows", "`zstd-and-more`; plain when asked without", BROKEN["unknown-encoding"][0], RECOVERED),
    broken("endless", "endless body", "sends until told to stop"),
    broken("endless-head", "endless headers", "the same in the headers"),
    broken("no-http", "no HTTP", "the beginning of a TLS handshake"),
]

REDIRECTS = [
    broken("loop", "endless redirects, in a circle", "301 to and fro"),
    broken("for-ever", "endless redirects, ever further", "/n/1 to /n/2 to …"),
    broken("elsewhere", "to another host", "`http://example.invalid/`"),
    broken("file", "to `file:`", "`file:///etc/passwd`"),
    broken("private", "to a private address", "`http://10.0.0.1/`"),
    broken("link-local", "to a link-local one", "`http://169.254.169.254/latest/meta-data/`"),
    broken("octal", "in octal", "`http://0251.0376.0251.0376/`"),
    broken("decimal", "in decimal", "`http://2852039166/`"),
    paged("in hexadecimal", "`http://0xa9fea9fe/`", redirect("http://0xa9fea9fe/"), "named `redirect_refused`"),
    broken("mapped", "mapped into IPv6", "`http://[::ffff:169.254.169.254]/`"),
    paged("private IPv6", "`http://[fd00::1]/`", redirect("http://[fd00::1]/"), "named `redirect_refused`"),
    paged("link-local IPv6", "`http://[fe80::1]/`", redirect("http://[fe80::1]/"), "named `redirect_refused`"),
    broken("no-address", "to no address", "`http://[bad/`"),
    Fault(
        "by DNS, after the check",
        "the site's name leads to 169.254.169.254 from the 17th question on",
        lambda site: None,
        "named `address_refused`",
        SITEMAP,
        before="rebinding",
        requests=60,
    ),
]


def fifty_thousand(target: str) -> str | None:
    """A shop's list that can be sorted and filtered in 50,000 ways, each of which can be filtered further."""
    if not target.startswith("/tienda/"):
        return None
    if "?" in target:
        return "".join(f'<a href="{target}&mas={n}">{n}</a>' for n in range(20))
    return "".join(f'<a href="/tienda/?color={n % 223}&talla={n % 225}&orden={n}">{n}</a>' for n in range(50_000))


def doubled(site: FaultySite) -> None:
    """One article under addresses in capitals and without the last slash."""
    good, path = site.answer, site.path(103)
    links = "".join(f'<a href="{site.url}{s}">x</a>' for s in (path.upper(), path.rstrip("/"), path + "?", "/" + path))

    def answer(target: str) -> tuple[int, str, bytes, dict[str, str]]:
        plain = re.sub("/+", "/", target.partition("?")[0].lower()).rstrip("/") + "/"
        status, kind, body, headers = good(path) if plain == path else good(target)
        return status, kind, body.replace(b"</body>", links.encode() + b"</body>") if target == "/" else body, headers

    site.answer = answer  # type: ignore[method-assign]


def trapped(name: str, words: str, how: str) -> Fault:
    """One of the traps for crawlers, with the limits that hold by default."""
    return Fault(words, how, lambda site: trap(site, *TRAPS[name]), RECOVERED, PAGES_ALONE)


LINKS = [
    trapped("calendar", "endless calendar", "each month leads to the next and the last"),
    trapped("pagination", "endless pagination", "each page of an archive has a next one"),
    Fault(
        "50,000 URLs in a loop of parameters",
        "one page with 50,000 links that differ in parameters, each with 20 more",
        lambda site: trap(site, fifty_thousand, "/tienda/"),
        RECOVERED,
        PAGES_ALONE,
        elsewhere=False,
    ),
    trapped("parameters", "parameters that pile up", "each link adds one"),
    trapped("sessions", "session ids in URLs", "another one in each link"),
    trapped("deeper", "paths that grow", "relative links without end"),
    Fault("case and trailing-slash doubles", "one article under five spellings", doubled, RECOVERED, PAGES_ALONE),
    broken("soft-404", "soft 404", "“page not found” that says 200"),
    broken("sent-home", "sent home", "301 to the home page"),
    broken("database", "200 error page, database", "“Error establishing a database connection”"),
    broken("fatal", "200 error page, PHP", "“Fatal error: Uncaught Error”"),
    broken("critical", "200 error page, WordPress", "“There has been a critical error”"),
    broken("login", "a login page", "302 to wp-login.php"),
    broken("bot", "a bot check", "Cloudflare's challenge"),
    broken("pdf", "content type that lies: PDF", "as text/html"),
    broken("json", "content type that lies: JSON", "as application/json where a page was"),
    broken("picture", "content type that lies: a picture", "PNG as text/html"),
    broken("empty", "nothing", "200 and no byte"),
    broken("status-500", "status 500", "“Internal Server Error”"),
    broken("status-999", "status 999", "as some bot walls answer"),
]


def mapped(name: str, words: str, how: str, outcome: str = RECOVERED) -> Fault:
    """A sitemap of ``test_hostile_listings``."""

    def prepare(site: FaultySite) -> None:
        site.faults["/wp-sitemap-posts-post-1.xml"] = SITEMAPS[name](site)

    return Fault(words, how, prepare, outcome, SITEMAP)


def huge_sitemap(site: FaultySite) -> Iterator[bytes]:
    """200 MB of pictures' addresses, and those of the articles at the end."""
    yield b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    entry = f"<url><loc>{site.url}/wp-content/uploads/2024/01/NUMBER-{'x' * 900}.jpg</loc></url>"
    for start in range(0, 206_000, 100):
        yield "".join(entry.replace("NUMBER", str(start + n)) for n in range(100)).encode()
    yield "".join(f"<url><loc>{site.link(p)}</loc></url>" for p in site.data["posts"]).encode() + b"</urlset>"


def sends_huge(packed: bool) -> Callable[[FaultySite], None]:
    """The sitemap of 200 MB, plain or in gzip."""

    def prepare(site: FaultySite) -> None:
        path = "/wp-sitemap-posts-post-1.xml"
        if packed:
            site.faults[path] = page(gzip.compress(b"".join(huge_sitemap(site)), 1), content_type=XML, Content_Encoding="gzip")
        else:
            site.faults[path] = streamed(lambda: huge_sitemap(site))

    return prepare


def fed(name: str, words: str, how: str) -> Fault:
    """A feed of ``test_hostile_listings``."""

    def prepare(site: FaultySite) -> None:
        site.faults["/feed/"] = page(FEEDS[name], content_type="application/rss+xml")

    return Fault(words, how, prepare, RECOVERED, {"rest": False, "sitemap": False})


LISTS = [
    mapped("xxe", "sitemap with XXE", "an entity that is `file:///etc/passwd`"),
    mapped("billion_laughs", "billion laughs", "twelve entities of ten of the one before"),
    Fault("a 200 MB sitemap", "206,000 entries, plain", sends_huge(False), RECOVERED, SITEMAP, {"timeout": 30}, elsewhere=False),
    Fault(
        "the same in gzip",
        "206,000 entries, in less than a megabyte",
        sends_huge(True),
        RECOVERED,
        SITEMAP,
        {"timeout": 30},
        elsewhere=False,
    ),
    mapped("html", "sitemap that is HTML", "a page"),
    mapped("cut", "sitemap cut off", "in mid entry"),
    mapped("itself", "sitemap that names itself", "an index of itself"),
    mapped("gzip_bomb", "sitemap that is a bomb", "50 MB of zeros"),
    fed("html", "feed that is HTML", "a page"),
    fed("broken", "feed cut off", "in mid item"),
    fed("xxe", "feed with XXE", "as above"),
    fed("laughs", "feed with billion laughs", "as above"),
]


def rested(name: str, words: str, how: str, outcome: str = RECOVERED) -> Fault:
    """A REST fault of ``test_hostile_listings``."""

    def prepare(site: FaultySite) -> None:
        site.faults["/wp-login.php"] = page(LOGIN)
        change(site, *REST_FAULTS[name])

    return Fault(words, how, prepare, outcome, OPEN)


def items(name: str, words: str, how: str) -> Fault:
    """REST's items made otherwise."""
    fits = re.compile(r"/wp/v2/(?:posts|pages|comments|users|media|categories|tags)").search
    return Fault(words, how, lambda site: change(site, fits, items_as(ITEMS[name])), RECOVERED, OPEN)


def shifting(site: FaultySite) -> None:
    """One post goes, and one comes, between the first and the second page of the listing."""
    for number in range(150):
        site.add(f"nota-{number}", content="<p>Breve.</p>")
    done: list[str] = []

    def answer(target: str, good: Any) -> Any:
        if asked(target, "page", 1) == 1 and not done and asked(target, "per_page", 10) > 10:
            done.append(target)
            site.data["posts"].remove(site.by_id(102))
            site.add("recien-llegada", id=5000)
        return good

    change(site, POSTS, answer)


WARNING = b'<br />\n<b>Warning</b>:  Undefined array key ["x"] in <b>/var/www/x.php</b> on line <b>3</b><br />\n'

REST = [
    rested("html", "REST answering HTML", "a page where posts were"),
    rested("html_everywhere", "the same on every route", "a page"),
    rested("login_page", "REST answering a login page", "in place of JSON"),
    rested("login_redirect", "REST sent to log in", "302 to wp-login.php"),
    rested("empty_with_wrong_total", "an empty array with a wrong total", "`[]` and `X-WP-Total: 9`"),
    rested("no_route", "`rest_no_route`", "404"),
    rested("no_route_with_200", "`rest_no_route` with 200", "200"),
    items("numbers_as_strings", "numbers as strings", "every number of every item"),
    items("nulls", "null fields", "all but id and link"),
    items("lists_for_strings", "lists for strings", "every field"),
    items("huge_numbers", "numbers of thirty digits", "id, author, terms"),
    Fault(
        "pages shifting while read",
        "a post goes and another comes between two pages",
        shifting,
        "named `http_status`",
        {"feed": False},
    ),
    rested("warning_before", "JSON after a PHP warning", "a warning with brackets in it before each answer"),
    Fault(
        "invalid JSON after a PHP warning",
        "the same, and the JSON cut in half",
        lambda site: change(site, POSTS, lambda t, a: (a[0], a[1], WARNING + a[2][: len(a[2]) // 2], a[3])),
        RECOVERED,
        OPEN,
        elsewhere=False,
    ),
    Fault(
        "a PHP warning within the JSON",
        "in the middle of each answer",
        lambda site: change(site, POSTS, lambda t, a: (a[0], a[1], a[2][:200] + WARNING + a[2][200:], a[3])),
        RECOVERED,
        OPEN,
        elsewhere=False,
    ),
    rested("cut_json", "JSON cut in half", "half of each answer"),
    rested("bom", "byte order mark", "before each answer"),
    rested("always_500", "REST answering 500", "each time"),
    rested("nested", "100,000 brackets", "`[[[[…`"),
    rested("no_totals", "no totals", "no `X-WP-Total`"),
]

ROBOT_FORMS = {
    "missing": "404", "html": "a page that says `Disallow: /`", "huge": "4 MB", "bom": "before `User-agent`", "several_groups": "another robot's `Disallow: /` before ours",
    "forbidden": "403", "binary": "all bytes", "macs": "old Mac line ends", "loop": "redirects to itself", "empty": "no byte",
}  # fmt: skip


def robots(name: str, how: str) -> Fault:
    """A robots.txt of ``test_hostile_listings``."""

    def prepare(site: FaultySite) -> None:
        site.faults["/robots.txt"] = ROBOTS[name]

    return Fault(f"robots.txt {name.replace('_', ' ')}", how, prepare, RECOVERED, {"sitemap": False})


def slow_robots(site: FaultySite) -> None:
    """robots.txt with a crawl-delay."""
    site.faults["/robots.txt"] = page("User-agent: *\nCrawl-delay: 0.1\n", content_type="text/plain")


def changed_robots(site: FaultySite) -> None:
    """robots.txt that forbids all from the second time on."""
    site.faults["/robots.txt"] = [
        page("User-agent: *\n", content_type="text/plain"),
        page("User-agent: *\nDisallow: /\n", content_type="text/plain"),
    ]


def says_wait(given: Callable[[], str], status: int = 429) -> Callable[[FaultySite], None]:
    """Each article's page asks once to come back later."""

    def prepare(site: FaultySite) -> None:
        for post in site.data["posts"]:
            path = site.link(post).removeprefix(site.url)

            def good(visit: servers.Visit, path: str = path) -> None:
                page(site.answer(path)[2])(visit)

            site.faults[path] = [lambda visit: page("later", status, Retry_After=given())(visit), good]

    return prepare


def in_a_second() -> str:
    """A date for ``Retry-After``: when it is read, about a second ahead."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)


class Overloaded:
    """Says 503 to whoever comes while another is served."""

    def __init__(self, site: FaultySite):
        self._site, self._busy = site, threading.Semaphore(2)
        self.refused = 0

    def __call__(self, target: str) -> Behaviour | None:
        if not re.match(r"/20\d\d/", target):
            return None

        def behave(visit: servers.Visit) -> None:
            if not self._busy.acquire(blocking=False):
                self.refused += 1
                return page("too many", 503)(visit)
            try:
                visit.closing.wait(0.05)
                page(self._site.answer(target)[2])(visit)
            finally:
                self._busy.release()

        return behave


def overloaded(site: FaultySite) -> None:
    """A server that bears two at a time, with 30 posts."""
    for number in range(30):
        site.add(f"nota-{number}", content="<p>Breve, pero suficiente para ser leída.</p>")
    site.everywhere = Overloaded(site)


POLITE = [
    *(robots(name, how) for name, how in ROBOT_FORMS.items()),
    Fault("robots.txt 5xx", "503", lambda site: site.faults.update({"/robots.txt": page("", 503)}), "code 3"),
    Fault("crawl-delay", "0.1 s", slow_robots, RECOVERED, SITEMAP, elsewhere=False),
    Fault("changed mid-run", "forbids all from the second time it is asked for", changed_robots, RECOVERED, SITEMAP, elsewhere=False),
    Fault("429 with `Retry-After` in seconds", "1, once for each page", says_wait(lambda: "1"), RECOVERED, SITEMAP, {"attempts": 3}, elsewhere=False),
    Fault("503 with `Retry-After` as a date", "a second ahead, once for each page", says_wait(in_a_second, 503), RECOVERED, SITEMAP, {"attempts": 3}, elsewhere=False),
    Fault("`Retry-After` of an hour", "3600, for one page", on_a_page(page("later", 429, Retry_After="3600")), "named `http_status`", SITEMAP, elsewhere=False),
    Fault("more at a time than it bears", "503 to the third at a time", overloaded, RECOVERED, SITEMAP, {"attempts": 8}, elsewhere=False, requests=400),
]  # fmt: skip

CATALOGUE: dict[str, list[Fault]] = {
    "On the wire": WIRE,
    "Redirects and addresses": REDIRECTS,
    "Pages and links": LINKS,
    "Sitemaps and feeds": LISTS,
    "REST": REST,
    "Politeness": POLITE,
}
