"""For authors of detectors and trackers: what theirs gets wrong, in words.

import watchword.testing
watchword.testing.check_detector(Mine())
watchword.testing.check_tracker(Mine())
"""

from __future__ import annotations

from watchword.testing.detector import Report, check_detector, street
from watchword.testing.tracker import TrackReport, check_tracker

__all__ = ["Report", "TrackReport", "check_detector", "check_tracker", "street"]
