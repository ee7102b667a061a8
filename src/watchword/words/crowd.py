"""Groups and crowds: numbers of a group, and how they change."""

from watchword.words import Word

PLAIN = ("plain number",)


def _when(condition: str) -> str:
    return f"rule crowd {{ when {condition} for 5s }}"


WORDS = (
    Word(
        "count",
        "quantity",
        "W of GROUP",
        "How many there are; where a detector says how many people a box stands for, their sum.",
        "watchword.run.measures:count",
        _when("count of person in zone hall > 40"),
        measures=PLAIN,
    ),
    Word(
        "distinct",
        "quantity",
        "W of GROUP",
        "How many different ones there were over a time: `distinct person in zone hall over 1h`.",
        "watchword.run.spans:Different",
        _when("distinct person in zone hall over 1h > 500"),
        measures=PLAIN,
        over=True,
    ),
    Word(
        "density",
        "quantity",
        "W of GROUP",
        "How many to a square metre of the zone they are in.",
        "watchword.run.measures:density",
        _when("density of person in zone hall > 3.5/m2"),
        measures=("density",),
        metric=True,
    ),
    Word(
        "occupied",
        "quantity",
        "W share of zone NAME",
        "How much of the zone is covered by boxes.",
        "watchword.run.measures:Occupied",
        _when("occupied share of zone hall > 60%"),
        measures=("share",),
    ),
    *(
        Word(
            name,
            "quantity",
            "W ATTRIBUTE of GROUP",
            f"The {meaning} of an attribute over the group; unknown over nothing.",
            f"watchword.run.crowd:{built}",
            _when(f"{name} speed of person in zone hall > 120px/s"),
        )
        for name, meaning, built in (
            ("average", "mean", "average"),
            ("max", "greatest", "greatest"),
            ("min", "least", "smallest"),
            ("total", "sum", "total"),
        )
    ),
    Word(
        "spread",
        "quantity",
        "W of GROUP",
        "How far they are from their middle, on average.",
        "watchword.run.crowd:spread",
        _when("spread of person in zone hall > 200px"),
        measures=("length", "picture length"),
    ),
    Word(
        "alignment",
        "quantity",
        "W of GROUP",
        "0 where they go every way, 1 where all go one way.",
        "watchword.run.crowd:alignment",
        _when("alignment of person in zone hall > 0.8"),
        measures=PLAIN,
    ),
    Word(
        "divergence",
        "quantity",
        "W of GROUP",
        "Over 0 where they go apart, under 0 where they come together.",
        "watchword.run.crowd:divergence",
        _when("divergence of person in zone hall > 0.5"),
        measures=PLAIN,
    ),
    Word(
        "flow",
        "quantity",
        "W of GROUP",
        "How many more crossed the line inward than outward over a time; with `inward` or `to SIDE`, that way alone.",
        "watchword.run.spans:Flows",
        _when("flow of person across line gate inward over 1min > 60"),
        measures=PLAIN,
        over=True,
    ),
    Word(
        "rate",
        "quantity",
        "W of (CONDITION)",
        "How often an event happened over a time.",
        "watchword.run.windows:Rate",
        "rule busy { each person p when rate of (p enters zone hall) over 1min > 3/min }",
        measures=("rate",),
        over=True,
    ),
    Word(
        "share",
        "quantity",
        "W of (CONDITION)",
        "For how much of the observed time a state held. Unknown until the time has passed and half of it was seen.",
        "watchword.run.windows:Share",
        "rule occupied { when share of (count of person in zone hall >= 1) over 10min >= 60% }",
        measures=("share",),
        over=True,
    ),
)
