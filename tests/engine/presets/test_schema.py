"""The shipped presets are MLM items by the extension's own JSON schema (stac-mlm/, Apache License 2.0)."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from wholescene.presets import Zoo
from wholescene.presets.schema import decode
from wholescene.presets.zoo import shipped_folder

STAC = "https://stac-extensions.github.io/"
# What the MLM schema takes from other extensions, by their specifications.
CLASSES = {
    "type": "array",
    "uniqueItems": True,
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["value", "name"],
        "properties": {
            "value": {"type": "integer"},
            "name": {"type": "string", "pattern": "^[0-9A-Za-z_-]+$"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "color_hint": {"type": "string", "pattern": "^[0-9A-Fa-f]{6}$"},
        },
    },
}
DATA_TYPE = {"enum": ["int8", "int16", "uint8", "uint16", "float16", "float32", "float64", "other"]}
PROCESSING = {"required": ["format", "expression"]}


def registry() -> "Registry[Any]":
    schemas = {
        "classification": {"definitions": {"fields": {"properties": {"classification:classes": CLASSES}}}},
        "raster": {"definitions": {"bands": {"items": {"properties": {"data_type": DATA_TYPE}}}}},
        "processing": {"definitions": {"fields": {"properties": {"processing:expression": PROCESSING}}}},
    }
    draft = {"$schema": "http://json-schema.org/draft-07/schema#"}
    resources = [
        (f"{STAC}{name}/v1.1.0/schema.json", Resource.from_contents(draft | body)) for name, body in schemas.items()
    ]
    return Registry().with_resources(resources)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    schema = json.loads((Path(__file__).parent / "stac-mlm" / "schema-1.5.2.json").read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema, registry=registry())


def shipped(name: str) -> Any:
    return json.loads((shipped_folder() / name / "preset.json").read_text(encoding="utf-8"))


SHIPPED = Zoo([shipped_folder()]).names()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_preset_is_an_mlm_item(validator: jsonschema.Draft7Validator, name: str) -> None:
    assert [error.message for error in validator.iter_errors(shipped(name))] == []


def test_the_validator_sees_a_wrong_field(validator: jsonschema.Draft7Validator) -> None:
    item = shipped(SHIPPED[0])
    item["properties"]["mlm:output"][0]["classification:classes"][0]["name"] = "two words"
    del item["assets"]["model"]["mlm:artifact_type"]
    assert len(list(validator.iter_errors(item))) == 2


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_preset_has_what_a_stac_item_requires(name: str) -> None:
    item = shipped(name)
    required = {"type", "stac_version", "id", "geometry", "properties", "links", "assets"}
    assert required <= item.keys()
    assert "bbox" not in item or item["geometry"] is not None
    times = item["properties"]
    assert times["datetime"] is None
    assert times["start_datetime"] < times["end_datetime"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"type": "Feature"}', b"\xff\xfe", b'{"type": 1}'])
def test_what_is_no_item_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(data)
