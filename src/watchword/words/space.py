"""Where things are: zones, lines, and whether they are to be seen at all."""

from watchword.words import Word


def _about(condition: str) -> str:
    return f"rule asks {{ each person p in zone hall when p.{condition} for 2s }}"


WORDS = (
    Word(
        "in",
        "state",
        "W zone NAME",
        "The thing's place is inside the zone; its border counts as inside. A thing is where the bottom centre of "
        "its box is (with an overhead view, the centre), unless the zone says otherwise with `anchor`.",
        "watchword.run.space:InZone",
        "rule intrusion: person in zone tracks for 2s",
    ),
    Word(
        "outside",
        "state",
        "W zone NAME",
        "The thing's place is not inside the zone.",
        "watchword.run.space:OutsideZone",
        "rule strayed: suitcase outside zone hall for 5s",
    ),
    Word(
        "visible",
        "state",
        "is W",
        "The camera looked and the thing was there. False as soon as it looked and the thing was not; unknown in the "
        "dark.",
        "watchword.run.space:Visible",
        "rule hidden { each person p when not p is visible for 3s gap reset }",
    ),
    Word(
        "enters",
        "event",
        "W zone NAME",
        "Last known outside the zone, now inside. First seen inside is no entry.",
        "watchword.run.space:Enters",
        "rule entered: person enters zone vault",
    ),
    Word(
        "exits",
        "event",
        "W zone NAME",
        "Last known inside the zone, now outside. The end of a track is no exit.",
        "watchword.run.space:Exits",
        "rule left_hall: person exits zone hall",
    ),
    Word(
        "crosses",
        "event",
        "W line NAME",
        "The thing has gone from one side of the line to the other, over the line itself: beyond it by 2 px or 5 "
        "% of its height, whichever is more. One that trembles on the line crosses once.",
        "watchword.run.space:Crosses",
        "rule gate_in: person crosses line gate inward",
    ),
    Word(
        "within",
        "state",
        "W R of THING",
        "The thing is no further than R from the other one; a length in metres needs a calibrated ground.",
        "watchword.run.atoms:Distances",
        "rule close { each bag b using person o = owner of b within 2m when not o within 3m of b for 5s }",
    ),
    Word(
        "appears",
        "event",
        "W",
        "Its tracker has confirmed it for the first time.",
        "watchword.run.space:Appears",
        "rule fire { each {fire, smoke} f when f appears }",
    ),
    Word(
        "disappears",
        "event",
        "W",
        "It has ended: its tracker said so, or it was unseen for longer than its memory. Dated at its end.",
        "watchword.run.space:Disappears",
        "rule gone { each backpack b in zone hall when b disappears }",
    ),
    Word(
        "distance",
        "quantity",
        "W(…)",
        "How far two things are from each other.",
        "watchword.run.atoms:Distances",
        "rule apart { each bag b using person o = owner of b within 2m when distance(b, o) > 5m for 10s }",
        measures=("length", "picture length"),
    ),
    Word(
        "dwell",
        "quantity",
        "W of GROUP",
        "How long the thing has been in the zone in this visit: a step out of up to 5 s goes on with the visit and is "
        "not counted, nor are gaps. Written `dwell of p in zone z`.",
        "watchword.run.attributes:Dwell",
        "rule loiters { each person p when dwell of p in zone hall > 5min }",
        measures=("time",),
    ),
    Word(
        "width",
        "quantity",
        ".W",
        "Of its box; in metres, at its place on the ground.",
        "watchword.run.attributes:Width",
        _about("width > 80px"),
        measures=("picture length", "length"),
    ),
    Word(
        "height",
        "quantity",
        ".W",
        "Of its box; in metres, by what a pixel is worth at its place on the ground.",
        "watchword.run.attributes:Height",
        _about("height > 80px"),
        measures=("picture length", "length"),
    ),
    Word(
        "area",
        "quantity",
        ".W",
        "Of its box: width by height.",
        "watchword.run.attributes:Area",
        _about("area > 900px2"),
        measures=("picture area", "area"),
    ),
    Word(
        "aspect",
        "quantity",
        ".W",
        "Width of its box by height.",
        "watchword.run.attributes:Aspect",
        _about("aspect > 1.5"),
        measures=("plain number",),
    ),
    Word(
        "score",
        "quantity",
        ".W",
        "How sure its detector is, 0 to 1.",
        "watchword.run.attributes:Score",
        _about("score > 0.8"),
        measures=("plain number", "share"),
    ),
    Word(
        "seen_for",
        "quantity",
        ".W",
        "How long it has been known: from its first sight to now.",
        "watchword.run.attributes:SeenFor",
        _about("seen_for > 10s"),
        measures=("time",),
    ),
)
