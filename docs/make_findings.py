"""Write a page for each code that a check may give: findings/CODE.md, and findings/README.md that lists them.

python docs/make_findings.py [FOLDER]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from watchword.lang.findings import CODES
from watchword.lang.pages import PAGES, Page

FOLDER = Path(__file__).with_name("findings")
ASKS = {
    "check": "`watchword check FILE`",
    "scene": "`watchword check FILE --scene SCENE`",
    "run": "a run",
    "detector": "a run, once the detector is known",
}


def page(code: str) -> str:
    """The page of a code."""
    about = PAGES[code]
    kind = "an error: the file does not run" if code.startswith("E") else "a warning: the file runs"
    means = about.means if about.means.endswith((".", "?")) else f"{about.means}."
    scene = _scene("The scene", about.right or about.scene)
    wrong = _scene("The scene", about.scene) if about.right else ""
    return (
        f"# {code}\n\n> {said(code)}\n\n{means}\n\n{kind[0].upper()}{kind[1:]}. Found by {ASKS[about.asks]}.\n\n"
        f"## Not so\n\n```text\n{shown(about.bad)}\n```\n{wrong}\n"
        f"## But so\n\n```text\n{shown(about.good)}\n```\n{scene}{allow(code, about)}"
    )


def _scene(head: str, text: str) -> str:
    return f"\n{head}:\n\n```json\n{text}\n```\n" if text else ""


def said(code: str) -> str:
    """The message of a code, what it is filled in with left open."""
    return re.sub(r"`?\$?\{\w+\}`?", "…", CODES[code]) if code != "E207" else "the zone or the line makes no sense"


def shown(text: str) -> str:
    """An example; of a line that is too long to print its beginning and its length."""
    return "\n".join(
        f"{line[:60]}… ({len(line):,} characters)" if len(line) > 160 else line for line in text.splitlines()
    )


def allow(code: str, about: Page) -> str:
    """How to allow a warning."""
    if code.startswith("E") or about.asks not in ("check", "scene") or code in ("W204", "W210", "W211"):
        return ""
    return f"\nWhere it is meant: `# allow: {code} until 2027-01-01` behind the clause, or on a line above it.\n"


def index() -> str:
    """The list of all codes."""
    rows = [f"| [{code}]({code}.md) | {said(code)} |" for code in CODES]
    head = "# Findings\n\nEvery code that a check may give. A code is never used for another fault again.\n"
    return "\n".join([head, "| code | says |", "| --- | --- |", *rows, ""])


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    return {"README.md": index(), **{f"{code}.md": page(code) for code in CODES}}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
