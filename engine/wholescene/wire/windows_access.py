"""Who may open a file on Windows: its owner and nobody else, whatever its folder would hand down to it.

By Windows' own functions: a program such as icacls would have to be found, and would open a console window.
"""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Optional

# an access list that takes nothing over from the folder (P) and gives all rights (FA) to the file's owner (OW)
OWNER_ONLY = "D:P(A;;FA;;;OW)"
SDDL_REVISION = 1
DACL_INFORMATION = 0x4  # DACL_SECURITY_INFORMATION: the list is what is to be set, not the owner

Library = Callable[[str], Any]  # what opens a DLL by its name


def owner_only(path: str, library: Optional[Library] = None) -> None:
    """Let nobody but its owner open ``path``; raises OSError with what Windows says."""
    library = library or _windows_library
    security, kernel = library("advapi32"), library("kernel32")
    descriptor = ctypes.c_void_p()
    made = security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
        ctypes.c_wchar_p(OWNER_ONLY), ctypes.c_ulong(SDDL_REVISION), ctypes.byref(descriptor), None
    )
    _require(made, path)
    try:
        _require(security.SetFileSecurityW(ctypes.c_wchar_p(path), ctypes.c_ulong(DACL_INFORMATION), descriptor), path)
    finally:
        kernel.LocalFree(descriptor)


def _require(succeeded: int, path: str) -> None:
    if not succeeded:
        number = int(getattr(ctypes, "get_last_error", lambda: 0)())
        told = str(getattr(ctypes, "FormatError", lambda _number: "unknown")(number)).strip().rstrip(".")
        raise OSError(number, f"access could not be kept to its owner: {told}", path)


def _windows_library(name: str) -> Any:
    return getattr(ctypes, "WinDLL")(name, use_last_error=True)  # noqa: B009 (only Windows has it)
