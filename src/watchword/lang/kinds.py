"""What kind of value each expression has: a state, an event, or a quantity and what it measures."""

from __future__ import annotations

from watchword.lang import nodes as n
from watchword.lang.names import Names
from watchword.lang.refs import walk
from watchword.lang.show import show
from watchword.text import Span
from watchword.units import KINDS, METRIC
from watchword.words import ATTRIBUTES, WORDS

PLAIN = frozenset({"plain number"})
ANY: frozenset[str] = frozenset()
"""What is measured is not known: a column of a detector's, or an argument."""

EXAMPLES = {
    "time": "10s",
    "length": "2m",
    "speed": "1.5m/s",
    "area": "4m2",
    "density": "3/m2",
    "rate": "5/min",
    "share": "60%",
    "angle": "90deg",
    "picture length": "80px",
    "picture speed": "120px/s",
    "picture area": "900px2",
    "plain number": "40",
}


def kind(node: n.Expr, names: Names | None = None, above: tuple[str, ...] = ()) -> str:
    """Whether it is a "state" or an "event"; an unknown word counts as a state, so that one fault gives one finding."""
    match node:
        case n.Apply():
            word = WORDS.get(node.word.text)
            return word.kind if word and word.kind != "quantity" else "state"
        case n.Becomes() | n.Sequence():
            return "event"
        case n.Signal():
            return (names.signal(node.name.text) if names else "") or "state"
        case n.Call():
            define = names.define(node.name.text) if names else None
            if define is None or node.name.text in above:
                return "state"
            return kind(define.body, names, (*above, node.name.text))
        case n.And() | n.Or():
            return "event" if any(kind(p, names, above) == "event" for p in node.parts) else "state"
        case _:
            return "state"


def measures(node: n.Measure, lets: dict[str, n.Quantity]) -> frozenset[str]:
    """What a quantity may measure; `ANY` where that cannot be known here."""
    match node:
        case n.Quantity():
            return frozenset({KINDS[node.unit]})
        case n.Param():
            return frozenset({KINDS[lets[node.name].unit]}) if node.name in lets else ANY
        case n.Attribute():
            return _of_attribute(node.name.text)
        case n.Of() if node.attribute is not None:
            return _of_attribute(node.attribute.text)
        case n.Of() | n.OfCondition():
            word = WORDS.get(node.word.text)
            return frozenset(word.measures) if word else ANY
        case n.OfZone():
            word = WORDS.get(node.words[0].text)
            return frozenset(word.measures) if word else ANY
        case n.Call():
            word = WORDS.get(node.name.text)
            return frozenset(word.measures) if word else ANY
    return ANY


def _of_attribute(name: str) -> frozenset[str]:
    word = ATTRIBUTES.get(name)
    return frozenset(word.measures) if word else ANY


def metric_places(node: object) -> list[tuple[Span, str, str]]:
    """Where a condition without sugar asks for metres: place, kind of quantity, and text."""
    found = []
    for part in walk(node):
        if isinstance(part, n.Quantity) and KINDS.get(part.unit) in METRIC:
            found.append((part.span, KINDS[part.unit], show(part)))
        elif isinstance(part, n.Of) and part.word.text in WORDS and WORDS[part.word.text].metric:
            found.append((part.word.span, "density", part.word.text))
    return found


def parameter_uses(define: n.DefineDef) -> dict[str, str]:
    """What each parameter of a named condition stands for: a thing, a zone, a class, a line or a quantity."""
    own = {p.text for p in define.parameters}
    found: dict[str, str] = {}

    def use(name: n.Name | None, what: str) -> None:
        if name is not None and name.text in own:
            found.setdefault(name.text, what)

    for part in walk(define.body):
        match part:
            case n.Param():
                if part.name in own:
                    found.setdefault(part.name, "quantity")
            case n.Apply():
                use(part.thing, "thing")
                word = WORDS.get(part.word.text)
                for name in part.names:
                    use(name, "line" if part.way or (word and word.shape == "W line NAME") else "zone")
                for name in part.others:
                    use(name, "thing")
            case n.Near():
                use(part.thing, "thing")
            case n.Attribute():
                use(part.thing, "thing")
            case n.Of() if part.word.text == "dwell":
                for name in part.group.classes:  # `dwell of p`: the thing stands where else a class does
                    use(name, "thing")
            case n.Of():
                use(part.line, "line")
            case n.Group():
                for name in part.classes:
                    use(name, "class")
                for name in part.other:
                    use(name, "thing")
            case n.OfZone():
                use(part.zone, "zone")
    return found
