"""What colours rule files agrees with the language: the parser, Pygments and TextMate see the same words."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from lark import Token as Read
from pygments.lexers import find_lexer_class_by_name, get_lexer_for_filename, guess_lexer
from pygments.token import Comment, Error, Keyword, Name, Number, String, Whitespace

from watchword.lang import vocabulary
from watchword.lang.parse import keywords, parser
from watchword.lang.ruleset import check_text
from watchword.lexer import WatchLexer
from watchword.text import Source
from watchword.units import KINDS
from watchword.words import WORDS

EDITORS = Path(__file__).parents[2] / "editors"
GRAMMAR = EDITORS / "vscode" / "syntaxes" / "watch.tmLanguage.json"
FRAGMENTS = """language 1
include "site/lobby.watch" as site                      # its names are site.x
class luggage = bag, backpack, handbag, suitcase        # groups of detector labels
schedule night = 22:00-06:00, 00:00-24:00 on sat, sun
signal armed is state
let crush = 3.5/m2
define alone_here(x, r) = no person within $r of x for 5s
zone booth = polygon (100, 420) (640, 400) (700, 720) anchor 50% flowing (10, 20) to (300, 20)
zone quiet = booth minus kiosk
zones platforms = p1, p2, p3
line gate = (640, 120) to (640, 900) from street to lobby
rule left_bag "Unattended \\"bag\\"" (dwell = 60s) {
  on camera concourse_1, concourse_2
  active night
  each luggage b in zone concourse
  when b is unattended(2m, 5s) for $dwell
  grace 3s  keep 10s  cooldown 5min per b
  gap freeze after 2s
  except staff_trolley when b in zone site.staff_bay
  severity medium, high after 5min
  label desk = "lost property"
  message "Bag {b.id} alone for {held} in {zone}"
}
override left_bag on camera cam07 { keep 60s }
test "one" { given bag b at (500, 300) from 9s to 120s expect left_bag of b firing at 79.9s within 0.5s }
"""
TEXTS = [FRAGMENTS, *(word.example for word in WORDS.values())]


def items(text: str) -> Iterator[tuple[int, str]]:
    from watchword.lang.parse import cut

    return ((a, text[a:b]) for a, b in cut(text))


def read(text: str) -> Iterator[tuple[int, Read]]:
    """What the parser sees, with the places in the text."""
    for start, item in items(text):
        state = parser().parse_interactive(item)
        for token in state.exhaust_lexer():
            yield start + (token.start_pos or 0), token


def coloured(text: str) -> dict[int, object]:
    """What Pygments sees at each letter."""
    found, at = {}, 0
    for kind, piece in WatchLexer(ensurenl=False, stripnl=False).get_tokens(text):
        found.update(dict.fromkeys(range(at, at + len(piece)), kind))
        at += len(piece)
    return found


def scopes(text: str) -> dict[int, str]:
    """What TextMate sees at each letter: the leftmost match wins, then the first rule."""
    rules = json.loads(GRAMMAR.read_text("utf-8"))["patterns"]

    def pattern(source: str) -> re.Pattern[str]:
        return re.compile(source.replace(r"[\p{L}_][\p{L}\p{N}_]*", r"[^\W\d]\w*"), re.MULTILINE)

    rules = [(pattern(r.get("match") or r["begin"]), r) for r in rules]
    found: dict[int, str] = {}
    at = 0
    while at < len(text):
        hits = [(m.start(), k) for k, (p, _) in enumerate(rules) if (m := p.search(text, at)) and m[0]]
        if not hits:
            break
        p, rule = rules[min(hits)[1]]
        match = p.search(text, at)
        assert match is not None
        end = match.end()
        if "begin" in rule:
            end = re.compile(r'(?:\\.|[^"\\\n])*("|$)', re.MULTILINE).match(text, end).end()
        found.update(dict.fromkeys(range(match.start(), end), rule.get("name", "")))
        for number, group in rule.get("captures", {}).items():
            found.update(dict.fromkeys(range(*match.span(int(number))), group["name"]))
        at = max(end, at + 1)
    return found


def test_every_keyword_has_its_place_in_the_vocabulary():
    assert {*keywords()} <= vocabulary.keywords()
    terminals = {w for t in parser().terminals for w in re.findall(r"[a-z]{2,}", t.pattern.value)}
    units = {p for unit in KINDS for p in re.findall(r"[a-z]{2,}", unit)}
    assert vocabulary.keywords() == terminals - units
    assert vocabulary.words() | vocabulary.keywords() >= WORDS.keys()
    assert vocabulary.GLOSSES.keys() <= vocabulary.keywords()


def test_the_lists_of_openers_and_clauses_are_those_of_the_parser():
    def after(text: str) -> set[str]:
        state = parser().parse_interactive(text)
        list(state.exhaust_lexer())
        return {w for t in state.accepts() for w in vocabulary.choices().get(t, ())}

    assert {*vocabulary.openers()} == after("")
    assert {*vocabulary.clauses()} == after("rule a {")
    assert {*vocabulary.openers(), *vocabulary.clauses()} <= vocabulary.GLOSSES.keys()


@pytest.mark.parametrize("text", TEXTS, ids=["fragments", *WORDS])
def test_parser_pygments_and_textmate_see_the_same_words(text: str):
    seen, scoped = coloured(text), scopes(text)
    for start, token in read(text):
        there = (seen[start], scoped.get(start, ""), str(token))
        if token.type == "STRING":
            assert there[0] in String
            assert there[1].startswith("string.")
        elif token.type in ("NUMBER", "MEASURE", "DURATION", "WINDOW"):
            assert there[0] in Number, there
            assert there[1].startswith("constant.numeric"), there
        elif token.type in vocabulary.choices():
            assert there[0] in Keyword, there
            assert there[1].split(".")[0] in ("keyword", "constant"), there
        elif token.type == "NAME" and str(token) in WORDS and text[start - 1] != "." and start > len("rule "):
            assert there[0] in Name.Builtin or there[0] in Keyword, there
            assert there[1].startswith(("support.function", "keyword.control")), there
        elif token.type == "NAME":
            assert there[0] in Name, there
            assert not there[1].startswith("keyword"), there


@pytest.mark.parametrize("text", TEXTS, ids=["fragments", *WORDS])
def test_no_letter_of_a_rule_file_is_an_error(text: str):
    assert not [kind for kind in coloured(text).values() if kind in Error]


def test_comments_fields_and_parameters_stand_out():
    seen, scoped = coloured(FRAGMENTS), scopes(FRAGMENTS)
    for mark, kind, scope in [
        ("# its", Comment, "comment.line"),
        ("{b.id}", String.Interpol, "string."),
        ("$dwell", Name.Variable, "variable.parameter"),
        ("left_bag", Name.Function, "entity.name.function"),
        ("booth", Name.Entity, "variable.other.constant"),
        ("freeze", Keyword.Constant, "constant.language"),
    ]:
        at = FRAGMENTS.index(mark)
        assert seen[at] in kind
        assert scoped[at].startswith(scope)
    unit = FRAGMENTS.index("/m2")
    assert (seen[unit], scoped[unit]) == (Keyword.Type, "keyword.other.unit.watch")


def test_the_words_of_the_grammar_are_no_part_of_longer_ones():
    seen = coloured("rulefoo whenever forty is_still")
    assert {*seen.values()} == {Name, Whitespace}


def test_pygments_finds_the_lexer_by_name_and_by_file():
    assert find_lexer_class_by_name("watch") is WatchLexer
    assert isinstance(get_lexer_for_filename("station.watch"), WatchLexer)
    assert isinstance(guess_lexer("rule intrusion: person in zone tracks for 2s\n"), WatchLexer)
    assert WatchLexer.analyse_text("int main() { return 0; }") == 0


def test_the_textmate_grammar_is_written_anew_when_the_language_changes():
    made = runpy.run_path(str(EDITORS / "make_grammar.py"))["text"]()
    assert GRAMMAR.read_text("utf-8") == made, "run: python editors/make_grammar.py"


def test_the_snippets_are_rules_without_a_mistake():
    snippets = json.loads((EDITORS / "vscode" / "snippets.json").read_text("utf-8"))
    bodies = ["\n".join(one["body"]) for one in snippets.values()]
    text = "\n".join(re.sub(r"\$\{\d+:([^{}]*)\}", r"\1", body) for body in bodies)
    findings = check_text(Source("snippets", text)).findings
    assert [f.show() for f in findings if f.code != "W202"] == []
    assert text.count("rule ") == 5


def test_the_extension_says_what_it_holds():
    package = json.loads((EDITORS / "vscode" / "package.json").read_text("utf-8"))
    contributes = package["contributes"]
    for path in (
        contributes["grammars"][0]["path"],
        contributes["languages"][0]["configuration"],
        contributes["snippets"][0]["path"],
        package["main"],
        "README.md",
    ):
        assert (EDITORS / "vscode" / path).is_file()
    assert contributes["grammars"][0]["scopeName"] == json.loads(GRAMMAR.read_text("utf-8"))["scopeName"]
    assert contributes["languages"][0]["extensions"] == [".watch"]
    json.loads((EDITORS / "vscode" / contributes["languages"][0]["configuration"]).read_text("utf-8"))
