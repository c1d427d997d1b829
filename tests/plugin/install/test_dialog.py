"""The dialog, worked by mouse, with a real but small engine."""

import json
import threading

import pytest
from qgis.core import QgsSettings
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QPushButton

from errands import settle

LEFT = Qt.MouseButton.LeftButton
SECONDS = 1000


@pytest.fixture
def dialog(home, server, wheels, plugin, qtbot, monkeypatch):
    """Opened from the menu at the foot of the panel, with the test's index as its source."""
    from wholescene_qgis.core.install import interpreters, place  # each load of the plugin has its own
    from wholescene_qgis.core.install.source import Kind

    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # whatever Pythons else are here, trying them takes its time
    monkeypatch.setattr(interpreters, "USUAL", ())
    monkeypatch.setattr(place, "REQUIREMENTS", wheels.parent / "pinned.txt")
    line = plugin.dock.panel.engine_line
    next(action for action in line._menu.actions() if action.text() == "Install the engine here…").trigger()
    dialog = plugin.controller.installation.dialog
    qtbot.waitUntil(lambda: dialog.form.python.currentData() is not None, timeout=60 * SECONDS)
    dialog.form.source.setCurrentIndex(dialog.form.source.findData(Kind.INDEX))
    dialog.form.index.setText(server.index)
    dialog.form.build.setCurrentIndex(dialog.form.build.findData("cpu"))
    yield dialog
    dialog.close()
    settle(qtbot)
    for name in ("install_source", "install_index"):
        QgsSettings().remove(f"wholescene/{name}")


def click(dialog, qtbot, name):
    qtbot.mouseClick(next(b for b in dialog.findChildren(QPushButton, name) if b.isVisible()), LEFT)


def end(dialog, qtbot):
    qtbot.waitUntil(lambda: not dialog.is_busy(), timeout=120 * SECONDS)


def test_install_repair_and_remove(dialog, home, plugin, qtbot):
    QgsSettings().setValue("wholescene/engine_python", "/somewhere/else/python")
    click(dialog, qtbot, "wholesceneInstallNow")
    assert not dialog.install_button.isEnabled()
    assert dialog.cancel_button.isVisible()
    end(dialog, qtbot)

    assert dialog.notice.code() == "", dialog.notice.text()
    assert "installed" in dialog.notice.text()
    registered = json.loads((home / "data" / "installation.json").read_text())["python"]
    assert registered == str(home / "data" / "engine" / "0.1.0-cpu" / "env" / "bin" / "python")
    assert QgsSettings().value("wholescene/engine_python") is None  # it would win over the new engine
    click(dialog, qtbot, "wholesceneRepair")
    end(dialog, qtbot)
    assert dialog.notice.code() == "", dialog.notice.text()

    click(dialog, qtbot, "wholesceneRemove")
    assert (home / "data" / "engine" / "0.1.0-cpu").is_dir()  # asked first
    qtbot.mouseClick(dialog.notice._button, LEFT)
    end(dialog, qtbot)
    assert [path.name for path in (home / "data" / "engine").iterdir() if path.is_dir()] == []
    assert not (home / "data" / "installation.json").exists()
    assert dialog.engines.isHidden()


def test_cancelled_it_says_so_and_goes_on_later(dialog, server, qtbot, home):
    from wholescene_qgis.core.install.record import Stage

    server.pause, server.cut_after = threading.Event(), 1000
    click(dialog, qtbot, "wholesceneInstallNow")
    qtbot.waitUntil(lambda: dialog.stages.stage() is Stage.RESOLVE, timeout=60 * SECONDS)
    click(dialog, qtbot, "wholesceneInstallCancel")
    end(dialog, qtbot)
    assert "goes on where it stopped" in dialog.notice.text()
    assert dialog.notice.code() == "", dialog.notice.text()
    assert not (home / "data" / "installation.json").exists()
    assert "not finished" in dialog.engines.findChild(QLabel).text()

    server.pause.set()
    server.pause = None
    click(dialog, qtbot, "wholesceneInstallNow")
    end(dialog, qtbot)
    assert dialog.notice.code() == "", dialog.notice.text()
    assert (home / "data" / "installation.json").exists()


def test_a_failure_is_told_with_its_way_out(dialog, qtbot):
    from wholescene_qgis.core.install.source import Kind

    dialog.form.index.setText("http://127.0.0.1:9/simple")
    click(dialog, qtbot, "wholesceneInstallNow")
    end(dialog, qtbot)
    assert dialog.notice.code() == "install.network"
    assert "127.0.0.1" in dialog.notice.text()
    assert dialog.notice._button.text() == "Try again"
    assert dialog.form.kind() is Kind.INDEX
    assert dialog.install_button.isEnabled()


def test_closed_in_the_middle_nothing_goes_on(dialog, qtbot, home):
    click(dialog, qtbot, "wholesceneInstallNow")
    dialog.close()
    assert not dialog.is_busy()
    settle(qtbot)
    assert not (home / "data" / "installation.json").exists()


@pytest.mark.parametrize("content", [b"", b"no ZIP at all", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_bundle_is_told_before_anything_begins(dialog, qtbot, tmp_path, content):
    from wholescene_qgis.core.install.source import Kind

    dialog.form.source.setCurrentIndex(dialog.form.source.findData(Kind.BUNDLE))
    assert not dialog.install_button.isEnabled()  # no file yet
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    dialog.form.bundle.setFilePath(str(path))
    qtbot.waitUntil(lambda: dialog.notice.code() == "bundle.invalid", timeout=20 * SECONDS)
    assert not dialog.install_button.isEnabled()


def test_a_bundle_of_another_release_or_platform_is_refused(dialog, qtbot, tmp_path, home, write_bundle):
    from wholescene_qgis.core.install.source import Kind

    dialog.form.source.setCurrentIndex(dialog.form.source.findData(Kind.BUNDLE))
    for changed, code in (
        ({"release": "9.9.9"}, "install.release"),
        ({"platform": "windows-arm64"}, "bundle.platform"),
    ):
        dialog.form.bundle.setFilePath(str(write_bundle(**changed)))
        qtbot.waitUntil(lambda: dialog.install_button.isEnabled(), timeout=20 * SECONDS)
        click(dialog, qtbot, "wholesceneInstallNow")
        end(dialog, qtbot)
        assert dialog.notice.code() == code
        assert not (home / "data" / "engine" / "0.1.0-cpu").exists()


def test_a_bundle_brings_all_it_needs(dialog, qtbot, home, server, write_bundle, wheels):
    from wholescene_qgis.core.install.source import Kind

    preset = {"presets/mine/preset.json": b"{}", "presets/theirs/preset.json": b"{}"}
    (home / "data" / "presets" / "mine").mkdir(parents=True)
    packages = {f"wheels/{path.name}": path.read_bytes() for path in wheels.glob("*.whl") if "-3.0-" not in path.name}
    bundle = write_bundle(files={**packages, **preset})
    asked = len(server.asked)
    dialog.form.source.setCurrentIndex(dialog.form.source.findData(Kind.BUNDLE))
    dialog.form.bundle.setFilePath(str(bundle))
    qtbot.waitUntil(lambda: dialog.install_button.isEnabled(), timeout=20 * SECONDS)
    click(dialog, qtbot, "wholesceneInstallNow")
    end(dialog, qtbot)
    assert dialog.notice.code() == "", dialog.notice.text()
    assert len(server.asked) == asked
    registered = json.loads((home / "data" / "installation.json").read_text())["python"]
    assert registered.startswith(str(home))
    assert (home / "data" / "presets" / "theirs" / "preset.json").is_file()
    assert list((home / "data" / "presets" / "mine").iterdir()) == []  # the user's own stays as it was


def test_removing_the_engine_here_leaves_the_one_elsewhere_alone(engine, dialog, qtbot, home, plugin):
    from wholescene_qgis.core.install.record import STAGES, Record

    engine.environment = "/elsewhere/env"  # the panel's session leads to another than the one that is removed
    qtbot.waitUntil(plugin.controller.link.is_ready, timeout=20 * SECONDS)
    folder = home / "data" / "engine" / "0.1.0-cpu"
    python = folder / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    Record("0.1.0", "cpu", {}, done=[stage.value for stage in STAGES]).save(folder)
    (home / "data" / "installation.json").write_text(json.dumps({"python": str(python), "version": "0.1.0"}))
    dialog.engines.look()
    click(dialog, qtbot, "wholesceneRemove")
    qtbot.mouseClick(dialog.notice._button, LEFT)
    end(dialog, qtbot)
    assert not folder.exists()
    qtbot.wait(300)  # what was said to it by now has arrived
    assert "shutdown" not in engine.heard_types()
    assert plugin.controller.link.is_ready()


def test_repairing_says_first_that_the_engine_may_be_stopped(dialog, qtbot):
    click(dialog, qtbot, "wholesceneInstallNow")
    end(dialog, qtbot)
    click(dialog, qtbot, "wholesceneRepair")
    assert "stopped first, with its jobs" in dialog.notice.text()
    end(dialog, qtbot)


def pythons(form):
    return [form.python.itemData(at) for at in range(form.python.count()) if form.python.itemData(at)]


def write_python(path, version):
    """A program that answers as the Python of that version does; its path."""
    told = {
        "version": version,
        "base": "",
        "name": "cpython",
        "wide": True,
        "threaded": False,
        "pip": "",
        "missing": "",
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{json.dumps(told)}'\n")
    path.chmod(0o755)
    return str(path)


def test_each_time_it_is_shown_it_looks_around_anew(dialog, qtbot, tmp_path, monkeypatch):
    dialog.close()
    settle(qtbot)
    new = write_python(tmp_path / "bin" / "python3.13", [3, 13, 1])
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    dialog.show()
    qtbot.waitUntil(lambda: new in pythons(dialog.form), timeout=60 * SECONDS)


def test_a_choice_that_was_made_stays_when_the_answer_comes_late(dialog, qtbot, tmp_path, monkeypatch):
    settle(qtbot)
    chosen = write_python(tmp_path / "bin" / "python3.13", [3, 13, 1])
    card = tmp_path / "bin" / "nvidia-smi"  # tells of a card, after a while
    card.write_text("#!/bin/sh\nsleep 1\necho NVIDIA H100\n")
    card.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    form = dialog.form
    form.look()
    settle(qtbot)
    assert form.build_chosen() == "cu130"  # what nobody has chosen goes by the card
    form.python.setFocus()
    qtbot.keyClick(form.python, Qt.Key.Key_End)  # the last one, downloaded
    while form.python.currentData() != chosen:
        qtbot.keyClick(form.python, Qt.Key.Key_Up)
    qtbot.keyClick(form.build, Qt.Key.Key_Home)
    assert form.build_chosen() == "cpu"
    form.look()
    settle(qtbot)
    assert form.build_chosen() == "cpu"
    assert form.python.currentData() == chosen


def test_a_bundle_is_taken_however_its_path_is_spelled(dialog, qtbot, write_bundle):
    from wholescene_qgis.core.install.source import Kind

    path = write_bundle()
    dialog.form.source.setCurrentIndex(dialog.form.source.findData(Kind.BUNDLE))
    dialog.form.bundle.setFilePath(f"{path.parent}/.//{path.name}")
    qtbot.waitUntil(lambda: dialog.install_button.isEnabled(), timeout=20 * SECONDS)


def test_a_bundle_without_a_python_is_for_pythons_of_its_version_alone(
    dialog, qtbot, tmp_path, monkeypatch, write_bundle
):
    from wholescene_qgis.core.install.source import Kind

    settle(qtbot)
    other = write_python(tmp_path / "bin" / "python3.14", [3, 14, 0])
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    form = dialog.form
    form.look()
    settle(qtbot)
    assert other in pythons(form)
    version = next(form.python.itemText(at) for at in range(form.python.count()) if form.python.itemData(at) != other)
    version = version.split()[1]  # of the one that is really here: Python 3.11.2 (/usr/bin/python3.11)
    form.source.setCurrentIndex(form.source.findData(Kind.BUNDLE))
    for wanted, offered in ((version, False), ("3.14", True)):
        form.bundle.setFilePath(str(write_bundle(version=wanted)))
        qtbot.waitUntil(lambda: dialog.install_button.isEnabled(), timeout=20 * SECONDS)
        assert (other in pythons(form)) is offered
        assert len(pythons(form)) == 1
    form.bundle.setFilePath(str(write_bundle(version="3.2")))
    qtbot.waitUntil(lambda: "3.2, which was not found" in form._python_hint.text(), timeout=20 * SECONDS)
    assert pythons(form) == []
    assert not dialog.install_button.isEnabled()


def test_the_settings_keep_no_credentials(dialog, server):
    dialog.form.index.setText(server.index.replace("http://", "http://me:word@"))
    assert dialog.form.plan().source.place.startswith("http://me:word@")
    assert QgsSettings().value("wholescene/install_index") == server.index


def test_keys_reach_all_of_it_and_a_screen_reader_can_name_it(dialog):
    inputs = [dialog.form.source, dialog.form.index, dialog.form.build, dialog.form.python, dialog.install_button]
    labels = {label.buddy(): label.text() for label in dialog.findChildren(QLabel) if label.buddy() is not None}
    for widget in inputs:
        assert widget.accessibleName() or labels.get(widget) or getattr(widget, "text", str)(), widget
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    order, widget = [], dialog.form.source
    for _ in range(60):
        if widget in inputs:
            order.append(widget)
        widget = widget.nextInFocusChain()
        if widget is dialog.form.source:
            break
    assert order == inputs
