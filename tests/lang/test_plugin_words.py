"""A word that another package brings is checked, documented and explained like one of the language's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from types import ModuleType

import attrs
import pytest

from watchword.cli.words import described
from watchword.errors import WatchwordError
from watchword.lang import check_text
from watchword.lang.explain import explain
from watchword.text import Source
from watchword.words import ATTRIBUTES, WORDS, Parameter, Word, plugins

CROUCHING = Word(
    "crouching",
    "state",
    "is W",
    "It is half as tall as it was.",
    "other.package:Crouching",
    "rule low { each person p when p is crouching for 2s }",
    (Parameter("T", ("time",), "5 s"),),
)
WARMTH = Word("warmth", "quantity", ".W", "How warm it is.", "", "rule w { each person p when p.warmth > 3 }",
              measures=("plain number",))  # fmt: skip


@pytest.fixture
def brings(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Installs a package that brings this."""
    module = ModuleType("fake_words")
    monkeypatch.setitem(sys.modules, "fake_words", module)
    entry = EntryPoint("fake", "fake_words", plugins.GROUP)

    def install(value: object) -> None:
        module.WORDS = value
        plugins.words.cache_clear()
        monkeypatch.setattr(plugins, "entry_points", lambda group: [entry] if group == plugins.GROUP else [])

    yield install
    plugins.words.cache_clear()


def codes(text: str) -> list[str]:
    return [f.code for f in check_text(Source("x", text)).findings]


def test_a_word_is_known_only_where_its_package_is(brings):
    assert codes(CROUCHING.example) == ["E102"]
    brings((CROUCHING, WARMTH))
    assert codes(CROUCHING.example) == []
    assert codes(WARMTH.example) == []
    assert codes("rule a: person crouching(2s) > 5s") == []
    assert codes("rule a: person crouching(2m) > 5s") == ["E202"]
    assert codes("rule a { each person p when p enters zone crouching }") == []
    assert codes("rule a { each person p when p crouching }") == ["E213"]
    (found,) = check_text(Source("x", "rule a: person crouchin > 5s")).findings
    assert found.hint == "did you mean `crouching`?"
    assert "crouching" in WORDS
    assert list(ATTRIBUTES)[-1] == "warmth"


def test_it_is_documented_and_explained(brings):
    brings(CROUCHING)
    assert "half as tall" in described(WORDS["crouching"])
    rules = check_text(Source("x", CROUCHING.example))
    assert dict(explain(rules, rules.rules[0]).words) == {"crouching": CROUCHING.prose}


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (3, "is a int"),
        ((3,), "3 is no Word"),
        (attrs.evolve(CROUCHING, name="two words"), "cannot be called 'two words'"),
        (attrs.evolve(CROUCHING, name="still"), "`still` is a word of the language already"),
        (attrs.evolve(CROUCHING, kind="stat"), "it is one of state, event, quantity"),
        (attrs.evolve(CROUCHING, shape="W W"), "the shape of `crouching` is 'W W'"),
        (attrs.evolve(CROUCHING, prose=""), "says nothing"),
        (attrs.evolve(CROUCHING, build="x"), "`module:class` is needed"),
        (attrs.evolve(WARMTH, measures=()), "does not say what it measures"),
        ((CROUCHING, CROUCHING), "is brought by entry point fake = fake_words, too"),
    ],
)
def test_a_bad_one_is_refused_with_its_name(brings, bad: object, says: str):
    brings(bad)
    with pytest.raises(WatchwordError) as caught:
        list(WORDS)
    assert says in str(caught.value)
    assert "entry point fake = fake_words" in str(caught.value)


def test_a_package_that_cannot_be_imported_is_named(brings, monkeypatch: pytest.MonkeyPatch):
    brings(())
    monkeypatch.setitem(sys.modules, "fake_words", None)
    with pytest.raises(WatchwordError, match="cannot be loaded"):
        list(WORDS)


def test_rules_of_the_languages_own_words_never_ask_what_is_installed(brings):
    brings(3)
    assert codes("rule a: bag unattended > 60s") == []
