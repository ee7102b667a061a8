"""A rule explained: in plain English, in time, what it remembers, what it needs from the camera."""

from __future__ import annotations

import re
from typing import Protocol

import attrs

from watchword.lang import nodes as n
from watchword.lang.check import names_of
from watchword.lang.conditions import COMPASS
from watchword.lang.english import amount, classes, lines
from watchword.lang.kinds import kind, metric_places
from watchword.lang.refs import walk
from watchword.lang.rewrite import is_absence, ns
from watchword.lang.ruleset import RuleSet
from watchword.units import SECOND, show_duration
from watchword.words import ATTRIBUTES, WORDS
from watchword.words.labels import EXPERIMENTAL

GAPS = {
    "freeze": "the clock stands still and goes on after",
    "reset": "the clock starts again",
    "assume": "the clock runs on, as if nothing had changed",
}
OWNER = frozenset({"unattended", "owner", "drops", "takes"})


@attrs.frozen
class Explained:
    """A rule explained, in parts of a few lines each.

    Attributes:
        name: The rule's.
        says: What it says.
        time: An alert's life as a picture of letters.
        words: The words it uses, each with what it means.
        remembers: What is kept between looks, in plain words.
        exactly: The same in figures.
        needs: What the camera, its scene and its host have to give.
    """

    name: str
    says: tuple[str, ...]
    time: tuple[str, ...]
    words: tuple[tuple[str, str], ...]
    remembers: tuple[str, ...]
    exactly: tuple[str, ...]
    needs: tuple[str, ...]

    def show(self, width: int = 96, *, more: bool = False) -> str:
        """It as text; with the figures where `more` is asked for."""
        from textwrap import wrap

        parts: list[tuple[str, list[str]]] = [("says", list(self.says)), ("in time", list(self.time))]
        prose = [wrap(f"{w}: {p}", width - 4, subsequent_indent="  ") for w, p in self.words]
        parts.append(("words", [line for each in prose for line in each]))
        exactly = self.exactly if more else ()
        for head, some in (("remembers", self.remembers), ("exactly", exactly), ("needs", self.needs)):
            parts.append((head, [line for t in some for line in wrap(t, width - 4, subsequent_indent="  ")]))
        shown = [f"{self.name}"]
        for head, told in parts:
            if told:
                shown += ["", f"  {head}", *(f"    {line}".rstrip() for line in told)]
        return "\n".join(shown) + "\n"


class Kept(Protocol):
    """What the engine counts of a rule, as `watchword.run.footprint` does."""

    @property
    def thing(self) -> int: ...  # noqa: D102 - as Footprint says
    @property
    def always(self) -> int: ...  # noqa: D102
    @property
    def camera(self) -> int: ...  # noqa: D102
    @property
    def windows(self) -> int: ...  # noqa: D102
    @property
    def horizon(self) -> int: ...  # noqa: D102


def explain(rules: RuleSet, rule: n.Rule, kept: Kept | None = None) -> Explained:
    """A rule of a file explained.

    Args:
        rules: The file.
        rule: One of its rules.
        kept: What the engine counts of it; where not given, bytes are not told.
    """
    event = kind(rule.when, rules.names) == "event"
    parts = list(walk((rule.when, rule.clear or (), rule.excepted, rule.using or ())))
    said = {p.word.text for p in parts if isinstance(p, n.Apply | n.Of | n.OfCondition | n.Using)}
    said |= {p.name.text for p in parts if isinstance(p, n.Attribute | n.Call)}
    said |= {p.attribute.text for p in parts if isinstance(p, n.Of) and p.attribute is not None}
    said |= {p.words[0].text for p in parts if isinstance(p, n.OfZone)}
    said |= {"count"} if any(isinstance(p, n.Count) and not _none(p) for p in parts) else set()
    said |= {"becomes"} if any(isinstance(p, n.Becomes) for p in parts) else set()
    title = f' "{rule.title}"' if rule.title else ""
    return Explained(
        f"{rule.name}{title}",
        tuple(_says(rules, rule, event)),
        tuple(_timeline(rule, event)),
        tuple((w, _prose(w)) for w in WORDS if w in said),
        tuple(_remembers(rule, said, kept)),
        tuple(_exactly(parts, kept)),
        tuple(_needs(rules, rule, parts, said)),
    )


def _prose(word: str) -> str:
    """What a word means, with what its letters stand for where the rule does not say."""
    prose = WORDS[word].prose
    letters = [f"{p.name} is {p.default}" for p in WORDS[word].parameters if re.search(rf"\b{p.name}\b", prose)]
    return prose + (f" Where the rule does not say, {'; '.join(letters)}." if letters else "")


def _none(node: n.Count) -> bool:
    """True where a count only asks whether there is one, and so was likely written without `count of`."""
    return isinstance(node.number, n.Quantity) and node.number.number in ("0", "1")


def _says(rules: RuleSet, rule: n.Rule, event: bool) -> list[str]:
    told = []
    it = "it"
    if rule.zone is not None:
        members = ", ".join(rules.names.zone_members(rule.zone.group.text))
        told.append(f"For each zone {rule.zone.name.text} of {rule.zone.group.text} ({members}):")
    if rule.each is not None:
        bound = rule.each.name.text
        it = f"the {classes(rule.each.classes)}" if bound == "it" else bound
        labels = ", ".join(sorted(rules.labels(rule.each.classes)))
        called = "" if bound == "it" else f", called {bound}"
        told.append(f"For each {classes(rule.each.classes)} ({labels}){called}:")
    if rule.using is not None:
        u = rule.using
        within = amount(u.within)
        told.append(f"with {u.name.text}, the {u.word.text} of {u.thing.text} ({classes(u.classes)} within {within}):")
    body = rule.when.body if isinstance(rule.when, n.For) else rule.when
    first, *rest = lines(body, it)
    if event:
        told += [f"tells at the moment when {first}", *rest]
    else:
        held = amount(rule.when.duration) if isinstance(rule.when, n.For) else ""
        told.append(f"tells when this has held without a break for {held}:" if held else "tells as soon as this holds:")
        told += [f"  {line}" for line in (first, *rest)]
    if rule.active is not None:
        clock = "in the camera's time zone, which its scene gives (else it is UTC)"
        told.append(f"Only in the schedule {rule.active.text}, {clock}.")
    for one in rule.excepted:
        told += [f"Not while {' '.join(lines(one.body, it))} ({one.name.text}), nor while that is not known."]
    if rule.unless:
        told.append(f"Not while {' or '.join(u.text for u in rule.unless)} is firing on the same camera.")
    if rule.grace:
        told.append(f"A flicker shorter than {_d(rule.grace)}, either way, is not seen.")
    if rule.clear is not None:
        told.append(f"It goes on until {' '.join(lines(rule.clear, it))}.")
    if rule.keep:
        told.append(f"It stays up {_d(rule.keep)} after its end; back within that time it is the same alert.")
    if rule.cooldown:
        whom = ", ".join(rule.per) or ("the same thing" if rule.each else "the camera")
        told.append(f"After it ended it is quiet for {_d(rule.cooldown)} (for each: {whom}).")
    if not event or is_absence(rule.when):
        policy = rule.gap or ("reset" if is_absence(rule.when) else "freeze")
        limit = _d(2 * SECOND if rule.gap_after is None else rule.gap_after)
        told.append(f"Where the camera does not see for more than {limit}, {GAPS[policy]}.")
    rises = "".join(f", {s} after {_d(after)}" for s, after in rule.rises)
    told.append(f"Severity {rule.severity}{rises}.")
    where = (
        ", ".join(c.text for c in rule.cameras)
        if rule.cameras
        else "every camera that has the zones and lines it names"
    )
    told.append(f"On {where}.")
    return told


def _d(ns_: int) -> str:
    text = show_duration(ns_)
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    return f"{number} {text[len(number) :]}"


def _timeline(rule: n.Rule, event: bool) -> list[str]:
    """The life of one alert: what stands between two moments, and the moments above."""
    spells: list[str] = []
    if event:
        moments = ["happens: told and over"]
    else:
        held = isinstance(rule.when, n.For)
        moments = ["holds"]
        if isinstance(rule.when, n.For):
            spells.append(f"pending {_d(ns(rule.when.duration))}")
            moments.append("told")
        spells.append("firing …")
        moments = moments if held else ["holds: told"]
        moments.append("cleared" if rule.clear is not None else "no longer")
        if rule.keep:
            spells.append(f"keep {_d(rule.keep)}")
            moments.append("over")
    if rule.cooldown:
        spells.append(f"cooldown {_d(rule.cooldown)}")
        moments.append("may be told again")
    if not spells:
        return ["│ happens: told and over"]
    above, below = "", ""
    for k, moment in enumerate(moments):
        above = above.ljust(len(below)) + moment
        if k < len(spells):
            size = max(len(spells[k]) + 4, len(moment) + 1)
            below += "├" if k == 0 else "┼"
            below += f" {spells[k]} ".center(size - 1, "─")
    return [above, below + "┤"]


def _remembers(rule: n.Rule, said: set[str], kept: Kept | None) -> list[str]:
    """What is kept between looks, in plain words."""
    whom = "of each person or thing where it was lately"
    told = [whom, *(["who was near it, and who came with it"] if said & OWNER else [])]
    if "dwell" in said:
        told.append("how long it has been in the zone on this visit")
    if any(isinstance(p, n.For) for p in walk((rule.when, rule.clear or (), rule.excepted))):
        told.append("since when what is asked for holds")
    if rule.cooldown:
        told.append(f"of whom it told, for {_d(rule.cooldown)}")
    if kept is None:
        return told
    back = f"up to {_d(kept.horizon)}" if kept.horizon else "from one look to the next"
    return [*told, f"all of it {back}; {_size(kept.thing)} for each person or thing"]


def _size(count: int) -> str:
    return f"{max(1, round(count / 1000))} KB" if count < 1_000_000 else f"{count / 1e6:.1f} MB"


def _exactly(parts: list[object], kept: Kept | None) -> list[str]:
    """The same in figures, for who has to plan a machine."""
    told = ["of each thing, whatever the rules: where it was in the last second, and its path of half a minute"]
    clocks = sum(isinstance(p, n.For) for p in parts)
    if clocks:
        told.append(f"{clocks} clock{'' if clocks == 1 else 's'} of `for`, not the frames between")
    told.append("a still thing for 30 s after it was last seen, another for 10 s")
    if kept is not None:
        if kept.windows:
            told.append(f"{kept.windows} window{'' if kept.windows == 1 else 's'} of time, at most 256 samples each")
        back = _d(kept.horizon) if kept.horizon else "the look before"
        own = kept.thing - kept.always
        size = f"{kept.thing:,} bytes a thing ({own:,} of them for this rule)"
        told.append(f"horizon: {back}; at most {size}, {kept.camera:,} bytes a camera")
    return told


def _needs(rules: RuleSet, rule: n.Rule, parts: list[object], said: set[str]) -> list[str]:
    told = []
    zones, crossed = names_of(rule)
    for what, names in (("zones", zones), ("lines", crossed)):
        if names:
            told.append(f"{what}: {', '.join(dict.fromkeys(x.text for x in names))}")
    used = [c for p in parts if isinstance(p, n.Group) for c in p.classes]
    labels = sorted(rules.labels([*(rule.each.classes if rule.each else ()), *used]))
    if labels:
        told.append(f"a detector that knows one of: {', '.join(labels)}")
    doubtful = sorted({*labels} & EXPERIMENTAL)
    if doubtful:
        told.append(f"experimental: {', '.join(doubtful)}; as good as the detector, which is to be tried first")
    shaped = sorted(said & {"lying", "falls", "standing"})
    if shaped:
        told.append(f"experimental: {', '.join(shaped)}, by the shape of the box, or a detector's own column")
    columns = sorted({p.name.text for p in parts if isinstance(p, n.Attribute)} - {*ATTRIBUTES})
    if columns:
        told.append(f"a detector that gives: {', '.join(columns)}")
    metric = metric_places((rule.when, rule.clear or (), rule.excepted))
    if metric:
        told.append(
            f"the ground measured (its calibration), for {', '.join(dict.fromkeys(f'`{m[2]}`' for m in metric))}"
        )
    if any(isinstance(p, n.Apply) and p.compass is not None and p.compass.text in COMPASS for p in parts):
        told.append("which way is north in the picture")
    flows = [z.text for p in parts if isinstance(p, n.Apply) and p.word.text == "against" for z in p.names]
    if flows:
        told.append(f"the direction of flow of zone {', '.join(flows)}")
    ways = [p for p in parts if isinstance(p, n.Apply | n.Of) and p.way is not None and p.way.kind != "either"]
    if ways:
        told.append("sides of the line, named `from A to B`")
    signals = sorted({p.name.text for p in parts if isinstance(p, n.Signal)})
    if signals:
        told.append(f"signals from the host: {', '.join(signals)}")
    if rule.active is not None:
        told.append("the camera's time zone and, for a film, when it began")
    if said & OWNER and not metric:
        told.append("better with the ground measured; without that, how near is near is told by people's height")
    return told or ["nothing but tracks"]
