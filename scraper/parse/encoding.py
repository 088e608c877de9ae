"""Bytes → text, and the malformations mended before parsing."""

from __future__ import annotations

import codecs
import re

import cchardet

CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xef\xbf[\xbe\xbf]")
CONTROL_BYTES = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
CONTROL_REFERENCE = re.compile(rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|127)(?!\d)|x0*(?:[0-8bcef]|1[0-9a-f]|7f|fff[ef])(?![0-9a-f]));?", re.I)
NONCHARACTERS = b"\xef\xbf"
"""What U+FFFE and U+FFFF begin with in UTF-8."""

TWICE_ENCODED = re.compile(rb"\xc3[\x82-\xb4](?:\xc2[\x80-\xbf]){1,3}")
C1 = re.compile(rb"\xc2[\x80-\x9f]")
"""Control characters that no page means; in UTF-8 read as Latin-1 and encoded again they are two thirds of every dash and quote."""

_HIGH = "".join(bytes([n]).decode("cp1252") if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(n) for n in range(0x80, 0xC0))
_BYTE_OF = {c: n for n, c in enumerate(_HIGH, 0x80)} | {chr(n): n for n in range(0xC0, 0x100)}
_NEXT = f"[{re.escape(_HIGH)}]"
MISREAD = re.compile(f"[\u00c2-\u00df]{_NEXT}|[\u00e0-\u00ef]{_NEXT}{{2}}|[\u00f0-\u00f4]{_NEXT}{{3}}")
"""A character of UTF-8 read as windows-1252: ``Ã©``, ``â€™``."""
MISREAD_SIGNS = (b"\xc3\x83", b"\xc3\xa2\xe2\x82\xac")
IN_WORD = re.compile(r"[A-Za-z][^\W\x00-\x7f]|[^\W\x00-\x7f][A-Za-z]")
FEWEST_MISREAD = 8
"""Within words. Texts that tell of such characters show them now and then, and mostly alone."""

COMMENTS_OPENED = re.compile(rb"(?:<!--[^<>]*+){50,}")
"""Of which none ends. libxml2 writes an address that holds thousands in time that grows with their square."""

META_CHARSET = re.compile(rb"""<meta[^>]+?charset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
LONG_TAG = re.compile(rb"<([A-Za-z][\w:-]*)[^<>]{20000,}>?")
MOST_COMMENTS = 1_000
MOST_WORDS = 2_000
"""In a tag. libxml2 compares each attribute of an element with all before it: a hundred thousand take a quarter of a minute."""
CLOSER = re.compile(rb"</\s*(?:body|html)\s*>", re.I)
SECTIONS = tuple(
    (b"<%b" % name, b"</%b" % name, re.compile(rb"<(/?)%b\b[^<>]*>" % name, re.I)) for name in (b"section", b"article", b"main", b"div")
)
STRUCTURE = re.compile(rb"<(/?)(section|article|main|div|aside|nav|header|footer|form|table|ul|ol|dl|body|html|script|style)\b", re.I)
PARAGRAPH = re.compile(rb"<p[\s>]", re.I)
CONTENT = re.compile(rb"<(?:p|div|article|h[1-6]|section|main)\b", re.I)
TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*+)[^<>]*+>")
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
NO_PAGES = frozenset(
    ("punycode", "idna", "unicode-escape", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape", "utf-7", "undefined")
)
"""Names that Python knows and no browser does: what they make of a page is no text, and some take for ever."""
ASCII = re.compile("[\x00-\x7f\ufffd]+")
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(data: bytes, content_type: str | None, warnings: list[str]) -> tuple[str, str]:
    """Text and the encoding used: byte order mark, then whichever of UTF-8, header, ``meta`` and detection reads it whole.

    UTF-8 that is valid is UTF-8, whatever is declared: the reverse error does not happen by chance.
    """
    for bom, name in BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace"), name
    declared = [m.group(1) for m in [HEADER_CHARSET.search(content_type or "")] if m]
    declared += [m.group(1).decode("ascii", "replace") for m in [META_CHARSET.search(data[:4096])] if m]
    candidates = ["utf-8", *declared]
    for name in candidates:
        try:
            text = data.decode(_known(name))
        except (UnicodeError, LookupError):
            continue
        if name == "utf-8" and declared and _known(declared[0]) not in ("utf-8", "ascii") and not data.isascii():
            warnings.append(f"encoding: declared {declared[0]}, is utf-8")
        return text, _known(name)
    if all(_known(name) == "utf-8" for name in declared) and declared:
        # A few bad bytes in a page that calls itself UTF-8, and has more that is, are bad bytes, not another encoding.
        text = data.decode("utf-8", "replace")
        bad, other = text.count("\ufffd"), len(ASCII.sub("", text))
        if bad <= max(20, len(text) // 2000) and bad <= other:
            warnings.append(f"encoding: {text.count(chr(0xFFFD))} bytes are not utf-8")
            return text, "utf-8"
    guess = (cchardet.detect(data) or {}).get("encoding") or "windows-1252"
    warnings.append(f"encoding: declared {declared[0] if declared else 'nothing'}, read as {guess}")
    try:
        return data.decode(guess, "replace"), guess.lower()
    except LookupError:
        return data.decode("windows-1252", "replace"), "windows-1252"


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return name
    if found in NO_PAGES:
        return ""
    # Browsers read these labels as windows-1252 (WHATWG Encoding Standard).
    return "cp1252" if found in ("iso8859-1", "ascii") and name.lower() not in ("utf-8",) else found


def as_utf8(data: bytes, content_type: str | None, warnings: list[str]) -> tuple[bytes, str]:
    """The same as UTF-8, and the encoding it was read in; ``data`` itself where it is that already."""
    text, encoding = decode(data, content_type, warnings)
    if encoding == "utf-8" and "\ufffd" not in text and not data.startswith(codecs.BOM_UTF8):
        return data, encoding
    return text.encode("utf-8", "replace"), encoding


def mend(data: bytes, warnings: list[str]) -> bytes:
    """UTF-8 without control characters and premature ``</body>`` and ``</html>``: they end the page for lxml."""
    if len(data.translate(None, CONTROL_BYTES)) != len(data) or (NONCHARACTERS[:1] in data and NONCHARACTERS in data):
        found = list(CONTROLS.finditer(data))
        if found:
            first = len(data[: found[0].start()].decode("utf-8", "replace"))
            warnings.append(f"control characters removed: {len(found)}, the first at {first}")
            data = CONTROLS.sub(b"", data)
    if b"&#" in data:
        # The parser takes them, and no text of the tree may then be set.
        data = CONTROL_REFERENCE.sub(b"", data)
    data = _encoded_once(data, warnings)
    if data.count(b"<!--") > MOST_COMMENTS:
        data = COMMENTS_OPENED.sub(b"", data)
    data = _without_long_tags(data)
    for opening, closing, tags in SECTIONS:
        if data.count(closing) > data.count(opening):
            data = _reopened(data, tags, opening == b"<div", warnings)
    closer = CLOSER.search(data)
    # What follows the real end is white space, comments and late scripts; anything else shows a premature closer.
    if closer and CONTENT.search(data, closer.end()):
        warnings.append("premature </body> or </html> removed")
        data = CLOSER.sub(b"", data)
    return data


def _encoded_once(data: bytes, warnings: list[str]) -> bytes:
    if C1.search(data):
        once = TWICE_ENCODED.sub(_once_encoded, data)
        if len(once) != len(data):
            warnings.append("encoding: UTF-8 that was encoded twice is mended")
        data = once
    if sum(map(data.count, MISREAD_SIGNS)) >= FEWEST_MISREAD:
        data = _read_rightly(data, warnings)
    return data


def _read_rightly(data: bytes, warnings: list[str]) -> bytes:
    """UTF-8 that was read as windows-1252 and encoded again, where most of a page's words with such letters show it."""
    text = data.decode("utf-8", "replace")
    within = 0
    for match in MISREAD.finditer(text):
        around = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
        within += match[0] != _once_read(match) and any(c.isascii() and c.isalpha() for c in around)
    if within < FEWEST_MISREAD or within <= 2 * len(IN_WORD.findall(MISREAD.sub(" ", text))):
        return data
    warnings.append("encoding: UTF-8 that was read as windows-1252 is mended")
    return MISREAD.sub(_once_read, text).encode("utf-8", "replace")


def _once_read(match: re.Match[str]) -> str:
    try:
        return bytes(_BYTE_OF[c] for c in match[0]).decode("utf-8")
    except (KeyError, UnicodeError):
        return match[0]


def _reopened(data: bytes, tags: re.Pattern[bytes], plain: bool, warnings: list[str]) -> bytes:
    """Where an end tag has nothing to close and paragraphs stand between it and the one before, that one came too early.

    With ``plain`` nothing but paragraphs may stand there: of some elements an end tag too many is a slip of every other theme.
    """
    depth, kept, done = 0, [], 0
    last: re.Match[bytes] | None = None
    for tag in tags.finditer(data):
        if not tag[1]:
            depth, last = depth + 1, None
        elif depth:
            depth, last = depth - 1, tag
        elif last is not None:
            # Between paragraphs, and text has ended behind it: else the one too many may be this one.
            start, end = last.end(), tag.start()
            if (
                data[max(done, last.start() - 200) : last.start()].rstrip()[-4:].lower() == b"</p>"
                and PARAGRAPH.search(data, start, end)
                and not PARAGRAPH.match(data[tag.end() : tag.end() + 200].lstrip())
                and (STRUCTURE.search(data, start, end) is None if plain else _is_level(data, start, end))
            ):
                kept.append(data[done : last.start()])
                done = start
            last = None
    if not kept:
        return data
    warnings.append(f"end tags that came too early removed: {len(kept)}")
    return b"".join([*kept, data[done:]])


def _is_level(data: bytes, start: int, end: int) -> bool:
    """Whether a stretch closes what it opens and nothing else."""
    opened: list[bytes] = []
    for tag in STRUCTURE.finditer(data, start, end):
        if not tag[1]:
            opened.append(tag[2].lower())
        elif not opened or opened.pop() != tag[2].lower():
            return False
    return not opened


def _without_long_tags(data: bytes) -> bytes:
    # A tag of twenty thousand bytes holds one of these stretches, wherever it starts.
    step, done, before = 10_000, 0, -1
    kept: list[bytes] = []
    for start in range(0, len(data) - step + 1, step):
        if start < done or data.find(b"<", start, start + step) >= 0 or data.find(b">", start, start + step) >= 0:
            continue
        before, last = start, before
        opening = data.rfind(b"<", done, start) if last != start - step else -1
        tag = LONG_TAG.match(data, opening) if opening >= 0 else None
        if tag and len(tag[0].split()) > MOST_WORDS:
            kept += [data[done:opening], b"<%b>" % tag[1]]
            done = tag.end()
    return b"".join([*kept, data[done:]]) if kept else data


def _once_encoded(match: re.Match[bytes]) -> bytes:
    if not C1.search(match[0]):
        return match[0]
    try:
        once = match[0].decode("utf-8").encode("latin-1")
        once.decode("utf-8")
    except UnicodeError:
        return match[0]
    return once


def flatten(text: str, deepest: int) -> str:
    """HTML without the tags that open or close an element below ``deepest`` levels; their text stays. Linear in its length."""
    open_tags: list[str] = []
    kept: list[str] = []
    position = 0
    for match in TAG.finditer(text):
        closing, name = match[1], match[2].lower()
        if name in VOID or match[0].endswith("/>"):
            continue
        if closing:
            if name not in open_tags[-deepest:]:
                continue
            while open_tags.pop() != name:
                pass
            deep = len(open_tags) >= deepest
        else:
            deep = len(open_tags) >= deepest
            open_tags.append(name)
        if deep:
            kept += [text[position : match.start()], " "]
            position = match.end()
    return "".join([*kept, text[position:]])
