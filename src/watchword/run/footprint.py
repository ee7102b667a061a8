"""What a rule remembers, counted on the engine's own columns, and how far back it reaches.

The rule is planned as for a run, and its tables are made for two sizes, with windows of time as full as they can be:
what they differ by is what a thing or a camera takes at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import attrs
import numpy as np

from watchword.lang import nodes as n
from watchword.lang.refs import walk
from watchword.lang.rewrite import ns
from watchword.lang.ruleset import RuleSet
from watchword.run.bank import Bank
from watchword.run.cameras import Camera
from watchword.run.cooldown import Up
from watchword.run.host import Host
from watchword.run.lifecycle import CAP
from watchword.run.look import Atlas
from watchword.run.owner import STAY
from watchword.run.plan import Root, instances
from watchword.run.ring import RING, Ring
from watchword.run.signals import Signals
from watchword.run.terms import Node
from watchword.run.things import PATH, PATH_STEP
from watchword.run.windows import ENDED, Distinct
from watchword.units import SECOND, TIME

THINGS = 64
"""Things and cameras that tables are made for, and twice as many."""
NUMBERS, STREAM = 650, 6_700
"""Bytes, about, of what is in no table: a thing's numbers and labels; a camera's last frame intervals and the rest."""
PATHS = PATH * PATH_STEP
BACK = {
    **dict.fromkeys(("still", "moving", "standing", "against", "moves", "speed", "heading"), SECOND),
    "falls": 2 * SECOND,
    **dict.fromkeys(("drops", "takes"), PATHS),
}
"""How far back a word looks, ns."""


@attrs.frozen
class Footprint:
    """What a rule remembers.

    Attributes:
        thing: Bytes of one thing at most.
        always: So many of them are kept of every thing, whatever the rules: its places, its path.
        camera: Bytes of one camera at most.
        windows: How many windows of time there are.
        horizon: How far back what it says may hang on what was seen, ns.
    """

    thing: int
    always: int
    camera: int
    windows: int
    horizon: int


def show(kept: Footprint) -> str:
    """A footprint in a line."""
    back = f"{kept.horizon / SECOND:.12g} s" if kept.horizon else "one look"
    own = f"{kept.thing:,} bytes a thing ({kept.thing - kept.always:,} its own)"
    return f"looks back {back}  {own}  {kept.camera:,} bytes a camera"


def footprint(rules: RuleSet, rule: n.Rule) -> Footprint:
    """Count what a rule of a file remembers; of one for each zone of a group, in all its zones.

    Raises:
        UnplannedError: This version does not run it.
    """
    thing, camera, windows, roots = _counted(rules, instances(rules, rule))
    return Footprint(thing, _always(), camera, windows, max(map(_reach, roots), default=0))


@cache
def _always() -> int:
    return _counted(RuleSet.loads(""), [])[0]


def _counted(rules: RuleSet, applying: list[n.Rule]) -> tuple[int, int, int, list[Root]]:
    """Bytes by thing, by camera, the number of windows, and the rules as planned."""
    cameras: list[Camera] = []
    host = Host(Signals(), cameras.__getitem__, lambda *_: False)
    bank = Bank(rules, applying, cameras, Atlas(), lambda *_: "", host, Up(), CAP, lambda *_: None, CAP)
    sizes = []
    rings: list[Ring] = []
    for things, many in ((THINGS, THINGS), (2 * THINGS, THINGS), (2 * THINGS, 2 * THINGS)):
        while bank.things.size < things:
            bank.things.new(0, len(bank.things.slot_of), 0, 0)
        cameras += [Camera("", k, None) for k in range(len(cameras), many)]
        bank.grow()
        rings = [part for part in _parts(bank) if isinstance(part, Ring)]
        for ring in rings:
            ring.deepen(RING)
        sizes.append(sum(part.nbytes for part in _parts(bank) if isinstance(part, np.ndarray)))
    ended = sum(len(part.watched.durations) for part in _parts(bank) if isinstance(part, Distinct)) * ENDED * 8
    windows = sum(len(ring.durations) for ring in rings)
    small, wide, large = sizes
    thing, camera = (wide - small) // THINGS + NUMBERS, (large - wide) // THINGS + STREAM + ended
    return thing, camera, windows, bank.roots


def _parts(of: object) -> Iterator[object]:
    """Each part of a bank that holds what it remembers, once: arrays, and the objects that they stand in."""
    seen: set[int] = set()
    waiting = [of]
    while waiting:
        part = waiting.pop()
        if id(part) in seen or isinstance(part, type | n.Placed) or callable(part):
            continue
        seen.add(id(part))
        yield part
        if isinstance(part, np.ndarray):
            continue
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list | tuple):
            waiting += part
        elif hasattr(part, "__dict__") and not isinstance(part, RuleSet | Camera):
            waiting += vars(part).values()


# ---- how far back


def _reach(root: Root) -> int:
    """How far back the condition of a rule, its `clear when` and its exceptions reach, ns."""
    nodes = [root.node, root.settled, root.clear, *(node for _, node in root.excepted)]
    parts = walk((root.rule.when, root.rule.clear or (), root.rule.excepted))
    attended = [_attended(part) for part in parts if isinstance(part, n.Apply) and part.word.text == "unattended"]
    second = PATHS if root.rule.using is not None else 0
    return root.duration + max(second, *attended, *(_back(node) for node in nodes if node is not None))


def _attended(call: n.Apply) -> int:
    stays = [ns(value) for value in call.values if isinstance(value, n.Quantity) and value.unit in TIME]
    return PATHS + max(stays, default=STAY)


def _back(node: Node) -> int:
    match node.key:
        case ("for" | "share" | "rate" | "changes" | "grace", int(own), *_):
            pass
        case ("sequence", steps, *_):
            own = sum(bound for _, bound in steps)
        case ("group", "distinct" | "flow", _, _, _, _, int(own), *_):
            pass
        case ("atom" | "amount", str(word), *_):
            own = BACK.get(word, 0)
        case _:
            own = 0
    return own + max(map(_back, node.children), default=0)
