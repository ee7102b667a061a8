"""Trackers of other packages, by name, each behind the protocol of `watchword.track.base`.

A module a package, imported when one of its trackers is named. What they have in common is in `adapter`: an instance of
the library's tracker for each camera and kind of thing, ids that are never given twice, labels, ends.
"""

from __future__ import annotations

from collections.abc import Mapping

HERE = __name__

TRACKERS: Mapping[str, str] = {
    "roboflow-bytetrack": f"{HERE}.roboflow:ByteTrack",
    "roboflow-sort": f"{HERE}.roboflow:Sort",
    "roboflow-ocsort": f"{HERE}.roboflow:OCSort",
    "roboflow-cbiou": f"{HERE}.roboflow:CBIoU",
    "pyxtrackers-bytetrack": f"{HERE}.pyxtrackers:ByteTrack",
    "pyxtrackers-sort": f"{HERE}.pyxtrackers:Sort",
    "pyxtrackers-ocsort": f"{HERE}.pyxtrackers:OCSort",
    "boxmot-bytetrack": f"{HERE}.boxmot:ByteTrack",
    "boxmot-ocsort": f"{HERE}.boxmot:OCSort",
    "norfair": f"{HERE}.norfair:Norfair",
    "motpy": f"{HERE}.motpy:Motpy",
}
"""`module:Class` of each tracker."""

EXTRAS: Mapping[str, str] = {
    "trackers": "roboflow",
    "supervision": "roboflow",
    "pyxtrackers": "pyxtrackers",
    "boxmot": "boxmot",
    "norfair": "norfair",
    "motpy": "motpy",
}
"""The extra of Watchword that brings a package."""
