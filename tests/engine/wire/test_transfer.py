"""Names of files that travel: plain on every system, whatever a hostile client says."""

import ntpath
import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wholescene.wire.errors import RemoteName
from wholescene.wire.transfer import check_name, is_set, plain_name

HOSTILE = [
    "",
    ".",
    "..",
    "../scene.tif",
    "a/b.tif",
    "/etc/passwd",
    "..\\scene.tif",
    "C:\\scene.tif",
    "C:scene.tif",
    "scene.tif:stream",
    "scene\0.tif",
    "scene\n.tif",
    "scene?.tif",
    "scene*.tif",
    ".set.json",
    " scene.tif",
    "scene.tif ",
    "scene.tif.",
    "scene.tif.part",
    "scene.tif.PART",
    "con",
    "CON.tif",
    "nul.aux.xml",
    "nul .tif",
    "com1.tif",
    "LPT9",
    "com¹.tif",
    "conin$",
    "scene\udc80.tif",
    "s" * 201,
    "ß" * 101,
]
PLAIN = ["scene.tif", "Szene 1 (Süd).tif", "a", "s" * 200, "console.tif", "com10.tif", "scene.part.tif", "北京.jp2"]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_plain_name_is_refused(name):
    with pytest.raises(RemoteName) as refused:
        check_name(name)
    refused.value.message.encode()  # it can be sent


@pytest.mark.parametrize("name", PLAIN)
def test_plain_names_stay_as_they_are(name):
    assert check_name(name) == name
    assert plain_name(name) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_any_file_gets_a_plain_name(name):
    check_name(plain_name(name))


def test_a_new_name_keeps_the_ending_that_drivers_look_at():
    assert plain_name("12:30 scene?.tif") == "12_30 scene_.tif"
    assert plain_name("aux.tif") == "_aux.tif"
    assert plain_name("ß" * 300 + ".tif") == "ß" * 98 + ".tif"


@given(st.text(max_size=300))
def test_no_text_leads_out_of_the_folder(text):
    name = plain_name(text)
    assert check_name(name) == name
    for system in (posixpath, ntpath):
        assert system.basename(name) == name
        assert system.normpath(system.join("a", name)) == system.join("a", name)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("0123456789abcdef", True),
        ("f" * 64, True),
        ("0" * 15, False),
        ("0" * 65, False),
        ("ABCDEF0123456789", False),
        ("../../../../../..", False),
        ("0123456789abcdef\n", False),
        ("٠" * 16, False),
        (b"0123456789abcdef", False),
        (None, False),
    ],
)
def test_sets_are_hexadecimal_digits(text, fits):
    assert is_set(text) is fits
