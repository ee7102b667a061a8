"""`watchword calibrate`: how well a scene's ground is known, point by point, and the zones where it is not."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from watchword.calibration import Calibration, meets_horizon, outside, person_metres, zone_area
from watchword.calibration import calibrate as work_out
from watchword.ground import FEWEST, SPREAD, Ground
from watchword.scene import Scene, Zone, show_point

MOST = 0.1
"""The share of a zone that may lie outside the calibrated area without a word."""
EXACT = 4
"""So many pairs fit some map exactly."""
UNSURE = 0.15
"""Doubt of lengths away from the camera from which a known length is asked for."""


@click.command()
@click.argument("scene")
@click.option("--strict", is_flag=True, help="Warnings count as errors: exit code 1.")
@click.option("--json", "as_json", is_flag=True, help="All of it as one JSON object.")
def calibrate(scene: str, strict: bool, as_json: bool) -> None:
    """Say how well the ground of SCENE (a JSON file) is known: how far off each point is, and each zone's area.

    Exit code 0, with --strict 1 where there is a warning, 2 where metres cannot be told.
    """
    view = Scene.load(scene).at()
    ground = view.ground
    known = work_out(ground) if ground is not None else None
    if ground is None or known is None:
        click.echo(f"error: {scene}: {_why_not(ground, view)}", err=True)
        sys.exit(2)
    report = _report(view, ground, known)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _show(scene, report)
    sys.exit(1 if strict and report["warnings"] else 0)


def _why_not(ground: Ground | None, scene: Scene) -> str:
    if ground is None:
        return "has no ground\n  help: give it four pairs or more, or people's heights; see docs/ground.md"
    if scene.view == "overhead":
        return "heights say nothing of a camera that looks straight down\n  help: give it four pairs or more"
    least = round(SPREAD * scene.frame[1])
    return (
        f"its heights ({len(ground.heights)}) do not tell the ground\n"
        f"  help: give {FEWEST} or more, of feet that are {least} px or more apart from top to bottom; or four pairs"
    )


def _report(scene: Scene, ground: Ground, known: Calibration) -> dict[str, Any]:
    off = known.residuals.tolist()
    report: dict[str, Any] = {"scene": scene.name, "rms": round(known.rms, 4), "points": [], "zones": []}
    if ground.pairs:
        report["from"] = "pairs"
        for (at, metres), far in zip(ground.pairs, off, strict=True):
            report["points"].append({"picture": list(at), "ground": list(metres), "off": round(far, 4)})
    else:
        assert known.focal is not None
        assert known.height is not None
        report |= {"from": "heights", "focal": round(known.focal), "camera": round(known.height, 2)}
        report["doubt"] = round(known.doubt, 3)
        for (x, y, height), tall, far in zip(ground.heights, ground.tall, off, strict=True):
            report["points"].append({"picture": [x, y], "height": height, "tall": tall, "off": round(far, 4)})
    report["zones"] = [_zone(ground, zone) for zone in scene.zones.values()]
    report["warnings"] = [*_doubts(ground, known), *(z["warning"] for z in report["zones"] if z["warning"])]
    return report


def _zone(ground: Ground, zone: Zone) -> dict[str, Any]:
    beyond, area = outside(ground, zone), zone_area(zone, ground)
    warning = ""
    if meets_horizon(ground, zone):
        warning = f"zone {zone.name} reaches the horizon: there is no ground to measure on"
    elif beyond > MOST:
        warning = f"zone {zone.name}: {beyond:.0%} of it lies outside the calibrated area; metres there are a guess"
    return {
        "zone": zone.name,
        "area": None if area != area else round(area, 2),  # NaN
        "outside": round(beyond, 3),
        "warning": warning,
    }


def _doubts(ground: Ground, known: Calibration) -> list[str]:
    told = []
    if len(ground.pairs) == EXACT:
        told.append("four pairs fit some map exactly, right or wrong: a fifth would tell how far off it is")
    if known.doubt > UNSURE:
        told.append(
            f"lengths away from the camera are known to ±{known.doubt:.0%} only: "
            "give its focal length, or four pairs where lengths matter"
        )
    if ground.pairs and ground.heights:
        tall = [v for v in person_metres(ground).tolist() if v == v]
        if tall and not 1.1 <= sorted(tall)[len(tall) // 2] <= 2.3:
            told.append(f"people are {min(tall):.1f} to {max(tall):.1f} m tall by the pairs: are they in metres?")
    return told


def _show(name: str, report: dict[str, Any]) -> None:
    points = report["points"]
    click.echo(f"{name}: the ground from {len(points)} {report['from']}, {report['rms']:.2f} m off (rms)")
    if report["from"] == "heights":
        click.echo(f"camera {report['camera']:.1f} m above the ground, focal length {report['focal']} px")
    click.echo("")
    for number, point in enumerate(points, 1):
        at = show_point(tuple(point["picture"]))
        if "ground" in point:
            what = f"{show_point(tuple(point['ground']))} m"
            click.echo(f"  {number:>3}  {at:16}  {what:16}  {point['off']:5.2f} m off")
        else:
            measured = point["tall"] + point["off"]
            what = f"{point['height']:g} px"
            click.echo(f"  {number:>3}  {at:16}  {what:10}  {measured:.2f} m tall, {point['tall']:g} m said")
    if report["zones"]:
        click.echo("")
    wide = max((len(zone["zone"]) for zone in report["zones"]), default=0)
    for zone in report["zones"]:
        area = "no area on the ground" if zone["area"] is None else f"{zone['area']:.1f} m²"
        click.echo(f"  zone {zone['zone']:{wide}}  {area}")
    for warning in report["warnings"]:
        click.echo(f"warning: {warning}", err=True)
