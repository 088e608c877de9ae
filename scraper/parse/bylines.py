"""One line of text read as a byline: its authors and its other contributors, or not a byline at all."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from msgspec import Struct

from presslift.records import Contributor
from presslift.scraper.knowledge import table
from presslift.scraper.parse.dates import parse_date
from presslift.scraper.parse.people import (
    clean_name,
    fold_name,
    has_job_words,
    is_placeholder,
    lead_pattern,
    looks_like_name,
    role_pattern,
    roles,
    split_names,
)

LONGEST_LINE = 180
PIECES = re.compile(r"\s+[|•·‖]\s+|\s*[|‖]\s*|\s+[–—]\s+|\s*;\s*|\n")
MARKS = re.compile(r"\[[\w*†‡§¶]{1,5}\]|[*†‡§¶¹²³⁴-⁹⁰]+")


class Byline(Struct, kw_only=True):
    """What a line says of people; ``weak`` when only a bare preposition and the names' shape speak for it."""

    authors: list[str] = []
    contributors: list[Contributor] = []
    weak: bool = False


@cache
def _next_lead() -> re.Pattern[str]:
    people = table("people")
    words = {w for row in people["lead"].values() for w in row["colon"]} | {
        w for row in people["role"].values() for w in row["colon"] + row["plain"]
    }
    alternatives = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))
    return re.compile(
        rf"[.,;]?\s+(?=(?:{alternatives})\s*[:：])|[.,;]\s+(?=(?:{'|'.join(re.escape(w) for w in sorted(_plain_roles(), key=len, reverse=True))})\s)",
        re.I,
    )


@cache
def _plain_roles() -> frozenset[str]:
    return frozenset(w for row in table("people")["role"].values() for w in row["plain"])


def _by_lead(text: str) -> list[str]:
    """A text parted before each lead and role but the first ("By Ana Ruiz. Photos: Leo Paz")."""
    first = lead_pattern().match(text) or role_pattern().match(text)
    start = first.end() if first else 0
    head, *more = _next_lead().split(text[start:])
    return [text[:start] + head, *more]


def read_byline(text: str, known: Collection[str] = (), *, emphasised: bool = False) -> Byline | None:
    """Read a whole line as a byline: every part of it must be one. ``known`` are folded names that the page gives as people."""
    if not text or len(text) > LONGEST_LINE:
        return None
    bare = " ".join(MARKS.sub(" ", text).split())
    found = Byline()
    parts = PIECES.split(bare)
    first = next((f for part in parts if (f := part.strip(" ,.;"))), "")
    if not (lead_pattern().match(first) or role_pattern().match(first)):
        return None
    for piece in (p for part in parts for p in _by_lead(part)):
        piece = piece.strip(" ,.;") if not re.search(r"\b(?:[^\W\d_]|Jr|Sr|Dr|Dra|Ph\.?D|M\.?D)\.$", piece.strip()) else piece.strip(" ,;")
        if piece and not _take(found, piece, known, emphasised):
            return None
    return found if found.authors or found.contributors else None


def _take(found: Byline, piece: str, known: Collection[str], emphasised: bool) -> bool:
    role = role_pattern().match(piece)
    if role:
        names = _names(piece[role.end() :], known, strong=bool(role["colon"]) or ":" in role[0])
        kind = roles()[" ".join((role["plain"] or role["colon"]).lower().split())]
        found.contributors.extend(Contributor(name=n, role=kind) for n in names)
        return bool(names)
    lead = lead_pattern().match(piece)
    if lead:
        return _take_authors(found, piece, lead, known, emphasised)
    if not found.authors and not found.contributors:
        return False
    # What may stand behind names: a date, a job, an organisation in a word or two.
    words = len(piece.split())
    return parse_date(piece) is not None or (words <= 6 and has_job_words(piece)) or (words <= 3 and looks_like_name(piece))


def _take_authors(found: Byline, piece: str, lead: re.Match[str], known: Collection[str], emphasised: bool) -> bool:
    words, colon = " ".join(lead[1].lower().split()), bool(lead[2]) or lead[1].endswith("/")
    rows = table("people")["lead"].values()
    if not colon and not any(words in row["plain"] for row in rows):
        return False
    names = _names(piece[lead.end() :], known, strong=colon)
    if not names:
        return False
    preposition = not colon and " " not in words
    if preposition and not emphasised and any(len(n.split()) < 2 and fold_name(n) not in known for n in names):
        return False
    found.authors.extend(n for n in names if n not in found.authors)
    found.weak = found.weak or (preposition and not all(fold_name(n) in known for n in names))
    return True


def _names(text: str, known: Collection[str], *, strong: bool) -> list[str]:
    """The names a text consists of; none when anything in it is not a name."""
    whole = clean_name(text)
    if whole and fold_name(whole) in known:
        return [whole]
    names = []
    for part in split_names(text):
        name = clean_name(part)
        if name is None:
            return []
        if fold_name(name) in known or is_placeholder(name):
            names.append(name)
            continue
        if (
            not looks_like_name(name)
            or _has_stop_words(name)
            or (part.rstrip().endswith(".") and not re.search(r"\b(?:[^\W\d_]|Jr|Sr)\.$", part.strip()))
        ):
            return []
        if not strong and len(name.split()) > 5:
            return []
        names.append(name)
    return names


def _has_stop_words(name: str) -> bool:
    return any(w.strip(".,").lower() in _stop_words() for w in name.split())


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(table("people")["not_in_names"])
