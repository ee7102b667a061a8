"""Things and the people they belong to."""

from watchword.words import Parameter, Word

WORDS = (
    Word(
        "unattended",
        "state",
        "is W",
        "The thing is still and nobody attends it. A person attends it while within R of it and either its owner, "
        "or there for T without a break. Its owner is the person nearest within R when it came to rest; who "
        "attends it while the owner is away becomes the owner. An owner who is hidden goes on attending until the "
        "track's end is known, and for T more. People who walk past do not attend.",
        "watchword.run.owner:Unattended",
        "rule left_bag: bag unattended > 60s in zone hall",
        (
            Parameter("R", ("length", "picture length"), "2 m, without calibration 1.5 × the person's height"),
            Parameter("T", ("time",), "5 s"),
        ),
    ),
    Word(
        "owner",
        "state",
        "W R of THING",
        "The person nearest within R when the thing came to rest. Stands in `using person o = owner of b within 2m`: "
        "the second thing is picked once and kept; where there is none, there is no instance of the rule.",
        "watchword.run.owner:Owners",
        "rule apart { each bag b using person o = owner of b within 2m when distance(b, o) > 5m for 10s }",
    ),
    Word(
        "alone",
        "state",
        "is W",
        "No other person is within 5 m; without calibration, within 3 times its height.",
        "watchword.run.near:Alone",
        "rule lone_child { each person p in zone hall when p is alone for 30s }",
    ),
    Word(
        "drops",
        "event",
        "W CLASS",
        "A thing of the class came to rest, the person is its owner, and it was not there before the person was. Dated "
        "when it came to rest.",
        "watchword.run.hands:Drops",
        "rule dropped: person drops bag",
    ),
    Word(
        "takes",
        "event",
        "W CLASS",
        "A thing of the class that was still begins to move, and the person is the nearest within 2 m of it (without "
        "calibration 1.5 times the person's height).",
        "watchword.run.hands:Takes",
        "rule taken: person takes bag",
    ),
)
