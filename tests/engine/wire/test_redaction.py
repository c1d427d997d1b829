"""What is taken out of reports: everything that tells who and where somebody is, and every key."""

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wholescene.wire.redaction import Whose, of_this_account, redacted

NOBODY = Whose((), (), ())
ADA = Whose(("/home/ada", "C:\\Users\\Ada L"), ("ada",), ("gauss.example.org", "gauss"))
KEY = "0123456789abcdef" * 4
WORDS = st.text(string.ascii_letters + string.digits + " \t\n/\\:.,;=\"'()[]{}<>-_~&?@#%é", max_size=40)
HEX = st.text("0123456789abcdefABCDEF", min_size=32, max_size=128)


@given(before=WORDS, key=HEX, after=WORDS)
@example(before="x", key="A" * 32, after="y")
def test_no_key_survives_whatever_stands_around_it(before, key, after):
    assert key not in redacted(before + key + after, NOBODY)


@settings(max_examples=40)
@given(before=WORDS, after=WORDS, home=st.from_regex(r"/[a-z]{3,9}/[A-Za-z0-9 ._-]{1,12}", fullmatch=True))
@example(before="/var", home="/srv/ada", after="x")
def test_no_home_survives_whatever_stands_around_it(before, after, home):
    assert home not in redacted(before + home + after, Whose((home,), (), ()))


@given(WORDS, HEX)
def test_twice_is_as_good_as_once(text, key):
    once = redacted(f"{text} {key} password={text}", ADA)
    assert redacted(once, ADA) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/ada/data/s.tif", "~/data/s.tif"),
        ("/home/grace/x and /Users/grace/x", "~/x and ~/x"),
        ('{"path": "C:\\\\Users\\\\Grace\\\\x"}', '{"path": "~\\\\x"}'),
        ("c:\\users\\ada l\\AppData", "~\\AppData"),
        ("C:/Users/Grace/x", "~/x"),
        (f"key {KEY}.", "key <key>."),
        (f'"key": "{KEY}"', '"key": <key>'),
        ("password=hunter2 token: abc&x=1", "password=<key> token: <key>&x=1"),
        ("passphrase='two words'", "passphrase=<key>"),
        ("Authorization: Bearer abc.def", "Authorization: <key>"),
        ("Proxy-Authorization: Basic YWRhOnB3", "Proxy-Authorization: <key>"),
        ("http://ada:hunter2@proxy.example.org:3128/", "http://<key>@proxy.example.org:3128/"),
        ("https://x.org/t?access_token=abc&zoom=3", "https://x.org/t?access_token=<key>&zoom=3"),
        ("https://x.org/?sig=ab%2Fc&se=2", "https://x.org/?sig=<key>&se=2"),
        ("server_key=rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", "server_key=<key>"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "<key>"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\nx", "<key>\nx"),
        ("write to ada.lovelace@example.org", "write to <user>"),
        ("ssh ada@gauss", "ssh <user>"),
        ("at 192.168.17.4:5555", "at <host>:5555"),
        ("tcp://[2001:db8::8a2e:370:7334]:5555", "tcp://[<host>]:5555"),
        ("fe80::1ff:fe23:4567:890a%eth0 and 2001:0db8:0:0:0:8a2e:0370:7334", "<host> and <host>"),
        ("ether 52:54:00:6b:3c:58, 52-54-00-6B-3C-58", "ether <host>, <host>"),
        ("on gauss and Gauss.example.org", "on <host> and <host>"),
        ("of ADA, not of adamant", "of <user>, not of adamant"),
    ],
)
def test_what_stands_in_reports(text, expected):
    assert redacted(text, ADA) == expected


@pytest.mark.parametrize(
    "text",
    [
        "QGIS 3.22.16-Białowieża, Qt 5.15.8, Python 3.11.2",
        "tcp://127.0.0.1:49152 of localhost",
        "tcp://[::1]:49152, at 12:34:56 on 2026-11-22",
        "std::string and c10::Error in at::native",
        "[ok] memory: 11.6 GB of 25.3 GB free",
        "job 0011223344556677 took 12.5 s",
        "the preset 'water-lite' needs the bands red, green, blue",
        "/usr/lib/python3/dist-packages/osgeo/gdal.py, line 4005",
        "torch 2.13.0+cpu (CPU build), AVX512, bf16, AMX",
        "WHOLESCENE_SCRATCH = /data/scratch",
    ],
)
def test_what_helps_stays(text):
    assert redacted(text, ADA) == text


def test_this_account_is_known(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "ada"))
    monkeypatch.setenv("USER", "ada-of-these-tests")
    told = redacted(f"{tmp_path}/ada/x by ada-of-these-tests", of_this_account())
    assert told == "~/x by <user>"


def test_a_hostile_log_does_not_hold_it_up():
    """Long runs of what rules begin with; a rule that tried all their parts would take minutes."""
    for run in ("a.", "_-", "A", "a", "key", "=", "a+", "://", "\\", "1.", "-----BEGIN "):
        redacted(run * (65_536 // len(run)), ADA)
