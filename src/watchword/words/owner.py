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
)
