"""The grammar, the tree and its text, the words."""

from __future__ import annotations

import random
import re

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark

from watchword.errors import RuleError, WatchwordError
from watchword.lang import RuleSet, check_sentence, check_text, compile, show  # noqa: A004
from watchword.lang import nodes as n
from watchword.lang.mend import mended
from watchword.lang.parse import grammar, keywords, parse, parser
from watchword.scene import Ground, Line, Scene, Zone
from watchword.text import Source
from watchword.words import WORDS
from watchword.words.labels import COCO

FULL = """language 1
class luggage = bag, backpack  # groups of labels
zone hall = polygon (0, 0) (100, 0) (100, 100) anchor centre flowing (0, 0) to (1, 1)
line gate = (1, 2) to (3, 4) from street to lobby
rule a: bag unattended(2m, 5s) > 60s in zone hall
rule b "Two" {
  on camera c1, c2
  each {luggage, car} b in zone hall
  when (b is still or not b in zone hall) and b is visible for 5s
  keep 10s  cooldown 5min per b, camera  gap reset after 2s
  severity high  message "Thing {b.id} \\"here\\""  label k = "v"
}
rule c { when count of person in zone hall where (it is still for 2s) >= 2 for 3s }
rule d: person crosses line gate to lobby
"""


def condition(text: str) -> n.Expr:
    items, findings = parse(Source("rule", f"rule r {{ when {text} }}"))
    assert not findings, findings[0].show()
    (rule,) = items
    assert isinstance(rule, n.RuleDef)
    (when,) = rule.body
    assert isinstance(when, n.When)
    return when.body


def test_the_grammar_has_no_conflict_even_among_its_words():
    Lark(grammar(), parser="lalr", strict=True, maybe_placeholders=True)


def test_keywords_are_those_of_the_grammar():
    patterns = [t.pattern.value for t in parser().terminals if re.fullmatch(r"_?[A-Z]+", t.name)]
    words = {m[1] for p in patterns if (m := re.fullmatch(r"([a-z]+)\(\?!\\w\)", p))}
    assert set(keywords()) == words
    assert {"rule", "for", "zone", "either"} <= words


names = st.sampled_from(["p", "q", "bag_1", "é", "文"]).map(n.Name)
zones = st.sampled_from(["hall", "platform_2", "東口"]).map(n.Name)
numbers = st.from_regex(r"[1-9][0-9]{0,3}(\.[0-9]{1,3})?", fullmatch=True)
durations = st.builds(n.Quantity, numbers, st.sampled_from(["ms", "s", "min", "h"]))
lengths = st.builds(n.Quantity, numbers, st.sampled_from(["m", "cm", "px"]))
ways = st.one_of(
    st.none(),
    st.sampled_from(["inward", "outward", "either"]).map(n.Way),
    st.builds(lambda side: n.Way("to", side), names),
)
applied = st.one_of(
    st.builds(lambda w, t, v: n.Apply(n.Name(w), t, values=v), st.sampled_from(["still", "moving", "visible"]), names,
              st.one_of(st.just(()), st.tuples(lengths), st.tuples(lengths, durations))),
    st.builds(lambda w, t, z: n.Apply(n.Name(w), t, (z,)), st.sampled_from(["in", "outside", "enters"]), names, zones),
    st.builds(lambda t, z, w: n.Apply(n.Name("crosses"), t, (z,), way=w), names, zones, ways),
)  # fmt: skip
filters = st.builds(lambda w, z: n.Apply(n.Name(w), n.Name("it"), (z,)), st.sampled_from(["in", "outside"]), zones)


def counts(inner: st.SearchStrategy[n.Expr]) -> st.SearchStrategy[n.Count]:
    groups = st.builds(
        n.Group, st.lists(names, min_size=1, max_size=3).map(tuple), st.lists(filters, max_size=2).map(tuple),
        st.one_of(st.none(), inner),
    )  # fmt: skip
    whole = st.integers(0, 999).map(lambda i: n.Quantity(str(i), ""))
    return st.builds(n.Count, groups, st.sampled_from([">", ">=", "<", "<=", "=", "!="]), whole)


def compound(inner: st.SearchStrategy[n.Expr]) -> st.SearchStrategy[n.Expr]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    joined = st.one_of(st.builds(n.And, several), st.builds(n.Or, several))
    return st.one_of(joined, st.builds(n.Not, inner), st.builds(n.For, inner, durations), counts(inner))


@settings(max_examples=200, deadline=None)
@given(st.recursive(applied, compound, max_leaves=8))
def test_what_is_shown_reads_back_to_the_same_tree(tree: n.Expr):
    assert condition(show(tree)) == tree


def test_both_forms_of_a_rule_are_one_tree():
    short = RuleSet.loads("rule r: bag unattended > 60s in zone a").rules[0]
    full = RuleSet.loads("rule r { each bag it in zone a when it is unattended for 60s }").rules[0]
    assert isinstance(short.when, n.For)
    assert isinstance(full.when, n.For)
    assert set(short.when.body.parts) == set(full.when.body.parts)
    assert short.when.duration == full.when.duration


def test_for_binds_loosest_and_brackets_say_otherwise():
    assert isinstance(condition("p is still and p is visible for 5s"), n.For)
    assert isinstance(condition("p is still and (p is visible for 5s)"), n.And)


@pytest.mark.parametrize(
    "event", ["p enters zone a", "p crosses line l or p enters zone a", "p enters zone a and p is still"]
)
def test_an_absence_of_an_event_reads_with_brackets_as_without(event: str):
    (bound,) = condition("p appears then for 5s not p exits zone b").steps
    (bracketed,) = condition(f"p appears then for 5s not ({event})").steps
    assert (bracketed.kind, bracketed.bound, bracketed.body) == ("absent", bound.bound, condition(event))
    text = f"rule r {{ each person p when p appears then for 5s not ({event}) gap reset }}"
    assert RuleSet.loads(text).findings == ()
    if " " not in event.replace("p enters zone a", ""):
        assert condition(f"p appears then for 5s not {event}").steps == (bracketed,)


def test_clauses_may_stand_in_any_order_and_line():
    one = RuleSet.loads("rule r { keep 5s each person p severity low when p is still for 2s }").rules[0]
    two = RuleSet.loads("rule r {\n each person p\n when p is still\n for 2s\n keep 5s\n severity low }").rules[0]
    assert one == two


def test_a_whole_file_reads_without_a_finding():
    rules = check_text(Source("full", FULL))
    assert rules.findings == ()
    assert [rule.name for rule in rules.rules] == ["a", "b", "c", "d"]
    b = rules.rules[1]
    assert (b.keep, b.cooldown, b.per, b.gap, b.gap_after) == (10e9, 300e9, ("b", "camera"), "reset", 2e9)
    assert (b.title, b.severity, b.message) == ("Two", "high", 'Thing {b.id} "here"')
    assert b.labels == (("k", "v"),)


def test_a_class_may_use_its_own_name_for_the_label():
    rules = RuleSet.loads("class bag = bag, trolley\nclass stuff = bag, car\nrule r: stuff is still for 2s")
    assert rules.labels([n.Name("stuff")]) == {"bag", "trolley", "car"}
    assert rules.labels([n.Name("robot")]) == {"robot"}


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_the_example_of_a_word_checks_clean(word):
    made = check_text(Source("example", word.example))
    assert made.findings == ()
    assert word.name in word.example
    square = ((0, 0), (9, 0), (9, 9))
    known = [Zone(z, square, flow=((0, 0), (9, 9))) for z in ("bay", "escalator", "hall", "road", "tracks", "vault")]
    corners = ((0, 0), (9, 0), (9, 9), (0, 9))
    ground = Ground(pairs=tuple((c, c) for c in corners))
    scene = Scene(frame=(10, 10), zones=known, lines=[Line("gate", (0, 0), (9, 9), ("a", "b"))], ground=ground)
    assert made.resolve({"cam": scene}) == []


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("person in zone hal for 2s", "E104"),
        ("person crosses line gat", "E105"),
        ("person crosses line gate to cellar", "E107"),
        ("person crosses line side inward", "E108"),
    ],
)
def test_names_that_only_the_scene_knows_are_asked_of_it(sentence: str, code: str):
    scene = Scene(
        frame=(10, 10),
        zones=[Zone("hall", ((0, 0), (9, 0), (9, 9)))],
        lines=[Line("gate", (0, 0), (9, 9), ("a", "b")), Line("side", (0, 0), (9, 9))],
    )
    with pytest.raises(RuleError) as caught:
        compile(sentence, scene)
    assert [f.code for f in caught.value.findings] == [code]


def test_a_rule_applies_where_its_names_are_known():
    hall = Scene(frame=(10, 10), zones=[Zone("hall", ((0, 0), (9, 0), (9, 9)))])
    text = "rule a: person in zone hall for 2s\nrule b { on camera two each person p when p is still }"
    rules = RuleSet.loads(text)
    bare = Scene(frame=(10, 10))
    assert rules.resolve({"one": hall, "two": bare}) == []
    assert [r.name for r in rules.applying("one", (10, 10), hall)] == ["a"]
    assert [r.name for r in rules.applying("two", (10, 10), bare)] == ["b"]
    assert [f.code for f in rules.resolve({"one": hall, "too": bare})] == ["E106"]


def test_a_zone_outside_the_frame_is_refused_where_the_frame_is_known():
    rules = RuleSet.loads("zone z = polygon (0, 0) (20, 0) (20, 20)\nrule a: person in zone z for 2s")
    (found,) = rules.resolve({"one": Scene(frame=(10, 10))})
    assert found.code == "E207"
    assert "x = 20" in found.message


def test_a_rule_set_that_has_errors_is_raised_whole():
    with pytest.raises(RuleError) as caught:
        RuleSet.loads("rule a: persn is still for 2s\nrule b: bag unatended > 2s", "x.watch")
    assert [f.code for f in caught.value.findings] == ["E101", "E102"]
    assert "x.watch:2:13" in str(caught.value)


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(WatchwordError, match=r"no\.watch"):
        RuleSet.load(tmp_path / "no.watch")
    (tmp_path / "bytes.watch").write_bytes(b"rule \xff")
    with pytest.raises(WatchwordError, match="UTF-8"):
        RuleSet.load(tmp_path / "bytes.watch")


def test_a_mark_at_the_start_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "a.watch"
    path.write_bytes("\ufeffrule a: person is still for 2s\r\nrule b: persn is still for 2s\r\n".encode())
    with pytest.raises(RuleError) as caught:
        RuleSet.load(path)
    (found,) = caught.value.findings
    assert found.where.endswith("a.watch:2:9")


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_mutated_file_gives_findings_and_nothing_else(rng: random.Random):
    bits = ["rule", "zone", '"', "{", "}", "(", ")", "for", "not ", "\0", "é", "文", "5s", "5m", "12.", "-", "#", "\n"]
    bits += [
        "it",
        "and",
        ":",
        "=",
        "1e9",
        "9" * 30 + "h",
        "\u2028",
        "😀",
        " per ",
        "line",
        "\\",
        "`",
        "{b.id",
        "%",
        ",",
    ]
    text = FULL
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(text))
        how = rng.random()
        if how < 0.4:
            text = text[:at] + text[at + rng.randint(1, 6) :]
        elif how < 0.8:
            text = text[:at] + rng.choice(bits) + text[at:]
        else:
            other = rng.randrange(len(text))
            text = text[:at] + text[other : other + 20] + text[at:]
    rules = check_text(Source("mutated", text))
    for found in rules.findings:
        assert found.show()
        assert 0 <= found.span.start <= len(text)
    sentence = check_sentence(text[rng.randrange(len(text)) :][:60])
    assert all(found.show() for found in sentence.findings)


@pytest.mark.parametrize("deep", ["not " * 5000 + "p is still", "(" * 200 + "p is still" + ")" * 200])
def test_what_nests_too_deep_is_a_finding(deep: str):
    rules = check_text(Source("deep", f"rule a {{ each person p when {deep} }}"))
    assert [f.code for f in rules.findings] == ["E006"]


def test_places_are_no_part_of_equality():
    a, b = condition("p is still"), condition("     p    is still")
    assert a == b
    assert a.span != b.span
    assert attrs.evolve(a, span=n.NOWHERE) == a


def test_the_classes_of_coco_are_eighty():
    assert len(COCO) == len(set(COCO)) == 80
    assert COCO[:2] == ("person", "bicycle")
    assert COCO[-1] == "toothbrush"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("rule left bag: bag unattended > 60s", "rule left_bag: bag unattended > 60s"),
        ("rule a: bag unattended > 60 seconds", "rule a: bag unattended > 60s"),
        ("rule a: bag in zone hall > 2 minutes", "rule a: bag in zone hall > 2min"),
        ("rule a: vehicle with speed > 50kph for 2s", "rule a: vehicle with speed > 50km/h for 2s"),
        ("rule a: person enters vault", "rule a: person enters zone vault"),
        ("rule a: person in the vault", "rule a: person in zone vault"),
        ("rule a: person crosses gate inward", "rule a: person crosses line gate inward"),
        ("rule a: a person in zone hall", "rule a: person in zone hall"),
        ("rule a: person against the flow in zone up", "rule a: person against flow in zone up"),
        ('rule a: person in zone "hall"', "rule a: person in zone hall"),
        (
            "rule a { each person p when p is in zone hall for 5s }",
            "rule a { each person p when p in zone hall for 5s }",
        ),
        ("rule a { each person p when p is in hall }", "rule a { each person p when p in zone hall }"),
        ("rule a { each person p if p in zone hall }", "rule a { each person p when p in zone hall }"),
        ("rule a { each person p when p height > 90px }", "rule a { each person p when p.height > 90px }"),
        ("rule a { each person p when p is not still }", "rule a { each person p when not p is still }"),
        ("rule a { each bag b when b is still more than 5s }", "rule a { each bag b when b is still for 5s }"),
        ("rule a { when count of person in zone a more than 5 }", "rule a { when count of person in zone a > 5 }"),
        (
            "rule a { each person p when p crosses line l towards b }",
            "rule a { each person p when p crosses line l to b }",
        ),
        ("schedule a = 22:00-06:00 on saturday", "schedule a = 22:00-06:00 on sat"),
    ],
)
def test_what_is_plainly_meant_is_mended(wrong: str, right: str):
    assert mended(Source("a", wrong + "\n"), lambda source: check_text(source).findings)[0] == right + "\n"
