"""What a site changed about all its pages since they were read last: other furniture, or another theme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from presslift.scraper.parse import furniture
from presslift.scraper.parse.blocks import block_key, blocks_of
from presslift.scraper.parse.body import find_body
from presslift.scraper.parse.comments import read_comments
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.related import read_boxes
from presslift.scraper.site import RecurringBlock, SiteProfile, learn_profile, verify_profile

LEAST_PAGES = 4
SHARE = 0.6
"""Of the pages: so many must have gained a block before it is taken for furniture."""
LOST = 0.5
"""Of what a profile covered when it was learned: with less it is learned anew."""


class Revisited(Struct):
    """A page as it was when its record was made, and as it is now."""

    url: str
    before: bytes
    now: bytes


def learn_changes(profile: SiteProfile, pages: Iterable[Revisited]) -> SiteProfile | None:
    """The profile that fits the pages as they are now; None where the old one does."""
    seen = list(pages)
    if len(seen) < LEAST_PAGES:
        return None
    fits = verify_profile(profile, ((page.url, page.now) for page in seen))
    changed: SiteProfile | None = None
    if profile.verified and fits < LOST * profile.verified:
        learned = learn_profile(((page.url, page.now) for page in seen), {})
        changed = replace(
            learned, timezone=profile.timezone, placeholder_accounts=profile.placeholder_accounts, furniture=profile.furniture
        )
    gained = _gained(changed or profile, seen)
    if gained:
        current = changed or profile
        changed = replace(current, furniture=[*current.furniture, *gained])
    return changed


def _gained(profile: SiteProfile, pages: list[Revisited]) -> list[RecurringBlock]:
    count: Counter[str] = Counter()
    samples: dict[str, str] = {}
    for page in pages:
        if page.now == page.before:
            continue
        try:
            before, now = (_blocks(html, page.url, profile) for html in (page.before, page.now))
        except Exception:  # named where the page itself is read; the others teach without it
            continue
        for key, text in now.items():
            if key not in before:
                count[key] += 1
                samples.setdefault(key, text)
    least = max(LEAST_PAGES, SHARE * len(pages))
    return [
        RecurringBlock(key=key, sample=samples[key][:160], pages=number)
        for key, number in sorted(count.items())
        if number >= least and len(key.split()) >= 3
    ]


def _blocks(html: bytes, url: str, profile: SiteProfile) -> dict[str, str]:
    """Key → text of the blocks of a page's body."""
    doc = read_document(html, url)
    read_comments(doc)
    read_boxes(doc)
    body = find_body(doc, profile).element
    furniture.cut(body, profile, url=url)
    return {block_key(block.text): block.text for block in blocks_of(body)}
