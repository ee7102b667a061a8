"""Results as JUnit XML, as CI systems read it: a suite for each file, a case for each test, times in seconds.

The layout is the one that Jenkins' and GitLab's readers share: `testsuites/testsuite/testcase`, in a case at most one
`failure` or `error`; a file that cannot be read is a suite with one case that is an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

import attrs

from watchword.lab.trial import Result

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


@attrs.frozen
class Suite:
    """The tests of one file: each result with the seconds it took; and what is wrong with the file itself."""

    file: str
    results: Sequence[tuple[Result, float]] = ()
    error: str = ""


def junit(suites: Sequence[Suite]) -> str:
    """The XML text."""
    top = Xml.Element("testsuites", name="watchword")
    for suite in suites:
        top.append(_suite(suite))
    for name in ("tests", "failures", "errors"):
        top.set(name, str(sum(int(suite.get(name, "0")) for suite in top)))
    top.set("time", _seconds(sum(spent for suite in suites for _, spent in suite.results)))
    Xml.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(top, encoding="unicode") + "\n"


def _suite(suite: Suite) -> Xml.Element:
    found = Xml.Element(
        "testsuite",
        name=_text(suite.file),
        tests=str(len(suite.results) + bool(suite.error)),
        failures=str(sum(not result.passed for result, _ in suite.results)),
        errors=str(int(bool(suite.error))),
        skipped="0",
        time=_seconds(sum(spent for _, spent in suite.results)),
    )
    if suite.error:
        case = Xml.SubElement(found, "testcase", name="the file is read", classname=_text(suite.file), time=_seconds(0))
        error = Xml.SubElement(case, "error", message=_text(suite.error.splitlines()[0]), type="error")
        error.text = _text(suite.error)
    for result, spent in suite.results:
        case = Xml.SubElement(
            found, "testcase", name=_text(result.name), classname=_text(suite.file), time=_seconds(spent)
        )
        if result.faults:
            message = "; ".join(fault.expected for fault in result.faults)
            failure = Xml.SubElement(case, "failure", message=_text(message), type="expectation")
            failure.text = _text("\n\n".join(fault.show() for fault in result.faults))
    return found


def _seconds(value: float) -> str:
    return f"{value:.3f}"


def _text(value: str) -> str:
    return FORBIDDEN.sub("\ufffd", value)
