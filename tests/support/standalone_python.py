"""A standalone Python as python-build-standalone makes them, out of the Python that runs the tests.

The archive holds a folder ``python`` that runs from wherever it is unpacked to: interpreter, its shared library if it
has one, and the standard library without packages. Linux only.
"""

import gzip
import os
import platform
import shutil
import sys
import sysconfig
import tarfile
from pathlib import Path

MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
LEFT_OUT = {
    "site-packages",
    "dist-packages",
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "lib2to3",
    "__pycache__",
}


def standalone_python(folder: Path) -> Path:
    """Make the archive in ``folder``; its path."""
    root = folder / "tree" / "python"
    (root / "bin").mkdir(parents=True)
    interpreter = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
    shutil.copy2(interpreter, root / "bin" / f"python{MINOR}")
    for name in ("python3", "python"):
        (root / "bin" / name).symlink_to(f"python{MINOR}")
    library = Path(sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix}))
    shutil.copytree(
        library, root / "lib" / f"python{MINOR}", symlinks=False, ignore=_left_out, ignore_dangling_symlinks=True
    )
    _bring_shared_library(root)
    header = Path(sysconfig.get_path("include", vars={"installed_base": sys.base_prefix}), "patchlevel.h")
    target = root / "include" / f"python{MINOR}" / "patchlevel.h"
    target.parent.mkdir(parents=True)
    # installations without headers lack it; those of python-build-standalone have it
    target.write_text(header.read_text() if header.is_file() else f'#define PY_VERSION "{platform.python_version()}"\n')
    archive = folder / f"cpython-{platform.python_version()}-tests-install_only.tar.gz"
    with gzip.open(archive, "wb", compresslevel=1) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        tar.add(root, arcname="python")
    shutil.rmtree(folder / "tree")
    return archive


def _left_out(folder, names):
    return {name for name in names if name in LEFT_OUT or name.startswith("config-")}


def _bring_shared_library(root: Path) -> None:
    """Beside ``bin``, and found there: where the interpreter names the folder it was built for, it names this one."""
    if not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return
    place = sysconfig.get_config_var("LIBDIR")
    for library in Path(place).glob(f"libpython{MINOR}*.so*"):
        shutil.copy2(library, root / "lib" / library.name)
    interpreter = root / "bin" / f"python{MINOR}"
    data, here = interpreter.read_bytes(), b"$ORIGIN/../lib"
    before = place.encode() + b"\0"
    if before in data and len(here) < len(before):
        interpreter.write_bytes(data.replace(before, here.ljust(len(before), b"\0")))
