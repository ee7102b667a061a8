"""When a schedule is active: over midnight, through changes of clocks, and whatever was asked before."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.errors import SceneError
from watchword.lang import nodes as n
from watchword.lang.parse import parse
from watchword.schedule import Schedule
from watchword.text import Source

S = 1_000_000_000
CASE = Path(__file__).parents[2] / "shared" / "cases" / "15-night-over-midnight.json"


def schedule(text: str, zone: str = "Europe/Paris") -> Schedule:
    (item,), findings = parse(Source("test", f"schedule s = {text}"))
    assert isinstance(item, n.ScheduleDef)
    assert not findings
    return Schedule(item.windows, zone)


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * S


def spells(made: Schedule, start: str, hours: float, step: int = 60) -> list[tuple[str, float]]:
    """When it becomes active (UTC), and for how many hours, looking every minute."""
    found, since = [], None
    begin = instant(start)
    for time in range(begin, begin + round(hours * 3600) * S, step * S):
        if made.active(time) and since is None:
            since = time
        elif not made.active(time) and since is not None:
            found.append((f"{datetime.fromtimestamp(since / S, UTC):%d %H:%M}", (time - since) / S / 3600))
            since = None
    return found


@pytest.mark.skipif(not CASE.exists(), reason="the shared cases are not here")
def test_the_night_in_which_clocks_go_forward():
    case = json.loads(CASE.read_text())
    for given_ in case["schedules"]:
        made = schedule(given_["text"].partition("= ")[2], case["time_zone"])
        for asked in (given_["instants"], given_["instants"][::-1]):
            for utc, wall, active in asked:
                assert made.active(instant(utc)) is active, (given_["text"], utc, wall)


def test_the_night_of_the_change_is_one_spell_of_seven_hours():
    assert spells(schedule("22:00-06:00"), "2026-03-28T12:00Z", 24) == [("28 21:00", 7)]


def test_the_night_in_which_clocks_go_back_is_one_of_nine_and_the_hour_twice_is_there_twice():
    assert spells(schedule("22:00-06:00"), "2026-10-24T12:00Z", 24) == [("24 20:00", 9)]
    assert spells(schedule("02:15-02:45"), "2026-10-24T12:00Z", 24) == [("25 00:15", 0.5), ("25 01:15", 0.5)]


def test_a_window_past_midnight_belongs_to_the_day_it_starts_on():
    friday = schedule("22:00-06:00 on fri", "UTC")  # 2026-01-09 is a Friday
    assert spells(friday, "2026-01-05T00:00Z", 14 * 24) == [("09 22:00", 8), ("16 22:00", 8)]


@pytest.mark.parametrize("end", ["00:00", "24:00"])
def test_midnight_as_an_end_is_the_end_of_the_day(end: str):
    assert spells(schedule(f"18:00-{end} on sun", "UTC"), "2026-01-05T00:00Z", 15 * 24) == [
        ("11 18:00", 6),
        ("18 18:00", 6),
    ]


def test_a_start_is_inside_and_an_end_is_not_to_the_nanosecond():
    made = schedule("08:00-17:00", "UTC")
    start, end = instant("2026-01-05T08:00Z"), instant("2026-01-05T17:00Z")
    assert [made.active(t) for t in (start - 1, start, end - 1, end)] == [False, True, True, False]


def test_windows_that_meet_are_one_spell():
    whole = schedule("22:00-00:00, 00:00-06:00, 00:00-24:00 on sat, sun", "UTC")
    assert spells(whole, "2026-01-09T12:00Z", 4 * 24) == [("09 22:00", 56), ("12 22:00", 8)]


def test_a_zone_that_changes_by_half_an_hour():
    # Lord Howe: in the night to Sunday 5 April 2026 clocks go from 02:00 back to 01:30.
    made = schedule("01:40-01:50", "Australia/Lord_Howe")
    assert [hours * 60 for _, hours in spells(made, "2026-04-04T12:00Z", 24)] == pytest.approx([10, 10])


def test_a_zone_that_is_not_there():
    with pytest.raises(SceneError, match=r"no time zone 'Europe/Pariss'\n.*Europe/Paris\?"):
        schedule("22:00-06:00", "Europe/Pariss")
    for odd in ("", "../x", "Europe"):
        with pytest.raises(SceneError, match="no time zone"):
            schedule("22:00-06:00", odd)


def brute(windows: list[n.Window], zone: str, time: int) -> bool:
    """The wall's time, against every window of today and of the day before."""
    wall = datetime.fromtimestamp(time // S, ZoneInfo(zone)).replace(tzinfo=None)
    for window in windows:
        for back in (0, 1):
            day = datetime(wall.year, wall.month, wall.day) - timedelta(days=back)  # noqa: DTZ001
            end = window.end or 1440
            length = end - window.start if end > window.start else end - window.start + 1440
            start = day + timedelta(minutes=window.start)
            if day.weekday() in window.days and start <= wall < start + timedelta(minutes=length):
                return True
    return False


MINUTES = st.one_of(st.sampled_from([0, 1, 119, 120, 150, 180, 181, 1439]), st.integers(0, 1439))
WINDOWS = st.lists(
    st.builds(n.Window, MINUTES, st.one_of(MINUTES, st.just(1440)), st.sets(st.integers(0, 6), min_size=1).map(tuple)),
    min_size=1,
    max_size=3,
)
CHANGES = ["2026-03-28T12:00Z", "2026-10-24T12:00Z", "2026-04-04T10:00Z", "2026-10-03T10:00Z", "2026-07-01T00:00Z"]


@settings(max_examples=40, deadline=None)
@given(WINDOWS, st.sampled_from(CHANGES), st.sampled_from(["Europe/Paris", "Australia/Lord_Howe", "Asia/Kathmandu"]))
def test_every_minute_of_two_days_is_as_the_wall_says(windows: list[n.Window], start: str, zone: str):
    made, begin = Schedule(windows, zone), instant(start)
    for minute in range(0, 2 * 1440, 7):
        time = begin + (minute * 60 + minute % 60) * S
        assert made.active(time) is brute(windows, zone, time)


@settings(max_examples=40, deadline=None)
@given(WINDOWS, st.lists(st.integers(0, 6 * 86400), min_size=2, max_size=40))
def test_what_was_asked_before_changes_nothing(windows: list[n.Window], seconds: list[int]):
    made, begin = Schedule(windows, "Europe/Paris"), instant("2026-03-26T00:00Z")
    for second in seconds:
        assert made.active(begin + second * S) is brute(windows, "Europe/Paris", begin + second * S)
