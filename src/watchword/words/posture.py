"""How people hold themselves: by the shape of their box, or by a detector's own column where it has one."""

from watchword.words import Word

WORDS = (
    Word(
        "lying",
        "state",
        "is W",
        "Wider than tall, by the shape of its box. Experimental: a bent or half hidden person looks the same.",
        "",
        "rule down { each person p in zone hall when p is lying for 5s }",
    ),
    Word(
        "standing",
        "state",
        "is W",
        "Upright and still, by the shape of its box. Experimental.",
        "",
        "rule waits { each person p in zone hall when p is standing for 30s }",
    ),
    Word(
        "falls",
        "event",
        "W",
        "From upright to lying within a second or two. Experimental.",
        "",
        "rule fell { each person p in zone hall when p falls }",
    ),
    Word(
        "becomes",
        "event",
        "W",
        "`p becomes STATE`: the moment at which a state becomes true, from false, or from unknown if it was not true "
        "when last known.",
        "",
        "rule down { each person p in zone hall when p becomes lying }",
    ),
)
