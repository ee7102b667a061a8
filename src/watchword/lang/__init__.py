"""The rule language: text to tree to checked rules. Imports no NumPy, OpenCV, shapely or ONNX runtime."""

from watchword.lang.findings import Finding
from watchword.lang.ruleset import RuleSet, check_file, check_sentence, check_text, compile
from watchword.lang.show import show

__all__ = ["Finding", "RuleSet", "check_file", "check_sentence", "check_text", "compile", "show"]
