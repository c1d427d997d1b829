"""Make docs/images/demo.png, the picture of the README, from what `make demo` has left in demo/."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

from wholescene.raster.picture import render

REPOSITORY = Path(__file__).resolve().parents[1]
SIDE = 700  # pixels of the scene, and of the map beside it
COLOURS = 224


def main() -> int:
    """Render, lay on white, reduce to a palette so that the file stays small."""
    demo = REPOSITORY / "demo"
    scene, class_map = demo / "landscape-4096" / "landscape.tif", demo / "landscape_water-lite.tif"
    if not class_map.exists():
        print("Run `make demo` first.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "demo.png"
        render(class_map, drawn, SIDE, [str(scene)], (1, 2, 3))
        picture = Image.open(drawn).convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    target = REPOSITORY / "docs" / "images" / "demo.png"
    paper.convert("RGB").quantize(COLOURS).save(target, optimize=True)
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
