"""Footnote markers to their one normal form, and the body with its notes as one self-contained piece."""

from __future__ import annotations

import re
from collections.abc import Set

import msgspec
from lxml.html import Element, HtmlElement

from presslift.records import Article, Footnote
from presslift.transforms.clean_html import sanitise
from presslift.transforms.context import Context
from presslift.transforms.tree import absolute, hand_on, parse, replace, serialise

_PLACEHOLDER = re.compile(r"<sup\b[^>]*\bdata-note=", re.I)
_FOREIGN = re.compile(r"""(?:\bhref=["']?#|\bid=["']?)fn(?:ref)?-\d""")
_NOTE_ID = re.compile(r"fn(?:ref)?-\d+(?:-\d+)?")
_OWN = re.compile(r"fnref-(\d+)(?:-\d+)?")
_ANCHOR = re.compile(r"""\bid=["']?(fnref-(\d+)(?:-\d+)?)\b""")


def footnotes(article: Article, context: Context) -> Article:
    """Markers become ``<sup id="fnref-N"><a href="#fn-N">[N]</a></sup>``, N the note's index; the id of the K-th is ``fnref-N-K``.

    ``refs[].anchor`` names ids that stand in the body, None for a mention outside it (in a byline or title).
    ``content_html`` is the body and a list of its notes, see ``compose_content``.
    """
    known = {str(note.index) for note in article.footnotes}
    body = article.body_html
    if body and (_PLACEHOLDER.search(body) or _FOREIGN.search(body)):
        body = _normal(body, known)
    base = context.base_of(article)
    standing = {match[1] for match in _ANCHOR.finditer(body)} if body and "fnref-" in body else set()
    notes = [_settled(note, known, base) for note in article.footnotes]
    # A note may mention another one: that mention has its anchor in the note's own HTML.
    inner = {match[1] for note in notes for match in _ANCHOR.finditer(note.html)}
    notes = [_anchored(note, standing | inner) for note in notes]
    article = msgspec.structs.replace(article, body_html=body, footnotes=notes)
    return msgspec.structs.replace(article, content_html=compose_content(article))


def compose_content(article: Article) -> str | None:
    """Body and notes as one piece of safe HTML, in which every ``#fn-N`` and ``#fnref-N`` leads somewhere.

    The list holds all notes, those mentioned only in the byline and those without a marker too. None when there is neither
    body nor note. Any step that changes ``body_html`` later composes anew.
    """
    if article.body_html is None and not article.footnotes:
        return None
    body = sanitise(article.body_html or "")
    if not article.footnotes:
        return body
    first: dict[str, str] = {}
    for text in (body, *(note.html for note in article.footnotes)):
        for match in _ANCHOR.finditer(text):
            first.setdefault(match[2], match[1])
    items = "\n".join(_item(note, first.get(str(note.index))) for note in sorted(article.footnotes, key=lambda note: note.index))
    return f'{body}\n<section class="footnotes" role="doc-endnotes">\n<ol>\n{items}\n</ol>\n</section>'.lstrip()


def _item(note: Footnote, anchor: str | None) -> str:
    html = sanitise(note.html)
    back = f' <a href="#{anchor}" role="doc-backlink">↩</a>' if anchor else ""
    if back and html.endswith("</p>"):
        html, back = html.removesuffix("</p>"), f"{back}</p>"
    return f'<li id="fn-{note.index}">{html}{back}</li>'


def _normal(html: str, known: set[str]) -> str:
    root = parse(html)
    marks = [element for element in root.iter("sup") if element.get("data-note") is not None]
    if _FOREIGN.search(html):
        _take_foreign_out(root, frozenset() if marks else known)
    for mark in marks:
        marker = _marker(mark, known)
        replace(mark, marker)
        _take_out_of_link(marker)
    return hand_on(root)


def _take_foreign_out(root: HtmlElement, known: Set[str]) -> None:
    """Links and ids of the page's own that look like the normal form would lead to other notes, or nowhere; their text stays.

    ``known`` are the notes whose markers have that form already.
    """
    for element in list(root.iter("*")):
        holder = element if element.tag == "sup" else element.getparent()
        own = _OWN.fullmatch(holder.get("id") or "") if holder is not None else None
        if own is not None and own[1] in known:
            continue
        if _NOTE_ID.fullmatch(element.get("id") or ""):
            del element.attrib["id"]
        if element.tag == "a" and _NOTE_ID.fullmatch((element.get("href") or "").removeprefix("#")):
            element.drop_tag()


def _marker(mark: HtmlElement, known: set[str]) -> HtmlElement:
    """The normal form; a placeholder whose note is not in the record shows what was printed."""
    number, mention = mark.get("data-note") or "", mark.get("data-ref") or "1"
    new = Element("sup")
    if number not in known:
        new.text = mark.get("data-marker") or number
        return new
    new.set("id", f"fnref-{number}" if mention == "1" else f"fnref-{number}-{mention}")
    link = Element("a", href=f"#fn-{number}")
    # In brackets: a reader that drops the tags must not glue the number to its word.
    link.text = f"[{number}]"
    new.append(link)
    return new


def _take_out_of_link(marker: HtmlElement) -> None:
    """Links can't stand in links: one that was never closed ends before a marker, and goes on behind it, as browsers show it."""
    link = next(marker.iterancestors("a"), None)
    if link is None or not len(marker):
        return
    above = marker.getparent()
    while above is not None and above is not link.getparent():
        rest = Element(str(above.tag), {name: value for name, value in above.attrib.items() if name != "id"})
        rest.text, marker.tail = marker.tail, None
        rest.extend(list(marker.itersiblings()))
        above.addnext(marker)  # takes no tail along
        rest.tail, above.tail = above.tail, None
        if len(rest) or (rest.text or "").strip():
            marker.addnext(rest)
        else:
            marker.tail = (rest.text or "") + (rest.tail or "") or None
        above = marker.getparent()


def _settled(note: Footnote, known: set[str], base: str) -> Footnote:
    """The note's HTML with its own markers in normal form and its links absolute."""
    html = note.html
    if _PLACEHOLDER.search(html) or _FOREIGN.search(html):
        html = _normal(html, known)
    if "href" in html:
        root = parse(html)
        for link in root.iter("a"):
            href = link.get("href")
            if href and not href.startswith("#"):
                link.set("href", absolute(base, href))
        html = serialise(root)
    return note if html == note.html else msgspec.structs.replace(note, html=html)


def _anchored(note: Footnote, standing: set[str]) -> Footnote:
    refs = []
    for number, ref in enumerate(note.refs, 1):
        anchor = f"fnref-{note.index}" if number == 1 else f"fnref-{note.index}-{number}"
        refs.append(msgspec.structs.replace(ref, anchor=anchor if anchor in standing else None))
    return note if refs == note.refs else msgspec.structs.replace(note, refs=refs)
