"""The chain: from config.yaml's list to callables, and a record through all of them."""

from __future__ import annotations

import copy
import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec

from presslift.defects import described
from presslift.errors import ConfigError
from presslift.records import Article
from presslift.transforms.characters import repair
from presslift.transforms.context import Context

BUILT_IN = ("lazy_media", "clean_html", "bylines", "footnotes", "links", "media", "dates", "language", "markdown", "text")
"""In the order that config.yaml lists them."""

ENTRY_POINTS = "presslift.transforms"


class NoRecord(TypeError):
    """What a transform returned can't take the record's place."""


AS_JSON = msgspec.json.Decoder(Article)


@dataclass(frozen=True)
class Transform:
    """A function of a record with the options config.yaml gave it."""

    name: str
    function: Callable[..., Article]
    options: dict[str, Any] = field(default_factory=dict)
    built_in: bool = False


def build_chain(transforms: Sequence[dict[str, Any]], folder: Path | None = None) -> list[Transform]:
    """The transforms that config.yaml lists, in order.

    Each item is ``{"use": NAME, option: value, …}``; NAME is one of ``BUILT_IN``, ``module:function``, or an entry point.
    ``folder`` (config.yaml's, else the current one) is searched for a module that isn't installed. Raises ``ConfigError``
    for an unknown name, a function that can't be imported or an option it doesn't take.
    """
    chain = []
    for position, item in enumerate(transforms):
        options = {key: value for key, value in item.items() if key != "use"}
        name = item.get("use")
        where = f"transforms[{position}]"
        if not isinstance(name, str) or not name:
            raise ConfigError(f"{where}: expected use: NAME, got {name!r}; one of {', '.join(BUILT_IN)}, or module:function")
        transform = Transform(name, _find(name, where, folder), options, name in BUILT_IN)
        _check_options(transform, where)
        chain.append(transform)
    return chain


def _find(name: str, where: str, folder: Path | None) -> Callable[..., Article]:
    if name in BUILT_IN:
        function: Callable[..., Article] = getattr(importlib.import_module(f"presslift.transforms.{name}"), name)
        return function
    if ":" in name:
        return _import(name, where, folder)
    installed = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    if name in installed:
        try:
            return _callable(installed[name].load(), name, where)
        except Exception as error:  # what an installed package raises when it is imported is its own affair
            raise ConfigError(f"{where}: {name} can't be imported: {error}") from error
    known = (*BUILT_IN, *installed)
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}; your own is written module:function"
    raise ConfigError(f"{where}: use: expected a transform, got {name!r}; {hint}")


def _import(name: str, where: str, folder: Path | None) -> Callable[..., Article]:
    module_name, _, function_name = name.partition(":")
    beside = str((folder or Path.cwd()).resolve())
    added = beside not in sys.path
    if added:
        sys.path.append(beside)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise ConfigError(f"{where}: {name}: the module can't be imported: {error}; is it installed, or beside config.yaml?") from error
    finally:
        if added:
            sys.path.remove(beside)
    if not hasattr(module, function_name):
        near = get_close_matches(function_name, [n for n in dir(module) if not n.startswith("_")], 1)
        raise ConfigError(f"{where}: {name}: no {function_name!r} in {module_name}" + (f"; did you mean {near[0]}?" if near else ""))
    return _callable(getattr(module, function_name), name, where)


def _callable(thing: Any, name: str, where: str) -> Callable[..., Article]:
    if not callable(thing):
        raise ConfigError(f"{where}: {name}: expected a function, got {type(thing).__name__}")
    function: Callable[..., Article] = thing
    return function


def _check_options(transform: Transform, where: str) -> None:
    try:
        parameters = inspect.signature(transform.function).parameters
    except (TypeError, ValueError):
        return
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    known = [p.name for p in list(parameters.values())[2:]]
    for option in transform.options:
        if option not in known:
            near = get_close_matches(option, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(known) or 'none'}"
            raise ConfigError(f"{where}: {transform.name}: unknown option {option!r}; {hint}")


def apply(
    chain: Sequence[Transform], article: Article, context: Context, failed: Callable[[str, BaseException], None] | None = None
) -> Article:
    """The record after every transform; the one given is left as it was. Never raises for what a page holds.

    Characters that no format can carry are removed first. A transform that raises, or returns anything but a record, is
    left out for this article: it keeps its state before that transform, and a warning names transform and cause; so does
    a call of ``failed``, if given, with the transform's name and the exception.
    """
    article = repair(article)
    for transform in chain:
        given = article if transform.built_in else copy.deepcopy(article)
        try:
            result: Any = transform.function(given, context, **transform.options)
            article = result if transform.built_in and isinstance(result, Article) else _proper(result)
        except (Exception, SystemExit) as error:  # the run goes on whatever one record does to one transform
            article = warned(
                article, f"transform {transform.name} failed and was left out: {described(error, place=not isinstance(error, NoRecord))}"
            )
            if failed is not None:
                failed(transform.name, error)
    return article


def _proper(result: Any) -> Article:
    """What somebody's own transform returned, as a record that every format can carry. Raises ``NoRecord`` when it is none."""
    if not isinstance(result, Article):
        raise NoRecord(f"it returned {type(result).__name__} where a record was expected")
    try:
        return AS_JSON.decode(msgspec.json.encode(repair(result)))
    except Exception as error:  # whatever it put into a field
        raise NoRecord(f"it returned a record that can't be written: {error}") from error


def warned(article: Article, *warnings: str) -> Article:
    """A copy of the record with warnings added, each once."""
    kept = article.extraction.warnings
    new = [w for w in dict.fromkeys(warnings) if w not in kept]
    if not new:
        return article
    extraction = msgspec.structs.replace(article.extraction, warnings=[*kept, *new])
    return msgspec.structs.replace(article, extraction=extraction)
