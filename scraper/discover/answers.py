"""Reading REST's answers, which come with byte order marks, PHP warnings and wrong media types."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from presslift.errors import FetchError
from presslift.records import FAILURE_REASONS
from presslift.scraper.discover.events import Answer, Get

LONE_SURROGATE = re.compile(r"\\u[dD][89abAB]\w\w(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]\w\w)\\u[dD][c-fC-F]\w\w")
NOISE = 200_000
"""Bytes in front of the JSON that are searched for its beginning."""


class Refused(Exception):
    """A REST route that doesn't answer: ``code`` is WordPress's, or ``unreadable``; ``status`` 0 when no answer came."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(f"{code}{f' ({status})' if status else ''}{f': {message}' if message else ''}")
        self.status, self.code, self.message = status, code, message

    @property
    def reason(self) -> str:
        """The same in the words of ``failures.jsonl``."""
        return self.code if self.code in FAILURE_REASONS else "http_status" if self.status >= 400 else "bad_answer"


def read_json(answer: Answer) -> Any:
    """The JSON of an answer, whatever stands before or after it. Raises ``ValueError`` when there is none."""
    text = answer.body.decode("utf-8-sig", "replace").strip().lstrip("\ufeff").strip()
    if "\\u" in text:
        text = LONE_SURROGATE.sub(r"\\ufffd", text)
    decoder = json.JSONDecoder(strict=False)
    try:
        return decoder.raw_decode(text)[0]
    except (ValueError, RecursionError):
        pass
    # PHP prints its warnings in front, and "[" stands in many of them: only what decodes to its end counts.
    lowest = text[:400].lower()
    if lowest.startswith(("<!doctype html", "<html")):
        raise ValueError("an HTML page where JSON was asked for")
    tried = 0
    for match in re.finditer(r"[\[{]", text[:NOISE]):
        tried += 1
        if tried > 200:
            break
        try:
            value, end = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        rest = text[end:].strip()
        if isinstance(value, (dict, list)) and value and (not rest or rest.startswith("<")):
            return value
    empty = re.search(r"\[\s*\]\s*\Z", text)
    if empty:
        return []
    raise ValueError("no JSON in the answer")


def ask(get: Get, url: str) -> tuple[Any, Answer]:
    """The JSON that a REST route answers. Raises ``Refused`` for errors of WordPress, of plugins and of the way there."""
    try:
        answer = get(url, kind="rest", accept="application/json")
    except FetchError as error:
        raise Refused(error.status or 0, error.reason, error.detail) from error
    try:
        data = read_json(answer)
    except ValueError as error:
        raise Refused(answer.status, "unreadable", str(error)) from error
    failure = data if isinstance(data, dict) and "message" in data and "id" not in data and data.get("code") is not None else None
    if failure is not None or answer.status >= 400:
        raise _refused(answer.status, failure or {})
    return data, answer


def _refused(status: int, error: dict[str, Any]) -> Refused:
    details = error.get("data")
    if status < 400 and isinstance(details, dict):
        status = number(details.get("status")) or status
    params = details.get("params") if isinstance(details, dict) else None
    message = f"{error.get('message') or ''} {' '.join(map(str, params)) if isinstance(params, dict) else ''}".strip()
    return Refused(status, str(error.get("code") or "http_status"), message[:200])


def with_parameters(url: str, **parameters: Any) -> str:
    """A route's address with parameters, for ``/wp-json/`` and ``?rest_route=`` roots alike."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}" if parameters else url


def route(root: str, path: str) -> str:
    """The address of a route (``/wp/v2/posts``) below a REST root."""
    return root.rstrip("/") + "/" + path.lstrip("/")


def single(collection: str, wp_id: int) -> str:
    """The address of one entry of a collection, for ``/wp-json/`` and ``?rest_route=`` roots alike; parameters are left out."""
    base, _, query = collection.partition("?")
    # A root without pretty addresses has the route in its query: ?rest_route=/wp/v2/posts.
    return f"{(collection if 'rest_route=' in query else base).rstrip('/')}/{wp_id}"


def number(value: Any) -> int | None:
    """A whole number that a database can hold, also one that came as a string."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 2**63 else None
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,18}\s*", value):
        return int(value)
    return None


def text(value: Any) -> str | None:
    """A string, also one under ``rendered``; None for anything else."""
    if isinstance(value, dict):
        value = value.get("rendered")
    return value if isinstance(value, str) and value else None
