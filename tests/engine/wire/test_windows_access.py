"""Who may open a file on Windows: what is asked of its functions. Windows itself is not here."""

import ctypes
import json
from pathlib import Path

import pytest

from wholescene.wire import connection, windows_access
from wholescene.wire.errors import ConnectionFileInvalid

INFO = connection.ConnectionInfo("tcp://127.0.0.1:5555", "ab" * 32, 4711, 1, "0.1.0")
# as Windows documents them: https://learn.microsoft.com/windows/win32/secauthz/ace-strings
DACL_SECURITY_INFORMATION = 4
PROTECTED, ALLOW_FILE_ALL_TO_OWNER = "D:P", "(A;;FA;;;OW)"


class Windows:
    """Stands for advapi32 and kernel32: writes down what is asked, and says whether it worked."""

    def __init__(self, makes=1, sets=1):
        self.makes, self.sets, self.asked = makes, sets, []

    def __call__(self, name):
        self.asked.append(name)
        return self

    def ConvertStringSecurityDescriptorToSecurityDescriptorW(self, text, revision, descriptor, size):
        self.asked.append(("describe", text.value, revision.value, size))
        descriptor._obj.value = 4242
        return self.makes

    def SetFileSecurityW(self, path, what, descriptor):
        self.asked.append(("set", path.value, what.value, descriptor.value))
        return self.sets

    def LocalFree(self, descriptor):
        self.asked.append(("free", descriptor.value))


def test_the_list_names_the_owner_alone_and_takes_nothing_over():
    windows = Windows()
    windows_access.owner_only("C:\\x\\engine.json", windows)
    assert windows.asked == [
        "advapi32",
        "kernel32",
        ("describe", PROTECTED + ALLOW_FILE_ALL_TO_OWNER, 1, None),
        ("set", "C:\\x\\engine.json", DACL_SECURITY_INFORMATION, 4242),
        ("free", 4242),
    ]


@pytest.mark.parametrize(("windows", "freed"), [(Windows(makes=0), False), (Windows(sets=0), True)])
def test_a_refusal_is_an_error_and_nothing_leaks(windows, freed, monkeypatch):
    monkeypatch.setattr(ctypes, "get_last_error", lambda: 5, raising=False)
    monkeypatch.setattr(ctypes, "FormatError", lambda _number: "Access is denied.", raising=False)
    with pytest.raises(OSError, match="Access is denied"):
        windows_access.owner_only("C:\\x", windows)
    assert (("free", 4242) in windows.asked) == freed


def test_the_key_is_written_into_a_file_that_is_private_already(tmp_path, monkeypatch):
    found = []
    monkeypatch.setattr(connection, "_POSIX", False)
    monkeypatch.setattr(windows_access, "owner_only", lambda path: found.append(Path(path).read_text()))
    path = connection.write_connection(INFO, tmp_path / "engine.json")
    assert found == [""]
    assert json.loads(path.read_text())["key"] == INFO.key


def test_a_file_that_cannot_be_made_private_is_not_written(tmp_path, monkeypatch):
    def refuse(path):
        raise OSError(5, "access could not be kept to its owner: Access is denied", path)

    monkeypatch.setattr(connection, "_POSIX", False)
    monkeypatch.setattr(windows_access, "owner_only", refuse)
    with pytest.raises(ConnectionFileInvalid, match="Access is denied"):
        connection.write_connection(INFO, tmp_path / "engine.json")
    assert list(tmp_path.iterdir()) == []


def test_the_file_that_names_the_engine_for_qgis_holds_no_key(tmp_path, monkeypatch):
    """Others may read it, and an access list that fails must not keep it from being written."""
    monkeypatch.setattr(connection, "_POSIX", False)
    monkeypatch.setattr(windows_access, "owner_only", lambda path: pytest.fail("it was asked for"))
    assert connection.write_installation("C:\\python.exe", "0.1.0", tmp_path / "installation.json").is_file()
