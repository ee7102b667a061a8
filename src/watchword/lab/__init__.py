"""Rules tried out: the tests that stand in rule files, run and judged, with pictures of what went wrong.

scenario    a test's `given` lines as a stream of tracks
trial       that stream through the engine, its alerts against the `expect` lines
trace       the values of a rule's parts, look by look, and how near it came
timeline    the same as a picture made of text
junit       results for CI systems
"""

from watchword.lab.trial import Fault, Result, run_tests, trials

__all__ = ["Fault", "Result", "run_tests", "trials"]
