"""What the documents point to is there."""

import re
import shlex
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [
        *REPOSITORY.glob("*.md"),
        *REPOSITORY.glob("docs/*.md"),
        *REPOSITORY.glob("deploy/*.md"),
        *REPOSITORY.glob("models/*/card.md"),
    ]
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_relative_links_and_images_exist(document):
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    assert [target for target in targets if not (document.parent / target).exists()] == []
    assert "@@" not in text  # a figure that was never filled in


def commands(document):
    """The command lines of a document's console blocks that call the program, whole ones only."""
    blocks = re.findall(r"```console\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    prompts = (re.fullmatch(r"\w*\$ (?:\S*/)?wholescene (.*)", line) for line in lines)
    words = (shlex.split(prompt[1], comments=True) for prompt in prompts if prompt)
    return [line for line in words if "..." not in line]


def is_understood(line):
    from wholescene.cli.main import parser

    end = next((at for at, word in enumerate(line) if word in ("|", ">", "&&", "&")), len(line))
    try:
        parser().parse_args(line[:end])
    except SystemExit as ended:  # --help ends as well
        return ended.code == 0
    return True


def test_commands_are_understood():
    shown = [(document.name, line) for document in DOCUMENTS for line in commands(document)]
    assert len(shown) > 30
    assert [(name, line) for name, line in shown if not is_understood(line)] == []


def test_shipped_weights_are_sealed_and_whole():
    """Every preset folder with a weights file names its hash, and the file has it."""
    from wholescene.presets.zoo import Zoo, shipped_folder

    zoo = Zoo([shipped_folder()])
    with_weights = sorted(path.parent.name for path in shipped_folder().glob("*/*.safetensors"))
    assert with_weights == ["land-cover-lite", "water-lite"]
    assert all(zoo.load(name).weights_path().is_file() for name in with_weights)
