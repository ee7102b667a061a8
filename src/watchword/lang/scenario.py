"""Lark's tree of a `test` block to nodes."""

from __future__ import annotations

from typing import Any

from lark import Token
from lark.tree import Meta

from watchword.lang import nodes as n
from watchword.lang.build import Build, unquote


class BuildAll(Build):
    """Every item of a file, tests too."""

    def test(self, meta: Meta, c: list[Any]) -> n.TestDef:
        return n.TestDef(unquote(c[0]), tuple(c[1:]), span=self._at(meta))

    def tall(self, _meta: Meta, c: list[Token]) -> tuple[str, n.Quantity]:
        return ("tall", self._quantity(c[0]))

    def move(self, meta: Meta, c: list[Any]) -> n.Walk:
        return n.Walk(c[0], self._ns(c[1]) if c[1] else None, self._ns(c[2]), span=self._at(meta))

    def until(self, _meta: Meta, c: list[Token]) -> tuple[str, int]:
        return ("until", self._ns(c[0]))

    def on(self, _meta: Meta, c: list[Token]) -> tuple[str, str]:
        return ("on", str(c[0]))

    def tolerance(self, _meta: Meta, c: list[Token]) -> tuple[str, int]:
        return ("within", self._ns(c[0]))

    @staticmethod
    def _extras(c: list[Any]) -> dict[str, Any]:
        return {x[0]: x[1] for x in c if isinstance(x, tuple) and len(x) == 2 and isinstance(x[0], str)}

    def given_thing(self, meta: Meta, c: list[Any]) -> n.GivenThing:
        extras = self._extras(c[2:])
        point = next(x for x in c[2:] if isinstance(x, tuple) and isinstance(x[0], float))
        start = next(x for x in c[2:] if isinstance(x, Token))
        tall = extras.get("tall")
        return n.GivenThing(
            self._name(c[0]),
            self._name(c[1]),
            point,
            self._ns(start),
            tuple(x for x in c if isinstance(x, n.Walk)),
            extras.get("until"),
            float(tall.number) if tall else None,
            extras.get("on", ""),
            span=self._at(meta),
        )

    def _spell(self, meta: Meta, kind: Any, name: Token | None, start: Token, end: Token, c: list[Any]) -> n.GivenSpell:
        on = self._extras(c).get("on", "")
        known = self._name(name) if name is not None else None
        return n.GivenSpell(kind, known, self._ns(start), self._ns(end), camera=on, span=self._at(meta))

    def given_dark(self, meta: Meta, c: list[Any]) -> n.GivenSpell:
        return self._spell(meta, "dark", None, c[0], c[1], c)

    def given_lost(self, meta: Meta, c: list[Any]) -> n.GivenSpell:
        return self._spell(meta, "lost", c[0], c[1], c[2], c)

    def given_signal(self, meta: Meta, c: list[Any]) -> n.GivenSpell:
        return self._spell(meta, "signal", c[0], c[1], c[2], c)

    def given_signal_event(self, meta: Meta, c: list[Any]) -> n.GivenSpell:
        return self._spell(meta, "signal", c[0], c[1], c[1], c)

    def given_label(self, meta: Meta, c: list[Token]) -> n.GivenSpell:
        start, end = self._ns(c[2]), self._ns(c[3])
        return n.GivenSpell("label", self._name(c[0]), start, end, self._name(c[1]), span=self._at(meta))

    def _setting(self, meta: Meta, kind: Any, value: Any, c: list[Any]) -> n.GivenSetting:
        return n.GivenSetting(kind, value, self._extras(c).get("on", ""), span=self._at(meta))

    def given_scene(self, meta: Meta, c: list[Any]) -> n.GivenSetting:
        return self._setting(meta, "scene", unquote(c[0]), c)

    def given_clock(self, meta: Meta, c: list[Any]) -> n.GivenSetting:
        return self._setting(meta, "clock", unquote(c[0]), c)

    def given_rate(self, meta: Meta, c: list[Token]) -> n.GivenSetting:
        return self._setting(meta, "rate", self._quantity(c[0]), c)

    def given_zone(self, meta: Meta, c: list[Any]) -> n.GivenSetting:
        return self._setting(meta, "zone", c[0], c)

    def given_line(self, meta: Meta, c: list[Any]) -> n.GivenSetting:
        return self._setting(meta, "line", c[0], c)

    def outcome(self, _meta: Meta, c: list[Token]) -> tuple[Token, int]:
        return (c[0], self._ns(c[1]))

    def expect_alert(self, meta: Meta, c: list[Any]) -> n.Expect:
        thing = self._name(c[1]) if isinstance(c[1], Token) else None
        outcomes = tuple((str(x[0]), x[1]) for x in c if isinstance(x, tuple) and isinstance(x[0], Token))
        extras = self._extras([x for x in c if isinstance(x, tuple) and not isinstance(x[0], Token)])
        return n.Expect(c[0], thing, outcomes, extras.get("within"), extras.get("on", ""), span=self._at(meta))

    def expect_nothing(self, meta: Meta, _c: list[Any]) -> n.ExpectNothing:
        return n.ExpectNothing(span=self._at(meta))
