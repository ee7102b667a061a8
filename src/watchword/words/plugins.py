"""Words that other packages bring, by the entry point `watchword.words`: a `Word`, some, or a module with `WORDS`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, get_args

from watchword.errors import WatchwordError
from watchword.words import Kind, Parameter, Shape, Word

GROUP = "watchword.words"


@cache
def words(own: frozenset[str]) -> dict[str, Word]:
    """The words of all installed packages by name.

    Args:
        own: Names of the language's own words, which no package may take.

    Raises:
        WatchwordError: What a package brings is no word, or a name is taken.
    """
    found: dict[str, Word] = {}
    brought: dict[str, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name, e.value)):
        where = f"entry point {entry.name} = {entry.value}"
        for word in _load(entry, where):
            problem = fault(word, own)
            if not problem and word.name in found:
                problem = f"the word `{word.name}` is brought by {brought[word.name]}, too"
            if problem:
                raise WatchwordError(problem, where=where, fix="mend the package, or uninstall it")
            found[word.name], brought[word.name] = word, where
    return found


def _load(entry: EntryPoint, where: str) -> Iterator[Any]:
    try:
        value = entry.load()
    except Exception as error:  # whatever its import raises
        message = f"cannot be loaded: {type(error).__name__}: {error}"
        raise WatchwordError(message, where=where, fix="mend the package, or uninstall it") from error
    value = getattr(value, "WORDS", value)
    if isinstance(value, Word):
        yield value
    elif isinstance(value, tuple | list):
        yield from value
    else:
        message = f"is a {type(value).__name__}; a Word, a tuple of them or a module with WORDS is needed"
        raise WatchwordError(message, where=where, fix="mend the package, or uninstall it")


def fault(word: object, own: Container[str] = ()) -> str:
    """What is wrong with a word; empty where nothing is."""
    if not isinstance(word, Word):
        return f"{word!r} is no Word"
    if not re.fullmatch(r"[^\W\d]\w*", str(word.name)):
        return f"a word cannot be called {word.name!r}: letters, digits and _ only"
    if word.name in own:
        return f"`{word.name}` is a word of the language already"
    if word.kind not in get_args(Kind):
        return f"the kind of `{word.name}` is {word.kind!r}; it is one of {', '.join(get_args(Kind))}"
    if word.shape not in get_args(Shape):
        return f"the shape of `{word.name}` is {word.shape!r}; it is one of {', '.join(get_args(Shape))}"
    if word.kind == "quantity" and not (word.measures or word.shape == "W ATTRIBUTE of GROUP"):
        return f"`{word.name}` is a quantity and does not say what it measures"
    if not (word.prose and word.example):
        return f"`{word.name}` says nothing of what it means, or gives no example"
    if word.build and not re.fullmatch(r"[\w.]+:\w+", word.build):
        return f"`{word.name}` is built by {word.build!r}; `module:class` is needed"
    if not all(isinstance(p, Parameter) for p in word.parameters):
        return f"the parameters of `{word.name}` are no Parameters"
    return ""
