"""Make the pictures of the plugin for the documentation: before, during, after, and a part that can be kept.

    python tools/screenshots.py SCENE [--python ENGINE_PYTHON] [--output docs/images]

SCENE is a raster that may be shown: the project's own landscape, not imagery of others.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from qgis_desktop import Desktop, build_zip, missing_programs

ROOT = Path(__file__).resolve().parent.parent
STARTUP = ROOT / "tools" / "desktop_startup.py"


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("scene", type=Path)
    parser.add_argument("--python", default=sys.executable, help="the engine's Python")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    missing = missing_programs()
    if missing:
        print(f"Please install: {', '.join(missing)}")
        return 1
    take(options.scene.resolve(), options.python, options.output)
    return 0


def take(scene: Path, engine_python: str, output: Path) -> None:
    """Segment a copy of ``scene`` in a real QGIS and write the pictures to ``output``."""
    build = ROOT / "build" / "screenshots"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    copy = build / scene.name
    shutil.copy(scene, copy)
    environment = {"WHOLESCENE_DESKTOP_SCENE": str(copy), "WHOLESCENE_HOME": str(build / "engine")}
    with Desktop(build_zip(build), STARTUP, engine_python, environment) as desktop:
        desktop.wait_until(lambda state: state["enabled"] and state["ready"])
        time.sleep(0.5)
        desktop.shot(output / "qgis-before.png")
        grow(desktop)
        desktop.shot(output / "qgis-during.png")
        cancel(desktop)
        desktop.shot(output / "qgis-partial.png")
        discard(desktop)
        grow(desktop)
        desktop.wait_until(lambda state: state["run"] == "idle" and state["ready"], 600)
        time.sleep(0.5)
        desktop.shot(output / "qgis-after.png")
    stop = [engine_python, "-I", "-m", "wholescene.cli", "shutdown"]
    subprocess.run(stop, env={**os.environ, **environment}, capture_output=True, timeout=60)


def grow(desktop: Desktop) -> None:
    """Click Segment Layer and wait until a part of the map is there."""
    desktop.click(*desktop.state()["button"])
    state = desktop.wait_until(lambda state: state["notice"] or (state["shown"] and state["shown"][0] > 0.1), 600)
    if state["notice"]:
        raise SystemExit(f"the panel says: {state['notice']}")


def cancel(desktop: Desktop) -> None:
    """Click Cancel and wait for the offer to keep the part."""
    desktop.click(*desktop.state()["jobs"][0]["buttons"]["cancel"])
    desktop.wait_until(lambda state: state["jobs"] and "keep" in state["jobs"][0]["buttons"], 60)
    time.sleep(1.0)  # the map is drawn for the last time


def discard(desktop: Desktop) -> None:
    """Decline the offer."""
    desktop.click(*desktop.state()["jobs"][0]["buttons"]["discard"])
    desktop.wait_until(lambda state: state["run"] == "idle", 60)


if __name__ == "__main__":
    sys.exit(main())
