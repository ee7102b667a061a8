"""The tree of a rule file: frozen values. A node's place is no part of its equality, so equal parts share one step.

Reading a file gives `Item`s as they were written. `rewrite` turns each rule into a `Rule` without sugar: one bound
thing or none, and one condition made of the nodes below `Expr`.
"""

from watchword.lang.nodes.conditions import *  # noqa: F403 - one name for the whole tree
from watchword.lang.nodes.items import *  # noqa: F403
from watchword.lang.nodes.rules import *  # noqa: F403
from watchword.lang.nodes.scenarios import *  # noqa: F403
