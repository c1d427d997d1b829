"""What `make package` builds: the ZIP by the plugin site's rules, the wheel in an environment of its own."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytest.importorskip("torch", reason="runs in the engine's Python")


def tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rules():
    return tool("package_rules")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return tool("package_plugin").build(tmp_path_factory.mktemp("dist") / "wholescene_qgis.zip")


@pytest.fixture
def changed(package, tmp_path):
    """What the site wants of a ZIP, with some files replaced or added."""
    needed = ("__init__.py", "metadata.txt", "LICENSE", "icon/wholescene.svg")

    def change(files, mode=0o644, without=""):
        path = tmp_path / "changed.zip"
        with zipfile.ZipFile(package) as before, zipfile.ZipFile(path, "w") as after:
            for name in (f"wholescene_qgis/{name}" for name in needed if name != without):
                if name not in files:
                    after.writestr(before.getinfo(name), before.read(name))
            for name, text in files.items():
                entry = zipfile.ZipInfo(name)
                entry.external_attr = mode << 16
                after.writestr(entry, text)
        return path

    return change


def test_the_plugin_site_would_take_the_zip(rules, package):
    found = rules.findings(package)
    assert [str(finding) for finding in found if not finding.accepted] == []
    # what has to be skipped on the site's form is third-party code, and no more than was looked at
    assert {finding.rule for finding in found} == {"B101"}


def test_no_more_is_silenced_than_was_looked_at(package):
    """``nosec`` and ``allowlist`` silence the site too; each is told with its reason, hashes of public files apart."""
    with zipfile.ZipFile(package) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")}
    silenced = {(name, line) for name, text in texts.items() for line in re.findall(r"# nosec.*", text)}
    assert silenced == {("wholescene_qgis/core/accuracy_sample.py", "# nosec B311: a sample, not a secret")}
    allowed = {name for name, text in texts.items() if "allowlist" in text}
    assert allowed == {"wholescene_qgis/wire/pythons.py"}
    quoted = re.findall(r"allowlist nextline secret\n(.*)\n", texts["wholescene_qgis/wire/pythons.py"])
    assert len(quoted) == texts["wholescene_qgis/wire/pythons.py"].count("allowlist") == 5
    assert all(re.fullmatch(r' +"[a-z0-9_-]+": "[0-9a-f]{64}",', line) for line in quoted)


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("wholescene_qgis/bad.py", "exec('1')\n", "B102"),
        ("wholescene_qgis/bad.py", "import subprocess\nsubprocess.run(['ls'])\n", "B603"),
        ("wholescene_qgis/bad.py", "import pickle\n", "B403"),
        ("wholescene_qgis/bad.py", "assert True\n", "B101"),
        ("wholescene_qgis/bad.py", "api_key = 'sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc" + "'\n", "secret"),
        ("wholescene_qgis/bad.py", "a = 'x'\0\n", "binary"),
        ("wholescene_qgis/lib/fast.so", "", "kind of file"),
        ("wholescene_qgis/__pycache__/a.cpython-311.pyc", "", "folder"),
        ("wholescene_qgis/.gitignore", "", "hidden"),
        ("wholescene_qgis/core/../../../a.py", "", "path"),
        ("other/__init__.py", "", "one folder"),
        ("wholescene_qgis/metadata.txt", "[general]\nname=100 % there\n", "metadata"),
    ],
)
def test_what_the_site_blocks_is_found(rules, changed, name, text, rule):
    blocking = {finding.rule for finding in rules.findings(changed({name: text})) if not finding.accepted}
    assert rule in blocking


def test_a_file_that_may_be_run_is_found(rules, changed):
    found = rules.findings(changed({"wholescene_qgis/run.py": "print()\n"}, mode=0o755))
    assert "executable" in {finding.rule for finding in found}


def test_what_needs_no_more_is_enough(rules, changed):
    assert rules.findings(changed({})) == []


def test_a_package_without_its_licence_is_found(rules, changed):
    found = rules.findings(changed({}, without="LICENSE"))
    assert [(finding.rule, finding.place) for finding in found] == [("missing", "wholescene_qgis/LICENSE")]


@pytest.mark.parametrize("field", ["about", "tracker", "icon", "changelog"])
def test_metadata_that_lacks_something_is_found(rules, package, changed, field):
    with zipfile.ZipFile(package) as archive:
        text = archive.read("wholescene_qgis/metadata.txt").decode()
    without = re.sub(rf"^{field}=.*\n(?: .*\n)*", "", text, flags=re.MULTILINE)
    assert without != text
    found = rules.findings(changed({"wholescene_qgis/metadata.txt": without}))
    assert ("metadata", field) in {(finding.rule, finding.told) for finding in found}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return tool("package_plugin").build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The ``wholescene`` of an environment into which the wheel alone was installed; it sees its dependencies here."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False)
    place = "Scripts" if os.name == "nt" else "bin"
    python = folder / place / "python"
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "install"]
    subprocess.run([*command, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True
    ).stdout.strip()
    # as a plain path: what is installed in place there stays unseen
    Path(packages, "dependencies.pth").write_text(sysconfig.get_path("purelib"))

    def run(*arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment["WHOLESCENE_HOME"] = str(folder / "home")
        done = subprocess.run(
            [folder / place / "wholescene", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_wheel_and_zip_have_one_version(installed, wheel, package):
    with zipfile.ZipFile(package) as archive:
        told = re.findall(r"^version=(.+)$", archive.read("wholescene_qgis/metadata.txt").decode(), re.MULTILINE)
    assert len(told) == 1
    assert installed("--version").split()[-1] == told[0] == wheel.name.split("-")[1]


def test_the_wheel_brings_all_presets_with_their_weights(installed, tmp_path):
    presets = json.loads(installed("presets", "--json"))["presets"]
    assert {preset["name"] for preset in presets} == {path.name for path in (ROOT / "models").iterdir()}
    installed("landscape", tmp_path, "--size", 128)
    installed("segment", tmp_path / "landscape.tif", "--preset", "water-lite", "--output", tmp_path / "map.tif")
    assert (tmp_path / "map.tif").is_file()


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"wholescene"}
    assert not [name for name in names if "__pycache__" in name]
    carried = {name for name in names if name.startswith("wholescene/") and name.endswith(".py")}
    source = ROOT / "engine" / "wholescene"
    assert carried == {f"wholescene/{path.relative_to(source).as_posix()}" for path in source.rglob("*.py")}
