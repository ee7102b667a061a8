"""What is checked, and how. `nox` alone runs lint, types and the tests, on the wheel that would be shipped."""

from __future__ import annotations

from pathlib import Path

import nox

nox.options.sessions = ["lint", "types", "tests", "tests_opencv4", "tests_trackers"]
nox.options.reuse_existing_virtualenvs = True

PROJECT = nox.project.load_toml("pyproject.toml")
PICTURES = ("compose", "draw", "left", "motion", "privacy", "sim", "video")
"""Tests whose file names begin so touch OpenCV."""
NORFAIR = ("track_adapters", "interop_norfair")
"""Those that norfair has a part in."""


def group(session: nox.Session, *names: str) -> None:
    """Install dependency groups of pyproject.toml."""
    session.install(*(need for name in names for need in nox.project.dependency_groups(PROJECT, name)))


def wheel(session: nox.Session, *more: str) -> None:
    """Build the wheel and install it, so that what is not packed is missed."""
    folder = Path(session.create_tmp(), "dist")
    for old in folder.glob("*.whl"):
        old.unlink()
    session.run("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), ".", silent=True)
    (built,) = folder.glob("*.whl")
    session.install(str(built.resolve()), *more)
    session.install("--force-reinstall", "--no-deps", str(built.resolve()))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, and which part may import which."""
    group(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": "src"})


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    session.install("-e", ".")
    group(session, "types", "dev")
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, on the built wheel: `nox -s tests -- -m 'not slow'` leaves out those on long films."""
    wheel(session)
    group(session, "test")
    session.run("pytest", *session.posargs)


@nox.session
def tests_opencv4(session: nox.Session) -> None:
    """The tests that touch pictures, with OpenCV 4."""
    wheel(session, "opencv-python-headless<5")
    group(session, "test")
    files = [str(p) for p in sorted(Path("tests").rglob("test_*.py")) if p.stem[5:].startswith((*PICTURES, *NORFAIR))]
    session.run("pytest", "-m", "not slow", *files, *session.posargs)


@nox.session
def tests_trackers(session: nox.Session) -> None:
    """The trackers of other packages, those that install beside what Watchword asks for."""
    extras = PROJECT["project"]["optional-dependencies"]
    wheel(session, *(need for name in ("roboflow", "pyxtrackers", "motpy") for need in extras[name]))
    group(session, "test")
    # Norfair's pins (NumPy 1.26) exclude the others; it runs without them. The trackers bring a second OpenCV, which
    # needs a window system; the one without is put back in its place.
    session.install("--no-deps", "norfair>=2.2", "filterpy>=1.4.5")
    session.install("--force-reinstall", "--no-deps", "opencv-python-headless")
    session.run("pytest", "tests/test_track_adapters.py", *session.posargs)


@nox.session
def nightly(session: nox.Session) -> None:
    """The slow judge of rules against the engine, on twenty thousand random rules over random films."""
    wheel(session)
    group(session, "test")
    session.run("pytest", "tests/run/test_oracle.py", *session.posargs, env={"ORACLE_EXAMPLES": "20000"})


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated parts of the language page anew, and run every snippet of the docs and the README."""
    wheel(session)
    group(session, "test")
    session.run("python", "docs/make_language.py")
    session.run("python", "docs/make_findings.py")
    session.run("python", "editors/make_grammar.py")
    session.run("pytest", "tests/docs", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Every benchmark, one after the other, or those named: `nox -s benchmarks -- footage speed`."""
    wheel(session)
    group(session, "bench")
    session.install("--no-deps", "norfair>=2.2", "filterpy>=1.4.5")  # its pins exclude the others
    names = session.posargs or [
        "footage",
        "speed",
        "left_sim",
        "detectors",
        "track_accuracy",
        "track_speed",
        "rules",
        "snapshot",
        "zones_vs_supervision",
        "language",
    ]
    for name in names:
        session.run("python", f"benchmarks/{name}.py")


@nox.session
def demo(session: nox.Session) -> None:
    """The demonstration, from the built wheel; its picture of the left bag goes to the README."""
    wheel(session)
    session.run("watchword", "demo", *session.posargs)
