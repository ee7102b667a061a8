"""A slow judge of rules that looks back over the whole past at every look, and shares no code with the engine.

At each look it writes the past down anew as it is known by then (what was held over and has since proved to be a hole
is unknown), reads the clocks off that, and moves the alerts on. It reads rules as the language's own tree.
"""

from oracle.film import Film, Look, Sight, UndecidedError
from oracle.judge import Record, judge

__all__ = ["Film", "Look", "Record", "Sight", "UndecidedError", "judge"]
