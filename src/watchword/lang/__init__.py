"""The rule language: text to tree to checked rules. Imports no NumPy, OpenCV, shapely or ONNX runtime."""

from watchword.lang.findings import Finding
from watchword.lang.ruleset import RuleSet, check_file, check_sentence, check_text
from watchword.lang.ruleset import compile as compile  # noqa: A004 - it is what one does with a sentence
from watchword.lang.show import show

__all__ = ["Finding", "RuleSet", "check_file", "check_sentence", "check_text", "compile", "show"]
