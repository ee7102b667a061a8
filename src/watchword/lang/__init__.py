"""The rule language: text to tree to checked rules. Imports no NumPy, OpenCV, shapely or ONNX runtime."""

from watchword.lang.findings import Finding
from watchword.lang.findings import Finding

