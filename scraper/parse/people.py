"""Names of people: cleaned of what is printed around them, told from what is no name, and chosen from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from presslift.records import Account, Person
from presslift.scraper.knowledge import table
from presslift.scraper.parse.dates import is_day

LONGEST_NAME = 70
WORDS_IN_NAME = 7
AFTER = re.compile(r"(?:\s+\(?https?://\S+|\s+@[\w.]+|\s*\([^()]*\)|\s*\[[^\[\]]*\]|\s+[|•·–—]\s.*)\s*$")
MARK = re.compile(r"(?<![*†‡§¶¹²³⁴-⁹⁰])(?:\s*\[[\w*†‡§¶#]{1,4}\]|[*†‡§¶¹²³⁴-⁹⁰])++$")
GLUED = re.compile(r"(?<=[^\W\d_])\d{1,2}$")
UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""Soft hyphens and spaces of no width: where a line may break, no part of a word."""
COUNT = re.compile(r"\d+\s+\w+")
"""What is counted, not named: "257 articles"."""
DEGREE = re.compile(r"(?:Jr|Sr|II|III|IV|[A-Z]{2,5}[®™]?|Ph\.?\s?D|[A-Z][a-z]?\.(?:\s?[A-Z][a-z]?\.?)+)\.?")


@lru_cache(maxsize=4096)
def fold_name(name: str | None) -> str:
    """What two spellings of a name share: letters and digits, lower case, accents off."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name or "").lower()))


LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}


@lru_cache(maxsize=4096)
def name_slug(name: str) -> str:
    """A slug as WordPress would make it: accents off Latin letters, lower case, hyphens; other scripts are kept."""
    if name.isascii():
        return re.sub(r"[\W_]+", "-", name.lower().replace("'", "").replace("`", "")).strip("-")
    out = []
    for char in unicodedata.normalize("NFC", name).lower():
        bare = unicodedata.normalize("NFKD", LETTERS.get(char, char))
        out.append(
            "".join(c for c in bare if not unicodedata.combining(c)) if bare and bare[0].isascii() else unicodedata.normalize("NFC", char)
        )
    kept = re.sub(r"['’‘`]", "", "".join(out))
    return re.sub(r"[\W_]+", "-", kept).strip("-")


GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


SPACES = re.compile("[\\s./\u00a0\u2000-\u200a\u2013\u2014\u2028\u2029\u202f]+")
DROPPED = re.compile("[\u00ad¡¿«»‹›‘’“”‚‛„‟•©®°…™´ˊ\u0300\u0301\u0304\u030c\u0341\u200b-\u200f\u202a-\u202e\ufeff\ufffc]")
ASCII_SIGNS = re.compile(r"[!-,:-@\[-^`{-~]")


def title_slug(title: str, language: str | None = None) -> str:
    """A post's slug as WordPress makes it from its title (``sanitize_title``): at most 200 bytes as encoded in an address.

    ASCII's signs and typographers' quotes are dropped; what other scripts have for points and commas is kept.
    """
    # Whatever of a title makes two hundred bytes stands among its first letters.
    title = unicodedata.normalize("NFC", title.strip()[:2000])
    plain = "".join(map(_unaccented, title.translate(GERMAN) if (language or "").startswith("de") else title))
    size = end = 0
    for end, char in enumerate(plain, 1):
        size += 1 if char.isascii() else 3 * len(char.encode())
        if size > 200:
            end -= 1
            break
    kept = ASCII_SIGNS.sub("", DROPPED.sub("", SPACES.sub("-", plain[:end].lower().replace("×", "x"))))
    return re.sub("-+", "-", kept).strip("-")


def _unaccented(char: str) -> str:
    if char.isascii() or not char.isalpha() or not (char < "\u0250" or "\u1e00" <= char < "\u1f00"):
        return char
    bare = unicodedata.normalize("NFKD", LETTERS.get(char.lower(), char))
    return "".join(c for c in bare if not unicodedata.combining(c)) if bare[0].isascii() else char


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(table("people")[name])


@cache
def _placeholder_names() -> frozenset[str]:
    return frozenset(fold_name(n) for n in table("people")["placeholders"])


def is_placeholder(name: str | None, placeholders: Iterable[str] = (), site_name: str | None = None, host: str | None = None) -> bool:
    """Whether a name is nobody's: admin, the editors, the site itself, or one of ``placeholders``. An empty name is."""
    folded = fold_name(name)
    if not folded or folded in _placeholder_names() or folded in {fold_name(p) for p in placeholders}:
        return True
    if site_name and folded == fold_name(site_name):
        return not is_full_name(name)
    if host and len((name or "").split()) == 1 and not host.lower().endswith(tuple(table("people")["shared_hosts"])):
        labels = host.lower().removeprefix("www.").split(".")
        return folded in {fold_name(host), fold_name(host.removeprefix("www."))} or (
            len(labels) > 1 and folded == fold_name(labels[-2]) and len(folded) > 3
        )
    bare = (name or "").strip().lower()
    return bool(
        re.fullmatch(r"(?:wp)?admin\d*|user\d+|editor\d+", folded)
        or re.fullmatch(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2}|com|org|net|info|edu|gov|news|blog)", bare)
    )


def is_full_name(name: str | None) -> bool:
    """Whether a name is surely a person's: a known given name and one or two surnames. Sites may bear their author's name."""
    name = name or ""
    words = name.split()
    if not 2 <= len(words) <= 3 or fold_name(words[0]) not in _given_names():
        return False
    return looks_like_name(name) and not has_job_words(name) and not any(w.lower() in _words("trades") for w in words)


@cache
def _given_names() -> frozenset[str]:
    return frozenset(fold_name(n) for names in table("given_names").values() for n in names)


@lru_cache(maxsize=4096)
def clean_name(text: str | None) -> str | None:
    """A name as printed, without "By", "Posts by", marks, roles and links around it; None when what is left is no name."""
    if not text or len(text) > 3 * LONGEST_NAME:
        return None
    name = " ".join(UNSEEN.sub("", text).split())
    name = without_lead(_around().sub("", name).strip(" →»›"))
    name = MARK.sub("", name)
    # A raised figure that lost its markup ends a name of several words, not a nickname.
    name = AFTER.sub("", GLUED.sub("", name) if " " in name else name).strip(' ,;:|/–—-•·"“”»«→›<>')
    name = _once(_without_date(name))
    if (
        not name
        or len(name) > LONGEST_NAME
        or name.lower() in _lead_words()
        or name.lower() in _words("no_names")
        or COUNT.fullmatch(name)
        or "://" in name
        or "@" in name
        or not any(c.isalpha() for c in name)
    ):
        return None
    return name


def _once(name: str) -> str:
    """A name of several words that is printed twice, for the eye and for screen readers, once."""
    words = name.split()
    half = len(words) // 2
    return " ".join(words[:half]) if half > 1 and words[:half] == words[half:] else name


def _without_date(name: str) -> str:
    """A name without the date printed right behind it; nothing when it is a date alone."""
    if not any(c.isdigit() for c in name):
        return name
    words = name.split()
    # "Feb 11" is a day without its year.
    at = next((n for n in reversed(range(len(words))) if is_day(" ".join(words[n:]))), None)
    return " ".join(words[:at])


@cache
def _around() -> re.Pattern[str]:
    return re.compile(rf"^(?:{_alternatives(table('people')['around'])})(?:\s*:\s*|\s+)(?=\S)", re.I)


@cache
def _lead_words() -> frozenset[str]:
    return frozenset(w for row in table("people")["lead"].values() for w in row["plain"])


@cache
def lead_pattern() -> re.Pattern[str]:
    """What introduces an author's name at the start of a text: group 1 the words, group 2 the colon if any."""
    leads = {w for row in table("people")["lead"].values() for w in row["plain"] + row["colon"]}
    return re.compile(rf"^\s*({_alternatives(leads)})(?:\s*([:：|／＝])\s*|(?<=/)|\s+)(?=\S)", re.I)


@cache
def role_pattern() -> re.Pattern[str]:
    """What introduces a contributor who is no author ("Edited by", "Fotos:")."""
    rows = table("people")["role"].values()
    plain, colon = {w for r in rows for w in r["plain"]}, {w for r in rows for w in r["colon"]}
    return re.compile(
        rf"^\s*(?:(?P<plain>{_alternatives(plain)})(?:\s*[:：|／＝]\s*|\s+)|(?P<colon>{_alternatives(plain | colon)})\s*[:：|／＝]\s*)(?=\S)",
        re.I,
    )


@cache
def roles() -> dict[str, str]:
    """The words that introduce a contributor, lower case → role."""
    return {w: role for role, row in table("people")["role"].items() for w in row["plain"] + row["colon"]}


@lru_cache(maxsize=4096)
def is_role(text: str) -> bool:
    """Whether a text introduces a contributor who is no author."""
    return bool(role_pattern().match(text))


@cache
def role_inside() -> re.Pattern[str]:
    """What introduces a contributor inside a line ("By Ana Ruiz | Reviewed by …")."""
    plain = {w for row in table("people")["role"].values() for w in row["plain"]}
    return re.compile(rf"(?<!\w)(?:{_alternatives(plain)})(?!\w)", re.I)


@cache
def _role_ends() -> re.Pattern[str]:
    rows = table("people")["role"].values()
    plain, colon = {w for r in rows for w in r["plain"]}, {w for r in rows for w in r["colon"]}
    return re.compile(rf"(?<!\w)(?:(?:{_alternatives(plain)})\s*[:：]?|(?:{_alternatives(plain | colon)})\s*[:：])\s*$", re.I)


def names_role(text: str) -> bool:
    """Whether a text ends with the words that introduce a contributor ("Fact-checked by"), and not also the author's."""
    return bool(_role_ends().search(text)) and not _around_ends().search(text)


@cache
def _around_ends() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_alternatives(table('people')['around'])})\W*$", re.I)


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))


def without_lead(text: str) -> str:
    """A text without the words that introduce an author ("By", "Escrito por:")."""
    match = lead_pattern().match(text)
    return text[match.end() :].strip() if match else text


@lru_cache(maxsize=4096)
def looks_like_name(text: str) -> bool:
    """Whether a text has the shape of a person's name: a few capitalised words, particles and initials between them."""
    text = text.split(",")[0] if all(DEGREE.fullmatch(p.strip()) for p in text.split(",")[1:]) else text
    words = text.split()
    if not words or len(words) > WORDS_IN_NAME or len(text) > LONGEST_NAME or any(c.isdigit() for c in text):
        return False
    if re.search(r"[!?¿¡:;/\\<>{}=_%$€#@…]|\w\.\s+[^\W\d_]{2,}\s+[a-zà-ÿ]", text):
        return False
    if not any(_cased(c) for c in text):
        return len(text.replace(" ", "")) <= 24
    capitals = 0
    for word in words:
        bare = word.strip(".,'’\"“”()-")
        if bare.lower() in _words("particles") or word.lower() in _words("titles"):
            capitals += bare[:1].isupper() and len(bare) > 1 and word.lower() not in _words("titles")
        elif bare[:1].isupper() or re.match(r"[dlo]['’][^\W\d_]", bare, re.I) or not _cased(bare[:1] or "x"):
            capitals += 1
        else:
            return False
    return capitals > 0


def _cased(char: str) -> bool:
    return char.lower() != char.upper()


@lru_cache(maxsize=4096)
def has_job_words(text: str) -> bool:
    """Whether a text names an occupation rather than a person."""
    return any(w.strip(".,()").lower() in _words("jobs") or w.lower() in _words("jobs") for w in text.split())


def is_collective(word: str) -> bool:
    """Whether a word names several people or a firm: "Harbour Team" is no Harbour with a job."""
    return word.strip(".,").lower() in _words("collectives")


@cache
def _joiners() -> re.Pattern[str]:
    words = "|".join(re.escape(j) for j in table("people")["joiners"] if j.isalpha())
    signs = "|".join(re.escape(j) for j in table("people")["joiners"] if not j.isalpha())
    return re.compile(rf"(\s*(?:{signs})\s*(?:(?:{words})\s+)?|\s+(?:{words})\s+)")


def split_names(text: str) -> list[str]:
    """The names in a byline without its lead; degrees stay with their names, jobs are left out.

    "Ortega y Gasset" is one name: a joiner divides only where both sides are whole names.
    """
    parts: list[str] = []
    text = " ".join(_parted(text).split())
    pieces = _joiners().split(text)
    for joiner, piece in zip(["", *pieces[1::2]], (p.strip() for p in pieces[::2]), strict=True):
        if piece and parts and DEGREE.fullmatch(piece):
            parts[-1] = f"{parts[-1]}, {piece}"
        elif piece and parts and joiner.strip() in _words("surname_joiners") and len(piece.split()) == 1 and len(parts[-1].split()) > 1:
            parts[-1] = f"{parts[-1]} {joiner.strip()} {piece}"
        elif piece and not (parts and joiner.strip(" ") == "," and " " not in piece and has_job_words(parts[-1])):
            # A single word behind a job and a comma is where it is done: "Ana Ruiz, columnist, Reuters".
            parts.append(piece)
    if len(parts) <= 1:
        return parts
    names = [p for p in parts if not has_job_words(p)]
    singles = [n for n in names if len(n.split()) == 1]
    if singles and len(names) == 2 and not re.search(r"[,;&/|•、，،；・]", text) and len(text.split()) <= 4:
        return [text.strip()]
    return names


def _parted(text: str) -> str:
    """A text with commas for the joiners that some scripts write without spaces: "山田太郎と佐藤花子", "ليلى حداد وأحمد السالم"."""
    if text.isascii():
        return text
    text = HAN_JOINED.sub("、", text)
    before, joint, after = text.rpartition(" و")
    whole = bool(joint) and len(before.split()) >= 2 and len(after.split()) >= 2
    return f"{before}، {after}" if whole and f"و{after.split()[0]}" not in _words("names_with_waw") else text


HAN_JOINED = re.compile(r"(?<=[\u3400-\u9fff]{2})(?:と|与|與|和|及)(?=[\u3400-\u9fff]{2})")


def _person(name: str, known: Sequence[Person], account: Account | None) -> Person:
    folded = fold_name(name)
    for person in known:
        if fold_name(person.name) == folded:
            return Person(name=name, slug=person.slug or name_slug(name), url=person.url)
    if account is not None and fold_name(account.name) == folded:
        return Person(name=name, slug=account.slug or name_slug(name), url=account.url)
    return Person(name=name, slug=name_slug(name))


def choose_authors(
    byline_names: Sequence[str],
    page_people: Sequence[Person],
    account: Account | None,
    placeholders: Iterable[str] = (),
    site_name: str | None = None,
) -> list[Person]:
    """The real authors: the byline's; else those the page names (co-author plugin); else the account; placeholders never.

    Names stay as printed; slugs are WordPress's where a person or the account of that name is known, made from the name otherwise.
    """
    shut = tuple(placeholders)
    named = list(dict.fromkeys(n for n in byline_names if n.strip()))
    if named:
        return [_person(n, page_people, account) for n in named]
    # The page's own reading knows whether a site bears its author's name.
    people = [p for p in page_people if not is_placeholder(p.name, shut)]
    if people:
        return [_person(p.name, people, account) for p in people]
    if account is not None and account.name and not is_placeholder(account.name, shut, site_name):
        return [_person(account.name, (), account)]
    return []
