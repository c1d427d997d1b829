"""Build a release into ``dist/``: the QGIS plugin's ZIP and the engine's wheel.

The ZIP holds the plugin, ``metadata.txt``, the licence, a copy of ``wholescene.wire``
(the only part of the engine that runs inside QGIS) and the pure-Python part of a
pinned msgpack release under ``_vendor``. The same inputs give the same bytes. A ZIP that the
plugin site would block (``package_rules.py``) is not left behind.

Both have one version, that of ``wholescene/wire/release.py``.

    python tools/package_plugin.py [--output FILE]

With ``--output`` only the ZIP is built, as that file, and nothing is checked.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # tests load this file by its path
import qm

ROOT = Path(__file__).resolve().parent.parent
NAME = "wholescene_qgis"  # the folder name inside a QGIS profile; never to be changed
PLUGIN_SUFFIXES = {".py", ".svg", ".png", ".qml"}

MSGPACK = "msgpack==1.1.2"  # the last release that runs on Python 3.9, QGIS's oldest
MSGPACK_SHA256 = "454e29e186285d2ebe65be34629fa0e8605202c60fbc7c4c650ccd41870896ef"
# one wheel for every platform: only its .py files are taken, and they are the same in all
WHEEL_TAGS = ["--platform", "manylinux2014_x86_64", "--python-version", "3.11", "--implementation", "cp"]


def main() -> int:
    """Build the ZIP that the command line asks for."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--output", type=Path, metavar="FILE", help="build only the ZIP, as this file")
    only = parser.parse_args().output
    if only is not None:
        build(only)
        return 0
    folder = ROOT / "dist"
    package = build(folder / f"{NAME}.zip")
    if subprocess.run([sys.executable, str(Path(__file__).with_name("package_rules.py")), str(package)]).returncode:
        package.unlink()
        return 1
    for output in (package, build_wheel(folder)):
        print(f"{output}  {output.stat().st_size / 1024:.0f} kB")
    return 0


def build(output: Path) -> Path:
    """Write the plugin ZIP to ``output`` and return it."""
    files = {**plugin_files(), **help_files(), **translation_files(), **wire_files(), **msgpack_files()}
    files.update(requirement_files())
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_suffix(".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", date_time=(2020, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    partial.replace(output)
    return output


def plugin_files() -> dict[str, bytes]:
    """The plugin's own files, with metadata and licence from the repository's root."""
    folder = ROOT / "qgis_plugin"
    files = {"metadata.txt": metadata(), "LICENSE": (ROOT / "LICENSE").read_bytes()}
    for path in sorted(folder.rglob("*")):
        if path.suffix in PLUGIN_SUFFIXES and path.is_file():
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


def help_files() -> dict[str, bytes]:
    """The user guide in its languages, with pictures that are there; ``tests/plugin/test_help.py`` misses others."""
    folder = ROOT / "docs"
    guides = sorted(folder.glob("user-guide*.md"))
    pictures = [name for guide in guides for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", guide.read_text("utf-8"))]
    files = {name: folder / name for name in (*(guide.name for guide in guides), *pictures)}
    return {f"help/{name}": path.read_bytes() for name, path in files.items() if path.is_file()}


def metadata() -> bytes:
    """``metadata.txt`` with the version in it."""
    text = (ROOT / "metadata.txt").read_text("utf-8")
    return text.replace("[general]\n", f"[general]\nversion={release()}\n", 1).encode("utf-8")


def release() -> str:
    """The version of engine and plugin."""
    text = (ROOT / "engine" / "wholescene" / "wire" / "release.py").read_text("utf-8")
    return re.findall(r'^RELEASE = "([^"]+)"$', text, flags=re.MULTILINE)[0]


def translation_files() -> dict[str, bytes]:
    """The plugin's languages, compiled for Qt."""
    return {f"i18n/{path.stem}.qm": qm.compiled(path) for path in sorted((ROOT / "qgis_plugin" / "i18n").glob("*.ts"))}


def wire_files() -> dict[str, bytes]:
    """``wholescene.wire``, unchanged; it finds msgpack under ``_vendor``."""
    folder = ROOT / "engine" / "wholescene" / "wire"
    return {f"wire/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in sorted(folder.rglob("*.py"))}


def requirement_files() -> dict[str, bytes]:
    """The engine's pinned packages, which the panel installs."""
    return {"engine/requirements.txt": (ROOT / "requirements" / "engine.txt").read_bytes()}


def msgpack_files() -> dict[str, bytes]:
    """The Python files of the pinned msgpack release and its licence."""
    files = {"_vendor/__init__.py": b'"""Third-party Python code, unchanged, each with its licence."""\n'}
    with zipfile.ZipFile(_msgpack_wheel()) as wheel:
        for name in wheel.namelist():
            if name.startswith("msgpack/") and name.endswith(".py"):
                files[f"_vendor/{name}"] = wheel.read(name)
            elif name.endswith("/licenses/COPYING"):
                files["_vendor/msgpack/COPYING"] = wheel.read(name)
    return files


def build_wheel(folder: Path) -> Path:
    """Build the engine's wheel, with presets and models in it, into ``folder`` and return it; others of it go."""
    for old in folder.glob("wholescene-*.whl"):
        old.unlink()
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    return next(folder.glob(f"wholescene-{release()}-*.whl"))


def _msgpack_wheel() -> Path:
    cache = ROOT / "build" / "vendor"
    for wheel in cache.glob("msgpack-*.whl"):
        if hashlib.sha256(wheel.read_bytes()).hexdigest() == MSGPACK_SHA256:
            return wheel
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder, "pinned.txt")
        pinned.write_text(f"{MSGPACK} --hash=sha256:{MSGPACK_SHA256}\n")
        options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", *WHEEL_TAGS, "--dest", str(cache)]
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *options, "-r", str(pinned)], check=True)
    return next(cache.glob("msgpack-*.whl"))


if __name__ == "__main__":
    sys.exit(main())
