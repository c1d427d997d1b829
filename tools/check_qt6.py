"""Check that every Qt name the plugin uses exists in Qt 6, spelled as there (QGIS 4).

    python -m venv qt6 && qt6/bin/pip install PyQt6 && qt6/bin/python tools/check_qt6.py

Reads the code without running it: attribute chains on what is imported from qgis.PyQt
are looked up in PyQt6. ``compat.py``, where the differences live, is left out.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

PLUGIN = Path(__file__).resolve().parent.parent / "qgis_plugin"
PREFIX = "qgis.PyQt."


def main() -> int:
    """Print each name that Qt 6 does not have; 1 if there is any."""
    findings = [finding for path in sorted(PLUGIN.rglob("*.py")) if path.name != "compat.py" for finding in check(path)]
    print("\n".join(findings) or "every Qt name exists in Qt 6")
    return 1 if findings else 0


def check(path: Path) -> list[str]:
    """``file:line: name`` of what PyQt6 lacks."""
    tree = ast.parse(path.read_text("utf-8"))
    imported, findings = imported_names(tree)
    for line, chain in attribute_chains(tree):
        if chain[0] in imported and not resolves(imported[chain[0]], chain[1:]):
            findings.append((line, ".".join(chain)))
    return [f"{path.name}:{line}: {name}" for line, name in sorted(set(findings))]


def imported_names(tree: ast.AST) -> tuple[dict[str, object], list[tuple[int, str]]]:
    """Qt objects by the name they have in the module, and those that PyQt6 has not."""
    imported: dict[str, object] = {}
    missing: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PREFIX):
            module = importlib.import_module("PyQt6." + node.module[len(PREFIX) :])
            for alias in node.names:
                if hasattr(module, alias.name):
                    imported[alias.asname or alias.name] = getattr(module, alias.name)
                else:
                    missing.append((node.lineno, f"{node.module}.{alias.name}"))
    return imported, missing


def attribute_chains(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """``a.b.c`` as ["a", "b", "c"], with its line."""
    for node in ast.walk(tree):
        chain: list[str] = []
        part = node
        while isinstance(part, ast.Attribute):
            chain.insert(0, part.attr)
            part = part.value
        if chain and isinstance(part, ast.Name):
            yield node.lineno, [part.id, *chain]


def resolves(value: object, names: list[str]) -> bool:
    """Whether the attributes exist one below the other, as far as classes go."""
    for name in names:
        if not hasattr(value, name):
            return False
        value = getattr(value, name)
        if not isinstance(value, type):
            return True  # a method or an enum's value: what follows belongs to an instance
    return True


if __name__ == "__main__":
    sys.exit(main())
