"""When an article was published and last changed: the dates a page shows, told apart and put on the site's own clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from itertools import takewhile
from zoneinfo import ZoneInfo

import msgspec
from lxml.html import HtmlElement
from msgspec import Struct

from presslift.config import SiteSettings
from presslift.scraper.parse.cues import Cue, Decision, Vote, cues, decide, gather, named, short_text
from presslift.scraper.parse.dates import LONGEST, Moment, language_rows, parse_date, parse_foreign_date, parse_machine_date
from presslift.scraper.parse.document import classes, text_end, text_of
from presslift.scraper.parse.view import PageView
from presslift.urls import split_url

URL_DAY = re.compile(r"/((?:19|20)\d{2})/(\d{1,2})/(\d{1,2})(?:/|$)")
UPDATED_CLASS = re.compile(r"(?:^|[-_ ])(?:updated|modified|mod|lastmod|revised)(?:[-_ ](?:on|date|label|info|time)|$| )", re.I)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
PARTED = re.compile(r"\s[|·•/]\s")
NUMBERS = r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|(?:19|20)\d\d[年년./]\s*\d{1,2}[月월./]\s*\d{1,2}"
DAY = timedelta(days=1)
PARTS = ("span", "div", "p", "li", "small", "em", "strong", "b", "i", "address", "cite")
"""What a line's parts stand in."""
MOST_OF_TEXT = 4
MOST_BELOW = 6
LONG = 1_500
"""So many letters are an article's text, not what stands around its title."""
Said = tuple[Moment, Cue]


class Dates(Struct, kw_only=True):
    """Both dates of a page; ``published_day`` is the day visitors see when it differs from the instant's."""

    published: Decision[Moment] | None = None
    modified: Decision[Moment] | None = None
    warnings: list[str] = []


def read_dates(view: PageView, language: str | None, settings: SiteSettings | None = None, now: datetime | None = None) -> Dates:
    """Read both dates. ``now`` is when the page was fetched: relative dates are only read with it, and flagged."""
    zone = site_zone(settings)
    published_said, modified_said = said_dates(view, language, now, zone)
    published, modified = _decide(published_said, zone), _decide(modified_said, zone)
    warnings = []
    if published is not None and published.cue == "line of the last change":
        warnings.append("published: only the day of the last change is told")
    if published is not None and published.value.relative:
        warnings.append("published: told by a distance from the time of fetching")
        published.confidence = min(published.confidence, 0.6)
    return Dates(published=published, modified=modified, warnings=warnings)


def said_dates(
    view: PageView, language: str | None, now: datetime | None = None, zone: tzinfo | None = None
) -> tuple[list[Said], list[Said]]:
    """What each cue says the days of publication and of the last change are; the title's reader has told the heading."""
    modified_said = [(m, v.cue) for v in gather(view, "modified") if (m := _moment(v, language, now)) is not None]
    published_said: list[Said] = []
    for vote in gather(view, "published"):
        if vote.cue.role == "near":
            told = _near_title(view, vote.element, language, now)
        elif (moment := _moment(vote, language, now)) is not None:
            told = [(moment, vote.element is not None and (_is_update(vote.element) or _only_change(vote)))]
        else:
            continue
        for moment, changed in told:
            (modified_said if changed else published_said).append((moment, vote.cue))
    published_said += _from_address(view.url)
    if not published_said:
        published_said = [(m, named("published", "line of the last change")) for m, c in modified_said if c in cues("published")]
    return _without_changes(published_said, _decide(modified_said, zone)), modified_said


def site_zone(settings: SiteSettings | None) -> tzinfo | None:
    """The site's clock as configured: a zone's name or an offset."""
    name = settings.timezone if settings is not None else None
    if not name:
        return None
    if match := re.fullmatch(r"(?:UTC)?([+-])(\d{1,2}):?(\d{2})?", name):
        gap = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(-gap if match[1] == "-" else gap)
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def _moment(vote: Vote, language: str | None, now: datetime | None) -> Moment | None:
    if vote.element is None or vote.cue.attribute is not None:
        found = parse_machine_date(vote.text) or parse_date(vote.text, language)
        if found is None and vote.element is not None and vote.cue.attribute == "datetime":
            found = parse_date(text_of(vote.element), language, now=now)
        return found
    text = _without_updates(vote.text, vote.element)[:LONGEST]
    if (inner := next((t for t in vote.element.iter("time") if t.get("datetime") and not _is_update(t)), None)) is not None:
        found = parse_machine_date(inner.get("datetime"))
        if found is not None:
            return found
    found = parse_date(text, language, now=now)
    if found is None and vote.cue.pattern is None and len(text) < 40 and re.search(r"\d{4}", text):
        found = parse_foreign_date(text, language)
    return found


def _is_update(element: HtmlElement) -> bool:
    # Kadence calls the changed date "published" inside an item "updated-on"; elsewhere "updated" alone may be the only date.
    names = classes(element)
    if "published" not in names and (
        {"modified", "entry-modified-time", "updated-date"} & names or element.get("itemprop") == "dateModified"
    ):
        return True
    if element.tag != "time" and any("modified" in n or "last-update" in n for n in names):
        return True
    if (own := (element.text or "").strip()) and _starts_with_update_words(own):
        return parse_date(_change_told().sub(" ", own)[:LONGEST]) is None
    for above in [*element.iterancestors()][:3]:
        if above.tag in ("article", "main", "body", "header"):
            break
        if UPDATED_CLASS.search(above.get("class") or "") and not {"published", "posted-on"} & classes(above):
            return len([*above.iter("time")]) <= 1
    previous = element.getprevious()
    if previous is not None and previous.tag in HEADINGS:
        # A title may end in such a word.
        return False
    before = text_before(element)
    return bool(before) and _ends_with_update_words(before)


def _without_updates(text: str, element: HtmlElement) -> str:
    """A line's text without the day of the last change that stands in it, marked as such and often unseen, beside another."""
    for inner in element.iter("span", "time"):
        if inner is not element and "updated" in classes(inner) and "published" not in classes(inner):
            rest = text.replace(text_of(inner), " ", 1)
            text = rest if parse_date(rest) is not None else text
    if _change_told().search(text) and parse_date(rest := _change_told().sub(" ", text)) is not None:
        return rest
    return text


def _only_change(vote: Vote) -> bool:
    """Whether the only day in a line is that of the last change ("By Ana Ruiz | Last updated: 12 May 2024")."""
    return (
        vote.cue.attribute is None
        and bool(_change_told().search(vote.text))
        and parse_date(_change_told().sub(" ", vote.text)[:LONGEST]) is None
    )


@cache
def _change_told() -> re.Pattern[str]:
    words = {w for row in language_rows().values() for w in row.get("updated", [])}
    told = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{told})(?!\w)[^|•·\n\d]{{0,12}}(?:{NUMBERS}|[^|•·\n]{{0,24}}?(?:19|20)\d\d)", re.I)


def text_before(element: HtmlElement) -> str:
    """The end of the text right before an element, in its parent."""
    previous = element.getprevious()
    if previous is not None:
        tail = (previous.tail or "").strip()
        if previous.tag == "time" or any(map(str.isalnum, tail)):
            return tail[-60:]
        return f"{text_end(previous, 60)}{tail}"[-60:]
    parent = element.getparent()
    return (parent.text or "").strip()[-60:] if parent is not None else ""


@cache
def _update_words() -> re.Pattern[str]:
    words = {w for row in language_rows().values() for w in row.get("updated", [])}
    return re.compile(rf"(?:^|\W)(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})\W*$", re.I)


def _starts_with_update_words(text: str) -> bool:
    return bool(_first_words().match(text))


@cache
def _first_words() -> re.Pattern[str]:
    words = {w for row in language_rows().values() for w in row.get("updated", [])}
    return re.compile(rf"\W*(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})(?!\w)", re.I)


def _ends_with_update_words(text: str) -> bool:
    return bool(_update_words().search(text))


def _from_address(url: str) -> list[Said]:
    match = URL_DAY.search(split_url(url).path)
    moment = parse_machine_date(f"{match[1]}-{match[2]}-{match[3]}") if match else None
    return [(moment, named("published", "address"))] if moment else []


def _near_title(view: PageView, heading: HtmlElement | None, language: str | None, now: datetime | None) -> list[tuple[Moment, bool]]:
    """The first day in the few short lines right before and after the heading, and whether it is that of the last change."""
    if heading is None:
        return []
    late: list[tuple[Moment, bool]] = []
    for line, element in lines_near(view, heading):
        # A line of several things may be long: "18 March 2025 | by Ana Ruiz | Culture, Politics | 3 comments".
        if (len(line) <= 80 or PARTED.search(line)) and not _is_update(element):
            line = _without_updates(line, element)
            moment = parse_date(line, language, now=now) or _glued(line, element, language, now)
            if moment is not None and not _change_told().search(line):
                return [(moment, False)]
            late = late or ([(moment, True)] if moment is not None else [])
    return late


def _glued(line: str, element: HtmlElement, language: str | None, now: datetime | None) -> Moment | None:
    """The day in a part of a line whose parts have nothing between them ("2021-06-144 min read")."""
    if not re.search(r"\d{3}", line):
        return None
    parts = (text_of(e) for e in element.iter(*PARTS) if len(e) == 0)
    return next((m for text in parts if len(text) < 40 and (m := parse_date(text, language, now=now))), None)


def lines_near(view: PageView, heading: HtmlElement) -> list[tuple[str, HtmlElement]]:
    """The short texts next to a heading, after it first, then those before."""
    if heading not in view.near:
        view.near[heading] = _lines_near(view, heading, 8)
    return view.near[heading]


def _lines_near(view: PageView, heading: HtmlElement, count: int) -> list[tuple[str, HtmlElement]]:
    after: list[tuple[str, HtmlElement]] = []
    node: HtmlElement | None = heading
    passed = False
    for _ in range(5):
        # Beyond the text nothing is near.
        if node is None or passed or node.tag in ("body", "html"):
            break
        sibling = node.getnext()
        while sibling is not None and len(after) < count:
            if (
                isinstance(sibling.tag, str)
                and sibling.tag not in ("script", "style", "svg", "nav", "form")
                and not view.elsewhere(sibling)
            ):
                # The text itself must not use up the lines: themes print the day below it too.
                holds_text = view.text_start is not None and (sibling is view.text_start or sibling in view.text_start.iterancestors())
                after.extend(_short_texts(sibling, min(count - len(after), MOST_OF_TEXT if holds_text else count)))
                passed = passed or _is_long(sibling)
            sibling = sibling.getnext()
        node = node.getparent()
    before: list[tuple[str, HtmlElement]] = []
    node = heading
    for _ in range(3):
        if node is None or node.tag in ("article", "main", "body", "html"):
            break
        sibling = node.getprevious()
        if sibling is not None and isinstance(sibling.tag, str) and not view.elsewhere(sibling):
            before.extend(_short_texts(sibling, 4)[-2:])
        node = node.getparent()
    return after + before[:count] + _below_text(view, heading, {e for _, e in after})


def _below_text(view: PageView, heading: HtmlElement, seen: set[HtmlElement]) -> list[tuple[str, HtmlElement]]:
    """The short texts right below the text, up to what holds the heading too."""
    found: list[tuple[str, HtmlElement]] = []
    titled = {heading, *heading.iterancestors()}
    for node in [] if view.text_start is None else [view.text_start, *view.text_start.iterancestors()]:
        if node in titled or node.tag in ("body", "html"):
            break
        below = [e for e in node.itersiblings() if isinstance(e.tag, str)]
        last = next((n for n in range(len(below) - 1, -1, -1) if view.holds_prose(below[n])), -1)
        # Beside the text's container a line may stand before a box about its author.
        beside = takewhile(lambda e: not view.holds_prose(e), below[: last + 1]) if node is not view.text_start else ()
        for sibling in [*beside, *below[last + 1 :]][:MOST_BELOW]:
            if sibling.tag not in ("script", "style", "svg", "nav", "form") and not view.elsewhere(sibling):
                found += [(t, e) for t, e in _short_texts(sibling, 3) if e not in seen]
    return found[:MOST_BELOW]


def _is_long(element: HtmlElement) -> bool:
    """Whether an element says as much as an article does; one that does is not read to its end."""
    size = 0
    for piece in element.itertext():
        size += len(piece.strip())
        if size > LONG:
            return True
    return False


def _short_texts(element: HtmlElement, count: int, depth: int = 0) -> list[tuple[str, HtmlElement]]:
    found: list[tuple[str, HtmlElement]] = []
    whole = short_text(element, 120)
    if whole:
        return [(whole, element)]
    for child in list(element)[:12]:
        if len(found) >= count:
            break
        if isinstance(child.tag, str) and child.tag not in ("script", "style", "svg", "nav", "form", "h2"):
            text = short_text(child, 120)
            if text:
                found.append((text, child))
            elif len(child) and depth < 8 and child.tag in ("div", "header", "section", "ul", "span"):
                found.extend(_short_texts(child, count - len(found), depth + 1) if len(found) < count else [])
    return found


def _without_changes(said: list[Said], modified: Decision[Moment] | None) -> list[Said]:
    """Visible dates that only repeat the change's day are no publication, where another day is told by a better cue."""
    head = [m for m, c in said if c.family in ("seo", "graph", "address")]
    if modified is None or not head or modified.value.day in {m.day for m in head}:
        return said
    if any(_same_instant(modified.value, m) for m in head):
        return said
    return [(m, c) for m, c in said if m.day != modified.value.day or c.family in ("seo", "graph", "address")]


def _same_instant(one: Moment, other: Moment) -> bool:
    if one.when is None or other.when is None or one.when.tzinfo is None or other.when.tzinfo is None:
        return False
    return abs(one.when - other.when) < timedelta(minutes=2)


def _decide(said: list[Said], zone: tzinfo | None) -> Decision[Moment] | None:
    if not said:
        return None
    aligned = aligned_dates(said, zone)
    decision = decide(aligned, lambda m: m.day.isoformat())
    if decision is None:
        return None
    same = [m for m, _ in aligned if m.day == decision.value.day]
    best = max(same, key=_exactness)
    decision.value = _on_site_clock(_zoned(best, zone), [m for m, _ in said])
    return decision


def _on_site_clock(moment: Moment, said: list[Moment]) -> Moment:
    """An instant told in UTC on the clock that the page's visible time shows; failing that, on the day it shows."""
    if moment.when is None or moment.when.tzinfo is None or moment.when.utcoffset():
        return moment
    naive = moment.when.replace(tzinfo=None)
    for shown in said:
        if shown.when is not None and shown.when.tzinfo is None:
            gap = timedelta(minutes=15 * round((shown.when - naive).total_seconds() / 900))
            if abs(shown.when - naive - gap) < timedelta(minutes=1) and abs(gap) <= timedelta(hours=14):
                when = moment.when.astimezone(timezone(gap))
                return msgspec.structs.replace(moment, when=when, day=when.date())
    days = [m.day for m in said if m.when is None and not m.relative]
    if days and moment.day not in days and (shown_day := next((d for d in days if abs(d - moment.day) <= DAY), None)) is not None:
        return msgspec.structs.replace(moment, day=shown_day)
    return moment


def _exactness(moment: Moment) -> int:
    order = ("day", "minute", "second")
    if moment.when is None:
        return 0
    return order.index(moment.precision) + (10 if moment.when.tzinfo else 0) + (10 if moment.when.utcoffset() else 0)


def _zoned(moment: Moment, zone: tzinfo | None) -> Moment:
    if zone is None or moment.when is None:
        return moment
    when = moment.when.replace(tzinfo=zone) if moment.when.tzinfo is None else moment.when
    if when.utcoffset() == timedelta(0):
        when = when.astimezone(zone)
    # A fixed offset, so that the text says it.
    gap = when.utcoffset()
    when = when.replace(tzinfo=timezone(gap)) if gap is not None else when
    return msgspec.structs.replace(moment, when=when, day=when.date())


def aligned_dates(said: Iterable[Said], zone: tzinfo | None = None) -> list[Said]:
    """Moments that differ only by the clock they are told on, put on one clock: the site's, else the one with an offset."""
    items = [(_zoned(m, zone), c) for m, c in said]
    instants: dict[datetime, Moment] = {}
    for moment, _ in items:
        if moment.when is not None and moment.when.utcoffset():
            instants.setdefault(moment.when.astimezone(UTC).replace(second=0), moment)
    result = []
    universal = [m for m, _ in items if m.when is not None and m.when.tzinfo is not None and not m.when.utcoffset()]
    for moment, cue in items:
        if moment.when is not None and moment.when.tzinfo is not None and not moment.when.utcoffset():
            moment = instants.get(moment.when.astimezone(UTC).replace(second=0), moment)
        elif moment.when is None or moment.when.tzinfo is None:
            # A day as visitors see it may be the neighbour of the instant's day in UTC.
            moment = next(
                (u for u in universal if u.day != moment.day and abs(u.day - moment.day) <= DAY and _near_midnight(u, moment)), moment
            )
        result.append((moment, cue))
    return result


def _near_midnight(instant: Moment, shown: Moment) -> bool:
    assert instant.when is not None
    hour = instant.when.hour + instant.when.minute / 60
    return hour <= 11 if shown.day < instant.day else hour >= 11
