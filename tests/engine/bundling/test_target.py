"""What a Python says of itself on another machine, held against pip and against the Python that runs here."""

import platform
import re
import subprocess
import sys

import pytest
from packaging.markers import Marker, default_environment
from packaging.tags import Tag, sys_tags

from wholescene.bundling.target import Target
from wholescene.wire.pythons import STANDALONE, this_platform


def tags_of_pip(target):
    """The tags that pip takes wheels of when it is told these platforms."""
    options = [f"--platform={tag}" for tag in target.platform_tags]
    command = [sys.executable, "-m", "pip", "debug", "--verbose", "--implementation=cp", *options]
    told = subprocess.run(
        [*command, f"--python-version={target.python}"], capture_output=True, text=True, check=True
    ).stdout
    listed = told[told.index("Compatible tags") :]
    return {Tag(*line.strip().split("-")) for line in listed.splitlines()[1:] if re.fullmatch(r"\s*\w+-\w+-\w+", line)}


@pytest.mark.parametrize("name", STANDALONE)
def test_wheels_that_pip_would_take_and_no_others(name):
    target = Target(name, "3.12")
    of_pip = {tag for tag in tags_of_pip(target) if not tag.platform.endswith(("fat32", "fat3"))}  # of PowerPC's times
    assert {tag for tag in target.tags if not tag.platform.endswith(("fat32", "fat3"))} == of_pip


def test_on_this_machine_it_is_what_this_python_says():
    here = Target(this_platform(), platform.python_version())
    told = default_environment()
    assert {key: here.environment[key] for key in told if key not in ("platform_release", "platform_version")} == {
        key: value for key, value in told.items() if key not in ("platform_release", "platform_version")
    }
    assert here.tags <= set(sys_tags())


@pytest.mark.parametrize(
    ("name", "marker", "needed"),
    [
        ("windows-x86_64", 'sys_platform == "win32"', True),
        ("windows-x86_64", 'platform_machine == "AMD64" and os_name == "nt"', True),
        ("linux-x86_64", 'sys_platform == "win32"', False),
        ("linux-aarch64", 'platform_machine == "aarch64"', True),
        ("macos-arm64", 'platform_system == "Darwin" and platform_machine == "arm64"', True),
        ("macos-arm64", 'platform_system == "Linux"', False),
        ("linux-x86_64", 'python_version < "3.11"', False),
        ("linux-x86_64", 'python_full_version >= "3.12.4"', True),
        ("linux-x86_64", 'extra == "training"', False),
        ("linux-x86_64", 'implementation_name == "cpython"', True),
    ],
)
def test_markers_are_evaluated_for_there(name, marker, needed):
    assert Target(name, "3.12.14").needs(Marker(marker)) is needed


def test_an_extra_counts_where_it_is_asked_for():
    assert Target("linux-x86_64", "3.12").needs(Marker('extra == "training"'), "training")
