"""When are two addresses one? Normal forms for comparing, and the identity an article keeps for life."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

import idna

from presslift.errors import UsageError
from presslift.scraper.knowledge import table

DEFAULT_PORTS = {"http": 80, "https": 443}
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
STRAY = re.compile(r"[\x00-\x20\x7f]+$|^[\x00-\x20]+|[\t\r\n]")


def start_address(text: str) -> str:
    """What a person typed as a site's address → its normal form, ``https`` where no scheme was given.

    Raises ``UsageError`` when it is no web address.
    """
    typed = text.strip()
    given = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(given)
        parts.port  # noqa: B018  (raises ValueError when it is no number)
        host = parts.hostname or ""
    except ValueError as error:
        raise UsageError(f"{typed!r} is no web address ({error}): give one such as https://example.org/") from error
    if parts.scheme not in DEFAULT_PORTS or not host or " " in host or ("." not in host and ":" not in host and host != "localhost"):
        raise UsageError(f"{typed!r} is no web address: give one such as https://example.org/")
    return canonical(given)


def canonical(url: str, base: str | None = None) -> str:
    """The normal form by which addresses are compared; the page it leads to is the same.

    Scheme and host in lower case, IDNA, no default port, no user name, no fragment; dot segments resolved; percent-encoding
    in one form (RFC 3986 §6.2.2); the parameters of ``addresses.toml`` that name no content gone, the others in their order.
    A relative ``url`` is resolved against ``base``. Never raises: what is no address comes back trimmed.
    """
    text = STRAY.sub("", url)
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        host = _authority(parts)
    except ValueError:
        return text
    if not host or parts.scheme.lower() not in ("", *DEFAULT_PORTS):
        return text
    path = _percent(_without_dots(parts.path), "/:@!$&'()*+,;=") or "/"
    return urlunsplit((parts.scheme.lower(), host, path, _query(parts.query), ""))


def site_host(url: str) -> str:
    """The host that identifies a site: ``example.org``, ``127.0.0.1:8900``; default ports and the scheme don't count.

    Takes an address or a bare host; ``""`` when there is none.
    """
    text = url.strip()
    if "://" not in text:
        text = "http:" + text if text.startswith("//") else f"http://{text}"
    try:
        host = _authority(urlsplit(text))
    except ValueError:
        return ""
    return re.sub(r":(?:80|443)$", "", host)


def twins(host: str) -> frozenset[str]:
    """A site's host with and without ``www.``; an IP address has no twin."""
    bare = host.removeprefix("www.")
    name = bare.rsplit(":", 1)[0]
    if "." not in name or name.startswith("[") or re.fullmatch(r"[\d.]+", name):
        return frozenset({host})
    return frozenset({bare, f"www.{bare}"})


def site_hosts(start_url: str, aliases: Iterable[str] = ()) -> frozenset[str]:
    """Every host of the site: the start's and the aliases', each with its ``www`` twin."""
    return frozenset().union(*(twins(host) for host in map(site_host, [start_url, *aliases]) if host))


def same_site(url: str, hosts: Iterable[str]) -> bool:
    """Whether an address is on one of the hosts (as ``site_hosts`` gives them), over either scheme."""
    try:
        return urlsplit(url).scheme.lower() in DEFAULT_PORTS and site_host(url) in hosts
    except ValueError:
        return False


def article_key(url: str, start_host: str) -> str:
    """Path and query of an address, decoded, NFC; another host than the start's is kept in front.

    ``start_host`` is the host or the address of the site's start. The result is what ``article_id`` hashes. Never raises.
    """
    address = canonical(url)
    try:
        parts = urlsplit(address)
    except ValueError:
        return f"//{unicodedata.normalize('NFC', address)}"
    key = parts.path + (f"?{parts.query}" if parts.query else "")
    host = site_host(address)
    decoded = unicodedata.normalize("NFC", unquote_to_bytes(key).decode("utf-8", "replace"))
    return decoded if host in twins(site_host(start_host)) else f"//{host}{decoded}"


def article_id(url: str, start_host: str) -> str:
    """16 hex digits made from ``article_key``: the same on every machine, whatever host a copy is served from."""
    return hashlib.sha256(article_key(url, start_host).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _authority(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            host = quote(host)
    port = parts.port
    return host if port is None or port == DEFAULT_PORTS.get(parts.scheme.lower()) else f"{host}:{port}"


def _percent(text: str, safe: str) -> str:
    # Unreserved characters bare, escapes in capitals, everything else that may not stand bare escaped as UTF-8.
    def one(match: re.Match[str]) -> str:
        value = int(match.group(1), 16)
        return chr(value) if value in UNRESERVED else f"%{value:02X}"

    bare = ESCAPE.sub(one, text)
    return re.sub(r"%(?![0-9A-F]{2})", "%25", quote(bare, safe=safe + "%~", errors="replace"))


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


@cache
def _dropped() -> re.Pattern[str]:
    rows = table("addresses")["parameters"]
    names = [re.escape(name) for name in rows["names"]] + [re.escape(prefix) + ".*" for prefix in rows["prefixes"]]
    return re.compile(rf"(?:{'|'.join(names)})\Z", re.I)


def _query(query: str) -> str:
    if not query:
        return ""
    dropped = _dropped()
    kept = [piece for piece in query.split("&") if piece and not dropped.match(piece.split("=", 1)[0])]
    return "&".join(_percent(piece, "/:@!$'()*+,;=?[]") for piece in kept)
