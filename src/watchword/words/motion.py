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
    Word(
        "against",
        "state",
        "W flow in zone NAME",
        "It moves, in the zone, more than 120° off the zone's flow. The zone is drawn with one: `flowing … to …`.",
        "watchword.run.motion:Against",
        "rule wrong_way: person against flow in zone escalator for 1s",
    ),
    Word(
        "moves",
        "state",
        "W toward WAY",
        "It moves, within 45° of a direction: degrees clockwise from up in the picture, a compass word where the scene "
        "knows north, or the way to the nearest point of a zone (in it: false).",
        "watchword.run.motion:Moves",
        "rule comes { each person p in zone hall when p moves toward zone tracks for 2s }",
    ),
    Word(
        "speed",
        "quantity",
        ".W",
        "The slope of its places over the last second, or the last three looks.",
        "watchword.run.attributes:Speed",
        "rule speeding: vehicle in zone road with speed > 30km/h for 2s",
        measures=("speed", "picture speed"),
    ),
    Word(
        "heading",
        "quantity",
        ".W",
        "Degrees clockwise from up in the picture; unknown while it does not move.",
        "watchword.run.attributes:Heading",
        "rule asks { each person p in zone hall when p.heading between 45deg and 135deg for 2s }",
        measures=("angle",),
    ),
)
