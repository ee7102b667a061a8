"""Where things are: zones, lines, and whether they are to be seen at all."""

from watchword.words import Word

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
        "rule hidden { each person p when not p is visible for 3s }",
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
)
