"""Names of people: which of a page's names are the authors, and which are placeholders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from presslift.records import Account, Person


def choose_authors(
    byline_names: Sequence[str],
    page_people: Sequence[Person],
    account: Account | None,
    placeholders: Iterable[str] = (),
    site_name: str | None = None,
) -> list[Person]:
    """The real authors: the byline's; else the page's (co-author plugin); else the account, unless it is a placeholder."""
    return []


def name_slug(name: str) -> str:
    """A slug as WordPress would make it: lower case, hyphens, accents off, other scripts kept."""
    return name
