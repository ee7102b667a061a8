"""What an editor offers at a place, and what it says of one."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.editing.actions import Action, Everything, actions, mend_all
from watchword.editing.complete import Completion, complete
from watchword.editing.document import Document
from watchword.editing.places import definition, hover, references, renamable, rename
from watchword.errors import WatchwordError
from watchword.lang.parse import parser
from watchword.lang.vocabulary import keywords
from watchword.text import Source
from watchword.words import WORDS

STATION = Path(__file__).parents[2] / "docs" / "station.watch"
FILE = """# Where people wait.
zone waiting = polygon (0, 0) (500, 0) (500, 400)
zones places = waiting, waiting
line door = (1, 2) to (3, 4) from street to lobby
let long = 60s
schedule night = 22:00-06:00
signal armed is state
define near(x, r) = no person within $r of x for 5s
class luggage = bag, suitcase
rule seen (dwell = 60s) { each luggage b in zone waiting when b is still for $dwell }
"""


def offers(half: str, path: Path | None = STATION) -> list[Completion]:
    """What is offered at `|`, in a file that begins with `FILE`."""
    text = FILE + half
    at = text.index("|", len(FILE))
    return complete(Document.read(text[:at] + text[at + 1 :], path), at)


def labels(half: str) -> set[str]:
    return {c.label for c in offers(half)}


@pytest.mark.parametrize(
    ("half", "there", "not_there"),
    [
        ("|", {"rule", "zone", "class", "test"}, {"when", "person"}),
        ("rule a { each person p when p is |}", {"still", "moving", "visible"}, {"in", "enters zone", "speed"}),
        ("rule a { each person p when p |}", {"is", "in zone", "crosses line", "falls", "against flow in zone"},
         {"still", "speed", "of", "count of"}),
        ("rule a { each person p when |}", {"p", "no", "not", "any", "count of", "share of", "near", "$long"},
         {"b", "still", "when", "each"}),
        ("rule a { each |}", {"person", "luggage", "vehicle", "zone"}, {"p", "still", "waiting"}),
        ("rule a { |}", {"each", "when", "keep", "clear when", "on camera"}, {"rule", "is", "person"}),
        ("rule a { each person p when p in zone |}", {"waiting", "places", "hall", "tracks"}, {"door", "gate", "p"}),
        ("rule a { each person p when p crosses line |}", {"door", "gate"}, {"hall", "waiting"}),
        ("rule a { each person p when p crosses line door to |}", {"street", "lobby"}, {"inward"}),
        ("rule a { each person p when p.|}", {"speed", "height", "seen_for"}, {"still", "p", "near"}),
        ("rule a { each person p when p.speed > |}", {"1.5m/s", "$long"}, {"10s", "near"}),
        ("rule a { each person p when p.speed > 30|}", {"30km/h", "30px/s"}, {"30s", "30m"}),
        ("rule a (dwell = 60s) { each bag b when b is still for |}", {"$dwell", "$long"}, {"b", "2m"}),
        ("rule a { each bag b when b is still for 5|}", {"5s", "5min"}, {"5m", "5px"}),
        ("rule a { when count of person in zone hall where (|)}", {"it"}, {"p"}),
        ("rule a { when average |}", {"speed"}, {"still", "is"}),
        ("rule a { when average speed |}", {"of"}, {"in zone", "when"}),
        ("rule a { when occupied |}", {"share of zone"}, {"speed", "is"}),
        ("rule a { each zone z of |}", {"places"}, {"waiting", "z", "hall"}),
        ("rule a { each zone z of places when any person in zone |}", {"z", "waiting"}, {"p"}),
        ("rule a { active |}", {"night"}, {"seen"}),
        ("rule a { when signal |}", {"armed"}, {"seen"}),
        ("rule a { unless firing |}", {"seen"}, {"night"}),
        ("rule a { each bag b cooldown 5min per |}", {"b", "zone", "rule"}, {"hall"}),
        ("rule a { each bag b using person o = owner of |}", {"b"}, {"hall"}),
        ("rule a { gap |}", {"freeze", "reset", "assume"}, {"high"}),
        ("rule a { each bag b message \"{|\" }", {"b.id", "held", "$long"}, {"still"}),
        ("rule a: |", {"person", "bag", "luggage"}, {"still"}),
        ("rule a: person |", {"in zone", "unattended", "falls", "for", "with"}, {"rule"}),
        ("rule a: person with |", {"speed", "is"}, {"still"}),
        ("rule a: person in zone hall |", {"for", "rule", "with"}, {"when"}),
        ("override seen on camera c { |}", {"dwell", "keep"}, {"rule"}),
        ("define f(x, z) = x in zone |", {"z", "waiting"}, {"door"}),
        ("test \"t\" { expect |}", {"seen", "nothing else"}, {"waiting"}),
        ("test \"t\" { given bag q at (1, 2) from 0s expect seen of |}", {"q"}, {"seen"}),
        ("rule a { each nonsense nonsense nonsense when p is |}", {"still"}, {"rule"}),
        ("# rule |", set(), {"rule", "zone"}),
        ("rule |", set(), {"seen", "rule"}),
        ("rule a { each person |}", set(), {"person", "seen"}),
    ],
)  # fmt: skip
def test_what_is_offered(half: str, there: set[str], not_there: set[str]):
    found = labels(half)
    assert there <= found
    assert not_there & found == set()


def test_what_the_rule_binds_comes_first_and_keywords_after_words():
    found = [c.label for c in offers("rule a { each person p when |}")]
    assert found[0] == "p"
    assert found.index("count of") < found.index("not")


def test_a_word_brings_its_meaning_and_what_must_follow_it():
    (word,) = [c for c in offers("rule a { each person p when p |}") if c.label == "enters zone"]
    assert word.insert == "enters zone "
    assert WORDS["enters"].prose in word.prose
    assert WORDS["enters"].example in word.prose


def test_what_is_typed_is_replaced_and_no_more():
    (unit,) = [c for c in offers("rule a { each person p when p.speed > 30|}") if c.label == "30km/h"]
    assert unit.start == len(FILE) + len("rule a { each person p when p.speed > ")
    (dwell,) = [c for c in offers("rule a (dwell = 60s) { each bag b when b is still for $dw|}") if c.label == "$dwell"]
    assert dwell.start == len(FILE) + len("rule a (dwell = 60s) { each bag b when b is still for ")


def test_after_a_blank_nothing_is_offered_where_the_rule_may_end():
    text = "rule a: person in zone hall for 5s "
    assert complete(Document.read(text), len(text))
    assert not complete(Document.read(text), len(text), only_where_needed=True)
    half = "rule a: person in zone "
    assert not complete(Document.read(half), len(half), only_where_needed=True)  # no zone is known
    assert complete(Document.read(half, STATION), len(half), only_where_needed=True)


@pytest.mark.parametrize("word", WORDS.values(), ids=lambda w: w.name)
def test_each_next_word_of_an_example_is_offered_before_it_is_written(word):
    text = word.example
    for token in parser().lex(text):
        start = token.start_pos
        said = str(token)
        if start <= len("rule ") or not (said in keywords() or said in WORDS) or text[start - 1] == ".":
            continue
        known = {w for c in complete(Document.read(text[:start]), start) for w in [c.label, c.label.split()[0]]}
        # What must follow a word comes with it: `against flow in zone`.
        before = re.findall(r"\w+", text[:start])[-1]
        phrases = {c.label for c in complete(Document.read(text[:start].rstrip()), len(text[:start].rstrip()))}
        follows = any(re.search(rf"\b{before} {said}\b", p) for p in phrases)
        assert said in known or follows, (text[:start], said, known)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_place_in_a_broken_text_gives_an_answer(data: st.DataObject):
    examples = data.draw(st.lists(st.sampled_from([w.example for w in WORDS.values()]), max_size=3))
    whole = FILE + "\n".join(examples)
    a, b = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    text = whole[:a] + data.draw(st.sampled_from(["", '"', "{", "(", "zone ", "\n", "rule", "$", "#", "5"])) + whole[b:]
    at = data.draw(st.integers(0, len(text)))
    document = Document.read(text)
    for one in complete(document, at):
        assert one.start <= at
    for note in [hover(document, at)]:
        assert note is None or (note.span.start <= at <= note.span.end and note.text)
    place = definition(document, at)
    assert place is None or document.source.text[place.span.start : place.span.end]
    actions(document, 0, len(text))


def at(text: str, mark: str) -> int:
    return text.index(mark) + 1


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("waiting when", "Where people wait."),
        ("luggage b", "bag, backpack"),
        ("still", WORDS["still"].prose[:40]),
        ("$dwell", "60s"),
        ("b is", "each luggage"),
        ("for $", "without a break"),
        ("long =", "let long = 60s"),
        ("near(", "A named condition, a state."),
        ("60s", "time"),
        ("seen (", "For each luggage"),
    ],
)
def test_what_is_said_of_a_place(mark: str, said: str):
    text = FILE.replace("= bag,", "= bag, backpack,")
    note = hover(Document.read(text), at(text, mark))
    assert note is not None
    assert said in note.text


def test_a_zone_of_the_scene_is_known():
    text = STATION.read_text("utf-8")
    document = Document.read(text, STATION)
    note = hover(document, at(text, "hall"))
    assert note is not None
    assert "station.json" in note.text
    place = definition(document, at(text, "hall"))
    assert place is not None
    assert Path(place.source.name) == STATION.with_suffix(".json")
    assert place.source.text[place.span.start : place.span.end] == "hall"
    assert renamable(document, at(text, "hall")) is None


def renamed(text: str, mark: str, new: str) -> str:
    document = Document.read(text)
    for change in sorted(rename(document, at(text, mark), new), key=lambda c: -c.place.span.start):
        text = text[: change.place.span.start] + change.new + text[change.place.span.end :]
    return text


def test_a_new_name_is_given_everywhere_it_is_meant():
    text = FILE + 'rule other { each person b when b in zone waiting message "{b.id} {zone}" cooldown 5s per b }\n'
    assert renamed(text, "waiting =", "bay") == text.replace("zone waiting", "zone bay").replace(
        "= waiting, waiting", "= bay, bay"
    )
    assert renamed(text, "dwell =", "held") == text.replace("dwell", "held")
    # The thing of one rule is not the thing of another.
    mine = renamed(text, "b when b in", "q")
    assert mine.endswith('each person q when q in zone waiting message "{q.id} {zone}" cooldown 5s per q }\n')
    assert mine.startswith(FILE)


def test_a_new_name_leaves_the_meaning_as_it_was():
    before = Document.read(FILE)
    after = Document.read(renamed(FILE, "luggage =", "baggage"))
    assert [f.code for f in after.findings] == [f.code for f in before.findings]
    assert {r.when for r in after.rules.rules} == {r.when for r in before.rules.rules}


def test_every_name_of_the_shipped_station_is_defined_and_can_be_another():
    path = Path(str(files("watchword.examples"))) / "station.watch"
    document = Document.read(path.read_text("utf-8"), path)
    text = document.source.text
    named = [(item, m) for item, found in document.mentions for m in found]
    of_the_file = {"zone", "line", "let", "schedule", "signal", "rule", "parameter"}
    lost = [m for item, m in named if m.kind in of_the_file and document.target(item, m) is None]
    assert lost == []
    changes = {
        change.place.span: change
        for k, (_, m) in enumerate(named)
        if m.defines and m.kind != "new"
        for change in rename(document, m.name.span.start, f"zz_{k}")
    }
    new = text
    for span in sorted(changes, key=lambda s: -s.start):
        assert changes[span].place.source is document.source
        new = new[: span.start] + changes[span].new + new[span.end :]
    again = document.again(Source(document.source.name, new))
    assert len(changes) > 100
    assert [f.code for f in again.findings] == [f.code for f in document.findings]
    assert len(again.rules.rules) == len(document.rules.rules)


def test_a_long_text_is_completed_with_the_names_of_a_moment_ago():
    document = Document.read(FILE)
    half = FILE + "rule a { each person p when p in zone "
    assert {c.label for c in complete(document.half(half), len(half))} == {"waiting", "places"}


@pytest.mark.parametrize(
    ("mark", "new"), [("waiting =", "places"), ("waiting =", "2x"), ("b in", "still"), ("b in", "when")]
)
def test_a_name_that_cannot_be_is_refused(mark: str, new: str):
    with pytest.raises(WatchwordError):
        renamed(FILE, mark, new)


def test_names_are_followed_into_included_files(tmp_path: Path):
    inner = "zone hall = polygon (0, 0) (9, 0) (9, 9)\nrule crowd: person in zone hall for 5s\n"
    outer = 'include "lobby.watch" as site\n'
    outer += "rule a { each person p when p in zone site.hall for 5s unless firing site.crowd }\n"
    (tmp_path / "lobby.watch").write_text(inner)
    (tmp_path / "main.watch").write_text(outer)
    document = Document.read(outer, tmp_path / "main.watch")
    other = Document.read(inner, tmp_path / "lobby.watch")
    place = definition(document, at(outer, "hall"))
    assert place is not None
    assert Path(place.source.name) == tmp_path / "lobby.watch"
    assert place.source.text[place.span.start : place.span.end] == "hall"
    for here, there, start in ((document, other, at(outer, "hall")), (other, document, at(inner, "hall"))):
        places = references(here, start, [there])
        assert [(Path(p.source.name).name, p.source.text[p.span.start : p.span.end]) for p in places] == [
            ("lobby.watch", "hall"),
            ("lobby.watch", "hall"),
            ("main.watch", "hall"),
        ]
    file = definition(document, at(outer, "lobby"))
    assert file is not None
    assert Path(file.source.name) == tmp_path / "lobby.watch"
    half = outer + "rule b { each person p when p in zone site."
    known = complete(Document.read(half, tmp_path / "main.watch"), len(half))
    assert {c.label for c in known} == {"hall"}


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("rule a: perrson in zone hall", "rule a: person in zone hall"),
        ("rule a: person is stil", "rule a: person is still"),
        ("rule a: person in zone hall for 60 s", "rule a: person in zone hall for 60s"),
        ("rule a: person in zone hall for 2m", "rule a: person in zone hall for 2min"),
        ("rule a { eech person p when p is still }", "rule a { each person p when p is still }"),
        ("rule a { each person p when p is still", "rule a { each person p when p is still\n}"),
        ("let x = 5s\nrule a: person is still", "rule a: person is still"),
        ("rule a { each bag b when b is still for $x }\nlet y = 5s", None),
    ],
)
def test_what_can_be_mended_is_mended(broken: str, mended: str | None):
    document = Document.read(broken)
    found = actions(document, 0, len(broken))
    if mended is None:
        assert not found
        return
    action = found[0]
    assert after(broken, action) == mended
    assert action.mends
    assert not [f for f in Document.read(mended).findings if f.code == action.finding.code]


def after(text: str, action: Action | Everything) -> str:
    (change,) = action.changes
    span = change.place.span
    return text[: span.start] + change.new + text[span.end :]


@pytest.mark.parametrize(
    "text",
    [
        "rule a {\n  each person p\n  when p is still for 100ms\n  keep 5s\n}",
        "rule a {\n  each person p\n  when p is still and p is visible\n    or p is moving for 100ms\n  keep 5s\n}",
        "zone spare = polygon (0, 0) (9, 0) (9, 9)  # why\nrule a: person is still",
    ],
)
def test_a_warning_can_be_allowed_where_it_stands(text: str):
    warned = [f.code for f in Document.read(text).findings]
    assert warned
    allowing = [a for a in actions(Document.read(text), 0, len(text)) if not a.mends]
    assert [a.title for a in allowing] == [f"Allow {code} here" for code in warned]
    left = Document.read(after(text, allowing[0])).findings
    assert [f.code for f in left] == warned[1:]


def test_where_no_comment_would_be_about_the_clause_none_is_offered():
    text = "rule a { each person p when p is still for 100ms keep 5s }"
    assert [f.code for f in Document.read(text).findings] == ["W207"]
    assert actions(Document.read(text), 0, len(text)) == []


def test_all_that_can_be_mended_is_mended_at_once():
    text = "rule a: perrson is stil\nrule b: person in zone hall for 60 s\n"
    everything = mend_all(Document.read(text))
    assert everything is not None
    assert everything.title == "Mend 3 mistakes"
    assert after(text, everything) == "rule a: person is still\nrule b: person in zone hall for 60s\n"
    assert mend_all(Document.read("rule a: person is still")) is None


def test_without_a_scene_beside_it_a_zone_may_still_be_known_elsewhere(tmp_path: Path):
    text = "rule a: person in zone somewhere for 5s"
    alone = Document.read(text, tmp_path / "a.watch")
    assert [(f.code, alone.doubtful(f)) for f in alone.findings] == [("E104", True)]
    (tmp_path / "hall.json").write_text(STATION.with_suffix(".json").read_text("utf-8"))
    beside = Document.read(text, tmp_path / "a.watch")
    assert [(f.code, beside.doubtful(f)) for f in beside.findings] == [("E104", False)]
