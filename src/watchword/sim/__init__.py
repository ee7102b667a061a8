"""A concourse of simulated people: frames of it, and the exact truth.

::

    from watchword import sim

    stage = sim.left_scene(7)              # somebody leaves a bag
    for frame in stage.frames():           # pictures, the same for a seed bit for bit
        tracks = stage.truth(frame.time)   # whole boxes, ids and labels of that moment
    stage.staged                           # what there is to find: kind, times, box
"""

from watchword.sim.concourse import concourse
from watchword.sim.crowd import Crowd, crowd
from watchword.sim.left import DECOYS, left_scene
from watchword.sim.stage import Person, Stage, Staged

__all__ = ["DECOYS", "Crowd", "Person", "Stage", "Staged", "concourse", "crowd", "left_scene"]
