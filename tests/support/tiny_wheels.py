"""Small wheels that are real: pip resolves, downloads and installs them."""

import base64
import hashlib
import zipfile

# an engine as far as an installation looks at it
CLI = """
import json, os, sys
from pathlib import Path
command = sys.argv[1]
if command == "doctor":
    status = "{doctor}"
    findings = [dict(topic="torch", finding="it does not load", status=status, follows="")]
    print(json.dumps(dict(status_line="", findings=findings)))
    sys.exit(int(status == "problem"))
if command == "register":
    path = Path(os.environ["WHOLESCENE_HOME"], "data", "installation.json")
    path.write_text(json.dumps(dict(python=sys.executable, version="{version}")))
"""


def write_wheel(folder, name, version, files=None, requires=(), tag="py3-none-any"):
    """Write ``name-version-tag.whl`` with these files ({path: text}) and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {needed}\n" for needed in requires)
    contents = {
        **(files or {f"{module}/__init__.py": f'__version__ = "{version}"\n'}),
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = [f"{path},sha256={_digest(text)},{len(text.encode())}" for path, text in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    path = folder / f"{module}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name_inside, text in contents.items():
            wheel.writestr(name_inside, text)
    return path


def write_engine(folder, version, doctor="ok", says=None, ballast=0):
    """Write the wheel of an engine; ``says`` is the version that it claims, ``ballast`` bytes make it larger."""
    files = {
        "wholescene/__init__.py": f'__version__ = "{says or version}"\n',
        "wholescene/cli.py": CLI.replace("{doctor}", doctor).replace("{version}", version),
        "wholescene/ballast.txt": "x" * ballast,
    }
    return write_wheel(folder, "wholescene", version, files, requires=["tinypackage"])


def _digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
