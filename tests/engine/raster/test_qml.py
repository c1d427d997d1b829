from xml.etree import ElementTree as ET

from wholescene.raster.qml import style
from wholescene.wire.plan import ClassEntry

CLASSES = (ClassEntry(0, "other", "#C8B090"), ClassEntry(7, 'rice <field> & "paddy" é', "#00ff00"))


def test_a_paletted_renderer_with_named_classes():
    content = style(CLASSES)
    assert content.startswith(b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>")
    root = ET.fromstring(content)
    assert root.tag == "qgis"
    assert root.get("version").startswith("3.22")
    renderer = root.find("pipe/rasterrenderer")
    assert (renderer.get("type"), renderer.get("band"), renderer.get("alphaBand")) == ("paletted", "1", "-1")
    entries = [entry.attrib for entry in renderer.iterfind("colorPalette/paletteEntry")]
    assert [(e["value"], e["label"], e["color"], e["alpha"]) for e in entries] == [
        ("0", "other", "#c8b090", "255"),
        ("7", 'rice <field> & "paddy" é', "#00ff00", "255"),
    ]
