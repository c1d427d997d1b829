"""Train the water preset: ``python -m wholescene.training.water --help``.

The split goes by scene and is fixed here; u13 and the east of the NAIP place are for testing and
are read by ``--test`` only.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file

from wholescene.nn import build

from .augment import Source
from .loop import Stage, Training, evaluate, predict
from .metrics import Score, score
from .scenes import Level, read_dubai, read_naip

ARCHITECTURE = {
    "encoder": {"name": "convnextv2", "variant": "atto", "in_channels": 3},
    "spim": {"stages": [3], "heads": 8, "kv_pool": 4, "outer_residual": False, "feeds_next": False},
    "decoder": {"name": "fpn", "channels": 128, "dropout": 0.1},
    "classes": 2,  # 0 other, 1 water
}
WEST, EAST = slice(0, 540), slice(580, None)  # columns of the NAIP place
NAIP_TRAIN = ("20090818", "20100629", "20120731", "20140720", "20150926", "20160816")
NAIP_VALIDATE = "20170827"

# Small crops are cheap and teach texture; large ones show SPIM and GRN a scene's statistics.
STAGES = (
    Stage("start", steps=1600, batch=12, size=256, first_rate=2e-3, last_rate=1.3e-3, warmup=150),
    Stage("small", steps=1600, batch=8, size=256, first_rate=1.2e-3, last_rate=8e-4, warmup=20),
    Stage("middle", steps=2400, batch=2, size=512, first_rate=7e-4, last_rate=3e-4),
    Stage("large", steps=1600, batch=2, size=640, first_rate=3e-4, last_rate=0.0),
)


def training_sources(dubai: Path, naip: Path) -> list[Source]:
    """Dubai from 1 m to 5 m, the prairie around 5 m.

    The prairie is tiny but by far the harder ground: it is drawn half of the time.
    """
    prairie = [read_naip(naip, date, WEST) for date in NAIP_TRAIN]
    cities = {"u78": 0.3, "t6": 0.2}
    return [
        *(
            Source(read_dubai(dubai, name), weight, (0.2, 1.6), shadowed=0.5, glinting=0.35)
            for name, weight in cities.items()
        ),
        *(Source(scene, 0.5 / len(prairie), zoom=(0.5, 1.8)) for scene in prairie),
    ]


def validation_levels(dubai: Path, naip: Path) -> dict[str, Level]:
    """One city scene at 1, 2 and 4 m, and a date of the prairie not trained on."""
    city = read_dubai(dubai, "t2").levels
    return {
        **{f"t2/{2**i}": city[i] for i in range(len(city))},
        "naip": read_naip(naip, NAIP_VALIDATE, WEST).full,
    }


def test(model: torch.nn.Module, dubai: Path, naip: Path) -> None:
    """Print the scores of the validation and test scenes, each segmented whole in float32."""
    model.eval()
    for name in ("t2", "u13"):
        report(name, evaluate(model, read_dubai(dubai, name).full, mixed=False))
    for date in (*NAIP_TRAIN, NAIP_VALIDATE):
        place = read_naip(naip, date, slice(None)).full
        classes = predict(model, place, mixed=False)
        report(f"naip {date} west", score(classes[:, WEST], place.labels[:, WEST]))
        report(f"naip {date} east", score(classes[:, EAST], place.labels[:, EAST]))


def report(name: str, found: Score) -> None:
    """One line: IoU and F1 of water."""
    print(f"{name:20} IoU {found.iou:.3f}  F1 {found.f1:.3f}", flush=True)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dubai", type=Path, required=True, help="folder of dubai_*_rgb.tif and dubai_*_water.tif")
    parser.add_argument("--naip", type=Path, required=True, help="folder of the NAIP dates, with water/")
    parser.add_argument("--out", type=Path, default=Path("build/water"), help="checkpoints; training resumes from them")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--test", type=Path, metavar="WEIGHTS", help="do not train, score these weights")
    return parser.parse_args()


def main() -> None:
    """Train, or test finished weights."""
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = build(ARCHITECTURE)
    if options.test:
        model.load_state_dict(load_file(options.test))
        test(model, options.dubai, options.naip)
        return
    options.out.mkdir(parents=True, exist_ok=True)
    training = Training(model, options.out)
    training.resume()
    sources = training_sources(options.dubai, options.naip)
    training.run(STAGES, sources, validation_levels(options.dubai, options.naip))


if __name__ == "__main__":
    main()
