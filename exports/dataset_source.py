"""What an export is made from: the pipeline implements ``Source`` over its store, the writers know nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from presslift.records import Article, Change, Excluded, Failure, Redirect, Removed, SiteFacts, Term


class Source(Protocol):
    """One site's live content and its accounting, as of one moment.

    Every method is called once an export and read to its end; streams, so that memory stays flat. Two sources of the same
    content yield the same things in the same order.
    """

    def articles(self) -> Iterator[Article]:
        """Live articles, already transformed, by ``published`` then ``id``."""

    def refuse(self, article: Article, error: Exception) -> None:
        """Note, before ``failures`` is asked, that an article of these can't be written, and is left out."""

    def site(self) -> SiteFacts:
        """What the site says of itself."""

    def terms(self) -> Iterable[Term]:
        """Every term the site was seen to have, those without articles included."""

    def accounts(self) -> Iterable[Mapping[str, Any]]:
        """WordPress accounts: ``slug``, ``name``, ``url``, ``bio``; all but ``slug`` may be None."""

    def changes(self) -> Iterable[Change]:
        """Events, by ``seq``."""

    def failures(self) -> Iterable[Failure]:
        """What failed and has not succeeded since, by address."""

    def removed(self) -> Iterable[Removed]:
        """Tombstones."""

    def excluded(self) -> Iterable[Excluded]:
        """Addresses left out on purpose."""

    def redirects(self) -> Iterable[Redirect]:
        """Old addresses and where they lead."""
