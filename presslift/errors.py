"""One tree of exceptions. Each message names the input and the remedy; each class knows its exit code.

Catch ``PressliftError`` for anything presslift says deliberately; every other exception is a defect (exit code 70).
"""

from __future__ import annotations

from typing import ClassVar


class PressliftError(Exception):
    """Anything presslift refuses or fails at, with one line a person can act on."""

    exit_code: ClassVar[int] = 70


class UsageError(PressliftError):
    """A bad option, URL or argument."""

    exit_code = 2


class ConfigError(UsageError):
    """A bad config.yaml: the message names file, line, key, what was expected and the nearest right key."""


class NotAnOut(UsageError):
    """The folder is no OUT, is an OUT of another site, or was written by a newer presslift."""


class SiteError(PressliftError):
    """The site can't be reached, refuses, is unwell, or is no WordPress; nothing was changed."""

    exit_code = 3


class NotNow(PressliftError):
    """It is not the time to ask the site (``sync.allowed_hours``); nothing was asked, and nothing is wrong."""

    exit_code = 0


class Locked(PressliftError):
    """Another run holds OUT; the message names the holder."""

    exit_code = 4


class DecisionNeeded(PressliftError):
    """Stopped for a person's decision, such as ``--accept-removals``."""

    exit_code = 5


class OutUnwritable(PressliftError):
    """OUT can't be written (full, read-only); what was there is whole."""

    exit_code = 74


class Stopped(PressliftError):
    """The run was asked to stop (Ctrl-C, SIGTERM): what was under way is given up, and no failure."""

    exit_code = 130


class DatasetDamaged(PressliftError):
    """Files of an export are not what its ``datapackage.json`` says; the message names them."""

    exit_code = 1


class KnowledgeError(PressliftError):
    """A row of ``scraper/knowledge`` that can't be understood; the message names table, row, and what it should say."""


class FetchError(PressliftError):
    """One address that could not be had.

    ``reason`` is one of ``records.FAILURE_REASONS``; ``detail`` is for people; ``status`` is the HTTP status, if any came;
    ``attempts`` counts the requests made for it.
    """

    exit_code = 3

    def __init__(self, url: str, reason: str, detail: str = "", status: int | None = None, attempts: int = 1):
        super().__init__(f"{url}: {reason}{f' ({detail})' if detail else ''}")
        self.url, self.reason, self.detail, self.status, self.attempts = url, reason, detail, status, attempts


class ParseError(PressliftError):
    """A page from which no record can be made; ``reason`` as for ``FetchError``."""

    exit_code = 1

    def __init__(self, url: str | None, reason: str, detail: str = ""):
        super().__init__(f"{url or 'page'}: {reason}{f' ({detail})' if detail else ''}")
        self.url, self.reason, self.detail = url, reason, detail
