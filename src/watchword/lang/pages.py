"""What each code means, with an example that gives it and one that does not; `docs/findings` is made of it."""

from __future__ import annotations

from typing import Literal

import attrs

from watchword.lang.parse import DEEPEST, LARGEST


@attrs.frozen
class Page:
    """What is to say of a code.

    Attributes:
        means: What is wrong, and why it matters.
        bad: A rule file that gives this code and no other.
        good: One that gives none.
        asks: What finds it: the check of a text, of a text with its scene, a run, or a run with its detector.
        scene: The scene, as JSON; where there is none, that of the docs' station.
        right: The scene that gives none, where it is the scene that is wrong.
    """

    means: str
    bad: str
    good: str
    asks: Literal["check", "scene", "run", "detector"] = "check"
    scene: str = ""
    right: str = ""


def _rule(condition: str, more: str = "") -> str:
    return f"rule a {{\n  each person p\n  when {condition}\n{more}}}"


def _group(condition: str) -> str:
    return f"rule a {{\n  when {condition} for 5s\n}}"


_STILL = "p is still for 5s"
_NEAR = "define near(x, r) = any car within $r of x\n"
_PAIR = "rule b {\n  when any person for 5s\n}\n"

PAGES: dict[str, Page] = {
    "E001": Page(
        "The text goes on in a way that the language does not know. The caret stands under the first word that does "
        "not fit; what was expected there stands beside it.",
        "rule a: person is still for 5 min",
        "rule a: person is still for 5min",
    ),
    "E002": Page("Something is begun and not brought to its end.", "rule a {\n  when any person", _group("any person")),
    "E003": Page(
        "A letter that the language has no use for.",
        "rule a: person is still ; for 5s",
        "rule a: person is still for 5s",
    ),
    "E004": Page(
        "The file asks for a later language. Its rules may mean something else there, so none is guessed at.",
        "language 2\nrule a: person is still for 5s",
        "language 1\nrule a: person is still for 5s",
    ),
    "E005": Page(
        f"A file may have {LARGEST:,} characters. Split it, and `include` the parts.",
        "#" * (LARGEST + 1),
        "rule a: person is still for 5s",
    ),
    "E006": Page(
        f"Brackets nest at most {DEEPEST} deep. A `define` gives a part of the condition a name.",
        _rule("(" * (DEEPEST + 1) + "p is still" + ")" * (DEEPEST + 1) + " for 5s"),
        _rule(f"({_STILL})"),
    ),
    "E007": Page(
        "A number of more digits than any camera measures, or a time that nobody lives to see.",
        "rule a: person is still for 9999999h",
        "rule a: person is still for 9999s",
    ),
    "E101": Page(
        "One or two letters off a class that is known. A class that is like none is taken for a label of a detector of "
        "your own.",
        "rule a: persn is still for 5s",
        "rule a: person is still for 5s",
    ),
    "E102": Page(
        "No such word. `watchword words` lists all.", "rule a: bag unatended > 60s", "rule a: bag unattended > 60s"
    ),
    "E103": Page(
        "A condition speaks of a thing that the rule has not named. `each` and `using` name things.",
        _rule("q is still for 5s"),
        _rule(_STILL),
    ),
    "E104": Page(
        "Neither the file nor the camera's scene has the zone.",
        "rule a: person in zone hal for 5s",
        "rule a: person in zone hall for 5s",
        "scene",
    ),
    "E105": Page(
        "Neither the file nor the camera's scene has the line.",
        "rule a: person crosses line gat inward",
        "rule a: person crosses line gate inward",
        "scene",
    ),
    "E106": Page(
        "`on camera` names a camera that is not there, so the rule would never run.",
        _group("any person").replace("{\n", "{\n  on camera hal\n"),
        _group("any person").replace("{\n", "{\n  on camera hall\n"),
        "scene",
    ),
    "E107": Page(
        "The line has sides, and this is none of them.",
        "rule a: person crosses line gate to stret",
        "rule a: person crosses line gate to street",
        "scene",
    ),
    "E108": Page(
        "Inward is from the first side of a line to the second; a line without sides has no inward.",
        "line l = (0, 0) to (0, 9)\nrule a: person crosses line l inward",
        "line l = (0, 0) to (0, 9) from street to lobby\nrule a: person crosses line l inward",
    ),
    "E109": Page(
        "One or two letters off an attribute that is known.",
        _rule("p.sped > 90px/s for 2s"),
        _rule("p.speed > 90px/s for 2s"),
    ),
    "E111": Page(
        "`active` names a schedule that the file does not define.",
        _rule(_STILL, "  active night\n"),
        "schedule night = 22:00-06:00\n" + _rule(_STILL, "  active night\n"),
    ),
    "E112": Page(
        "A signal is told by the host. The file declares which there are, and whether each lasts or happens.",
        _rule("p is still and signal armed for 5s"),
        "signal armed is state\n" + _rule("p is still and signal armed for 5s"),
    ),
    "E113": Page(
        "`$x` is a parameter of the rule, an argument of the `define` that it stands in, or a `let`. Here it is none.",
        _rule("p is still for $dwell"),
        _rule("p is still for $dwell").replace("rule a", "rule a (dwell = 5s)"),
    ),
    "E114": Page("No `define` of that name.", _rule("near(p, 90px) for 5s"), _NEAR + _rule("near(p, 90px) for 5s")),
    "E115": Page(
        "No rule of that name in the file.",
        _rule(_STILL, "  unless firing b\n"),
        _PAIR + _rule(_STILL, "  unless firing b\n"),
    ),
    "E116": Page(
        "An override sets a parameter that the rule does not have.",
        _rule("p is still for $d").replace("rule a", "rule a (d = 5s)") + "\noverride a on camera hall { e = 9s }",
        _rule("p is still for $d").replace("rule a", "rule a (d = 5s)") + "\noverride a on camera hall { d = 9s }",
    ),
    "E201": Page(
        "An event is over at its moment, so it cannot hold for a time, and has no opposite.",
        "rule a: person enters zone hall for 5s",
        "rule a: person in zone hall for 5s",
    ),
    "E202": Page(
        "Two things are compared that do not measure the same, or another kind of value is needed here.",
        _rule("p.speed > 3m for 5s"),
        _rule("p.speed > 90px/s for 5s"),
    ),
    "E203": Page(
        "A clause stands once in a rule; of two it would not be plain which holds.",
        _rule(_STILL, "  keep 5s\n  keep 9s\n"),
        _rule(_STILL, "  keep 9s\n"),
    ),
    "E204": Page(
        "Two definitions of one kind have one name.",
        "rule a: person is still for 5s\nrule a: bag unattended > 60s",
        "rule a: person is still for 5s\nrule b: bag unattended > 60s",
    ),
    "E205": Page(
        "A thing's name must not be that of a word, a class, a zone or another thing: it could be read in two ways.",
        "rule a {\n  each person vehicle\n  when vehicle is still for 5s\n}",
        _rule(_STILL),
    ),
    "E206": Page(
        "Two classes stand for each other.",
        "class x = y\nclass y = x\nrule a: x is still for 5s",
        "class x = y\nrule a: x is still for 5s",
    ),
    "E207": Page(
        "A zone or a line that cannot be: sides that cross, too few corners, a length of nothing.",
        "zone z = polygon (0, 0) (9, 9) (9, 0) (0, 9)\nrule a: person in zone z for 5s",
        "zone z = polygon (0, 0) (9, 0) (9, 9) (0, 9)\nrule a: person in zone z for 5s",
    ),
    "E208": Page(
        "What stands between `{` and `}` in a message is filled in; this is nothing that could be.",
        _rule(_STILL, '  message "for {hold}"\n'),
        _rule(_STILL, '  message "for {held}"\n'),
    ),
    "E209": Page(
        "A rule has to say when it tells.", "rule a {\n  each person p\n  keep 5s\n}", _rule(_STILL, "  keep 5s\n")
    ),
    "E210": Page(
        "The clause is about something that lasts, and the rule about a moment.",
        _rule("p enters zone hall", "  keep 5s\n"),
        _rule("p enters zone hall", "  cooldown 5s\n"),
    ),
    "E211": Page(
        "`> 60s` and `for 60s` are one clause, said once, over the whole sentence.",
        "rule a: bag unattended > 60s for 5s",
        "rule a: bag unattended > 60s",
    ),
    "E212": Page(
        "Two moments are never the same one. Say which comes first.",
        _rule("p enters zone hall and p enters zone vault"),
        _rule("p enters zone hall then within 5s p enters zone vault"),
    ),
    "E213": Page(
        "The word stands in a way that is not its own.", _rule("p is in for 5s"), _rule("p in zone hall for 5s")
    ),
    "E214": Page(
        "A named condition takes as many arguments as its definition names.",
        _NEAR + _rule("near(p) for 5s"),
        _NEAR + _rule("near(p, 90px) for 5s"),
    ),
    "E215": Page(
        "An argument is of another kind than the definition uses it as.",
        _NEAR + _rule("near(p, zone hall) for 5s"),
        _NEAR + _rule("near(p, 90px) for 5s"),
    ),
    "E216": Page(
        "How many, or how often, in what time?",
        "rule a {\n  when distinct person over 1h > 9 and flow of person across line gate > 9\n}",
        "rule a {\n  when distinct person over 1h > 9 and flow of person across line gate over 1h > 9\n}",
    ),
    "E217": Page(
        "Two parts of a condition that do not belong to each other.",
        _group("count of person over 5s > 4"),
        _group("count of person > 4"),
    ),
    "E301": Page(
        "An included file is not there, lies outside the rule file's folder, or includes itself.",
        'include "../other.watch" as x\nrule a: person is still for 5s',
        "rule a: person is still for 5s",
    ),
    "E302": Page(
        "Metres can only be measured where the camera knows four points of the ground. Nothing is guessed.",
        "rule a: person in zone hall with speed > 2m/s for 2s",
        "rule a: person in zone hall with speed > 90px/s for 2s",
        "scene",
    ),
    "E303": Page(
        "The zone was drawn without the direction that people should go.",
        "rule a: person against flow in zone hall for 1s",
        "zone up = polygon (0, 0) (9, 0) (9, 9) flowing (0, 0) to (0, 9)\n"
        "rule a: person against flow in zone up for 1s",
        "scene",
    ),
    "E305": Page(
        "Rules that wait for each other would never be judged.",
        _rule(_STILL, "  unless firing b\n") + "\n" + _rule(_STILL, "  unless firing a\n").replace("rule a", "rule b"),
        _PAIR + _rule(_STILL, "  unless firing b\n"),
    ),
    "E306": Page(
        "A named condition that speaks of itself has no end.",
        "define f(x) = x is still or f(x)\n" + _rule("p is visible for 5s"),
        "define f(x) = x is still or x is visible\n" + _rule("f(p) for 5s"),
    ),
    "E307": Page(
        "A compass word is turned by the scene's `north`: the degrees, clockwise from up in the picture, at which "
        "north lies. Nothing is guessed. Degrees and `zone Z` need no north.",
        _rule("p moves toward north for 2s"),
        _rule("p moves toward 90deg for 2s"),
        "scene",
    ),
    "E308": Page(
        "A zone made of others, or a group of zones, that comes round to itself.",
        "zone a = hall minus b\nzone b = bay plus a\nrule r: person in zone a for 5s",
        "zone a = hall minus b\nzone b = bay plus vault\nrule r: person in zone a for 5s",
    ),
    "E401": Page(
        "The language has it, and this version does not run it. A check passes over it; a run refuses the rule, so "
        "that none is left out in silence.",
        _rule("distinct car within 90px of p over 1min > 5"),
        _rule("count of car within 90px of p > 5"),
        "run",
    ),
    "W201": Page(
        "`and` binds tighter than `or`, which not everybody expects.",
        _rule("p is still and p is visible or p is moving for 5s"),
        _rule("(p is still and p is visible) or p is moving for 5s"),
    ),
    "W202": Page(
        "Defined, and nothing uses it: a slip, or something left over.",
        "class kit = tripod, camera_bag\nrule a: person is still for 5s",
        "class kit = tripod, camera_bag\nrule a: kit is still for 5s",
    ),
    "W203": Page(
        "The detector in use is not known to see anything of the class, so the rule would never tell.",
        "rule a: giraffe is still for 5s",
        "rule a: person is still for 5s",
        "detector",
    ),
    "W204": Page("Only definitions, or nothing.", "# later", "rule a: person is still for 5s"),
    "W205": Page(
        "No picture could ever make it true.",
        _rule("p.speed > 40px/s and p.speed < 30px/s for 5s"),
        _rule("p.speed > 30px/s and p.speed < 40px/s for 5s"),
    ),
    "W206": Page("Every picture makes it true.", _group("count of person >= 0"), _group("count of person >= 1")),
    "W207": Page(
        "A camera of ten frames a second gives two looks in 200 ms; what is shorter hangs on one look, or a flicker.",
        _rule("p is still for 50ms"),
        _rule("p is still for 500ms"),
    ),
    "W208": Page(
        "Where the camera does not see, nobody is to be seen either. Say what that means for the clock.",
        _group("no person in zone hall"),
        _group("no person in zone hall").replace("  when", "  gap reset\n  when"),
    ),
    "W209": Page(
        "Detectors may give things attributes of their own, such as `helmet`. None here is known to give this one.",
        _rule("p.helmet < 0.5 for 2s"),
        _rule("p.score < 0.5 for 2s"),
    ),
    "W210": Page(
        "A comment that allows a warning which is not there (any more) hides the next one.",
        _rule("p is still for 5s  # allow: W207"),
        _rule("p is still for 50ms  # allow: W207"),
    ),
    "W211": Page(
        "The day until which a warning was allowed has passed; the warning is told again, with this one.",
        _rule("p is still for 50ms  # allow: W207 until 2020-01-01"),
        _rule("p is still for 500ms"),
    ),
    "W212": Page(
        "A step or a window is shorter than the time for which something in it has to hold: it is never true, unless "
        "that began before.",
        _rule("p enters zone hall then within 5s (p is still for 10s)"),
        _rule("p enters zone hall then within 20s (p is still for 10s)"),
    ),
    "W213": Page(
        "A second thing that is only said to be another is any in the picture, and all pairs of them. Where there are "
        "many people that is nearly always true, and costs the most.",
        _rule("any person other than p where (it is moving) for 5s"),
        _rule("any person within 5m of p other than p where (it is moving) for 5s"),
    ),
    "W214": Page(
        "The camera's ground is known between the points, or people, that its scene gives, and a little beyond. "
        "More than a tenth of the zone lies further out, where metres are a guess, or it reaches the horizon, where "
        "nothing has a place on the ground and every measure in metres is unknown.",
        "zone far = polygon (100, 100) (860, 100) (860, 240) (100, 240)\n"
        "rule fast: person in zone far with speed > 3m/s for 2s",
        "zone near = polygon (100, 260) (860, 260) (860, 500) (100, 500)\n"
        "rule fast: person in zone near with speed > 3m/s for 2s",
        "scene",
        '{\n  "frame": [960, 540],\n'
        '  "ground": {"pairs": [[[0, 540], [0, 0]], [[960, 540], [8, 0]], '
        "[[240, 240], [0, 12]], [[720, 240], [8, 12]]]}\n}",
    ),
    "W215": Page(
        "A turning camera has zones and lines for each of its presets. This one is drawn in some of them, so that the "
        "rule is judged while the camera looks there, and says nothing while it looks elsewhere.",
        _rule("p in zone bay for 5s"),
        _rule("p in zone hall for 5s"),
        "scene",
        '{\n  "frame": [960, 540],\n  "presets": {\n'
        '    "gate": {"zones": {"hall": [[0, 0], [900, 0], [900, 500]], "bay": [[0, 0], [90, 0], [90, 50]]}},\n'
        '    "yard": {"zones": {"hall": [[0, 0], [960, 0], [960, 540]]}}\n  }\n}',
    ),
    "W216": Page(
        "A schedule is read by the clock where the camera hangs, and the scene says which that is: `time_zone`, a name "
        "such as `Europe/Paris`. Where nobody says, it is UTC: in Paris `23:00-05:00` would then be on duty from "
        "midnight to six, in summer from one to seven, and say nothing at half past eleven in the evening.",
        "schedule night = 22:00-06:00\n" + _rule(_STILL, "  active night\n"),
        "schedule night = 22:00-06:00\n" + _rule(_STILL, "  active night\n"),
        "scene",
        '{"frame": [960, 540]}',
        '{"frame": [960, 540], "time_zone": "Europe/Paris"}',
    ),
}
"""Every code's page."""
