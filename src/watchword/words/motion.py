"""Whether things move, measured over the last second, or the last three looks where those span more."""

from watchword.words import Word

WORDS = (
    Word(
        "still",
        "state",
        "is W",
        "All places of the last second lie within r of their median, and it is slower than r a second; r is 0.2 "
        "m, without calibration 0.15 of the box's diagonal and at least 4 px. Unknown until a second, or three "
        "looks, have passed.",
        "watchword.run.motion:Still",
        "rule parked { each car c in zone bay when c is still for 60s }",
    ),
    Word(
        "moving",
        "state",
        "is W",
        "Further than 2 r from where it was a second ago, or faster than 2 r a second (r as for `still`). Between "
        "still and moving it is what it was before.",
        "watchword.run.motion:Moving",
        "rule rolls { each suitcase s in zone hall when s is moving for 3s }",
    ),
)
