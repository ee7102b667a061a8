"""How people hold themselves: by the shape of their box, or by a detector's own column where it has one."""

from watchword.words import Word

WORDS = (
    Word(
        "lying",
        "state",
        "is W",
        "Its box is wider than 1.2 times its height, and stays lying until it is taller than 1.5 times its width; or a "
        "detector's column `lying` says so, from 0.5 on. Experimental: a bent or half hidden person looks the same.",
        "watchword.run.posture:Lying",
        "rule down { each person p in zone hall when p is lying for 5s }",
    ),
    Word(
        "standing",
        "state",
        "is W",
        "Still, and its box is taller than 1.5 times its width; or a detector's column `standing` says so, from 0.5 "
        "on. Experimental.",
        "watchword.run.posture:Standing",
        "rule waits { each person p in zone hall when p is standing for 30s }",
    ),
    Word(
        "falls",
        "event",
        "W",
        "It lies, and did not two seconds ago or less. Experimental.",
        "watchword.run.posture:Falls",
        "rule fell { each person p in zone hall when p falls }",
    ),
    Word(
        "becomes",
        "event",
        "W",
        "`p becomes STATE`: the moment at which a state becomes true, from false, or from unknown if it was not true "
        "when last known.",
        "watchword.run.sequences:Becomes",
        "rule down { each person p in zone hall when p becomes lying }",
    ),
)
