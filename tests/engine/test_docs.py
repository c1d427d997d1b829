"""What the documents point to is there."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("models/*/card.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_relative_links_and_images_exist(document):
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    assert [target for target in targets if not (document.parent / target).exists()] == []
    assert "@@" not in text  # a figure that was never filled in


def test_shipped_weights_are_sealed_and_whole():
    """Every preset folder with a weights file names its hash, and the file has it."""
    from wholescene.presets.zoo import Zoo, shipped_folder

    zoo = Zoo([shipped_folder()])
    with_weights = [path.parent.name for path in shipped_folder().glob("*/*.safetensors")]
    assert with_weights == ["water-lite"]
    assert zoo.load("water-lite").weights_path().is_file()
