"""The report for somebody who helps: what runs here, and what went wrong, without names and keys."""

from __future__ import annotations

import configparser
import contextlib
import os
import platform
from pathlib import Path
from typing import Any, List, Mapping

from osgeo import gdal
from qgis.core import Qgis, QgsSettings
from qgis.PyQt.QtCore import PYQT_VERSION_STR, QLocale, QSysInfo, qVersion

from ..wire.connection import connection_file, data_dir, read_connection
from ..wire.errors import OutputUnwritable, WholeSceneError
from ..wire.release import RELEASE
from ..wire.report import Section, log_sections, report_text
from . import told_errors
from .command import run_for_json
from .errand import GoingOn
from .installation import PYTHON_VARIABLE, engine_python

SETTINGS = "wholescene"  # the group of the plugin's settings
LEFT_OUT = ("jobs",)  # of these: layers and paths of all jobs, which help nobody
LONGEST = 500  # characters of one setting
VARIABLES = ("WHOLESCENE_HOME", "WHOLESCENE_PRESETS", "WHOLESCENE_SCRATCH", PYTHON_VARIABLE, "CUDA_VISIBLE_DEVICES")


def facts(engine: str, hello: Mapping[str, Any]) -> List[Section]:
    """What QGIS's own thread knows; ``engine`` is the line at the foot of the panel, ``hello`` what the engine said.

    In English: it is for whoever helps.
    """
    errors = told_errors.last() or ["none in this session of QGIS"]
    return [
        ("Versions", "\n".join(_versions())),
        ("Engine", "\n".join([engine, *_engine(hello)])),
        ("Settings", "\n".join(_settings())),
        ("Last errors shown", "\n".join(errors)),
    ]


def complete(known: List[Section], going_on: GoingOn) -> str:
    """The report: what is known, what ``wholescene doctor`` says, and the ends of the logs. It may take seconds."""
    return report_text([*known, ("wholescene doctor", _doctor(going_on)), *log_sections()])


def _versions() -> List[str]:
    return [
        f"plugin {_plugin_version()} (release {RELEASE})",
        f"QGIS {Qgis.QGIS_VERSION}, Qt {qVersion()}, PyQt {PYQT_VERSION_STR}, Python {platform.python_version()}",
        f"GDAL {gdal.__version__}",
        f"{QSysInfo.prettyProductName()}, {QSysInfo.currentCpuArchitecture()}",
        f"locale {QLocale().name()}",
    ]


def _plugin_version() -> str:
    """As the ZIP's metadata.txt has it."""
    metadata = configparser.ConfigParser(interpolation=None)
    try:
        metadata.read(Path(__file__).resolve().parents[1] / "metadata.txt", encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return "unknown"
    return metadata.get("general", "version", fallback="unknown")


def _engine(hello: Mapping[str, Any]) -> List[str]:
    """Where it is and what it said of itself; the key of its connection is never looked at."""
    told = [f"{key}: {hello[key]}" for key in ("version", "protocol", "machine") if key in hello]
    try:
        told.append(f"Python: {engine_python()}")
    except WholeSceneError as problem:
        told.append(f"Python: {problem}")
    try:
        info = read_connection()
        told.append(f"connection file: {connection_file()} ({info.endpoint}, process {info.pid}, {info.version})")
    except WholeSceneError as problem:
        told.append(f"connection file: {problem}")
    told.append(f"data folder: {data_dir()}")
    return told


def _settings() -> List[str]:
    """The plugin's settings, the variables that change what the engine does, and QGIS's proxy without its password."""
    settings = QgsSettings()
    settings.beginGroup(SETTINGS)
    keys = [key for key in sorted(settings.allKeys()) if key.split("/")[0] not in LEFT_OUT]
    told = [f"{SETTINGS}/{key} = {str(settings.value(key))[:LONGEST]}" for key in keys]
    settings.endGroup()
    proxy = str(settings.value("proxy/proxyEnabled", False)).lower() == "true"
    kind = settings.value("proxy/proxyType", "") if proxy else "none"
    variables = [f"{name} = {os.environ[name]}" for name in VARIABLES if name in os.environ]
    return [*told, *variables, f"proxy of QGIS: {kind}"]


def _doctor(going_on: GoingOn) -> str:
    """What it finds, or why it cannot be asked."""
    try:
        told = run_for_json(["doctor", "--json"], lambda: not going_on())
    except WholeSceneError as problem:
        return str(problem)
    lines = [str(told.get("status_line", ""))]
    for finding in told.get("findings", []):
        lines.append(f"[{finding.get('status')}] {finding.get('topic')}: {finding.get('finding')}")
        lines += [f"  {line}" for line in str(finding.get("follows") or "").splitlines()]
    return "\n".join(lines)


def write(report: str, path: str) -> None:
    """Write a report to a file, whole or not at all; raises OutputUnwritable."""
    part = Path(f"{path}.part")
    try:
        part.write_text(report, encoding="utf-8")
        os.replace(part, path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            part.unlink()
        raise OutputUnwritable(path=path, detail=problem.strerror or str(problem)) from None
