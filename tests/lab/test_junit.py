"""JUnit XML as CI systems read it."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from watchword.lab.junit import Suite, junit
from watchword.lab.trial import Fault, Result

ALLOWED = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
}
UNDER = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error"},
    "failure": set(),
    "error": set(),
}


def sound(element: Xml.Element) -> None:
    """Only members that every reader knows; counts that agree with what is there."""
    assert set(element.attrib) == ALLOWED[element.tag]
    assert {child.tag for child in element} <= UNDER[element.tag]
    if element.tag == "testcase":
        assert len(element) <= 1
    if element.tag.startswith("testsuite"):
        assert int(element.attrib["tests"]) == len(list(element.iter("testcase")))
        assert int(element.attrib["failures"]) == len(list(element.iter("failure")))
        assert int(element.attrib["errors"]) == len(list(element.iter("error")))
    if "time" in element.attrib:
        assert float(element.attrib["time"]) >= 0
    for child in element:
        sound(child)


def test_every_test_is_a_case_and_every_file_a_suite() -> None:
    fault = Fault("a.watch:3:1", "expect r firing at 3s", "nothing <came> & \x1b[31m no\x00thing", "█░·")
    suites = [
        Suite(
            "a.watch", [(Result("a.watch", "one & two", 1), 0.25), (Result("a.watch", 'a "bad" one', 3, (fault,)), 1)]
        ),
        Suite("b.watch", error="error[E101]: there is no class `persn`\n --> b.watch:1:1"),
        Suite("c.watch"),
    ]
    text = junit(suites)
    top = Xml.fromstring(text)
    sound(top)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert [(c.get("classname"), c.get("name"), len(c)) for c in top.iter("testcase")] == [
        ("a.watch", "one & two", 0),
        ("a.watch", 'a "bad" one', 1),
        ("b.watch", "the file is read", 1),
    ]
    (failure,) = top.iter("failure")
    assert failure.get("message") == "expect r firing at 3s"
    assert "nothing <came> &" in (failure.text or "")
    assert "\x1b" not in text
    assert (top.get("tests"), top.get("failures"), top.get("errors"), top.get("time")) == ("3", "1", "1", "1.250")
