"""The program's source as the architecture tests see it: files, packages and what each file imports.

It refuses to know which imports are allowed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "reconciler"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, wherever in the file the import stands: in functions and for types only too."""

    module: str
    line: int


@cache
def source_files() -> tuple[Path, ...]:
    """Every Python file of the program, relative to the root."""
    return tuple(sorted(path.relative_to(ROOT) for path in PROGRAM.rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse((ROOT / path).read_text("utf-8"), str(path))


def package(path: Path) -> str:
    """The package of the program that a file lies in, empty for the program's own files."""
    return path.parts[1] if len(path.parts) > 2 else ""


def module(path: Path) -> str:
    """A file's dotted module name."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, `from package import module` as the module it means."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            name = node.module or ""
            if node.level:
                above = module(path).split(".") if path.name == "__init__.py" else module(path).split(".")[:-1]
                above = above[: len(above) - node.level + 1]
                name = ".".join([*above, name] if name else above)
            for alias in node.names:
                yield Import(f"{name}.{alias.name}" if _is_module(f"{name}.{alias.name}") else name, node.lineno)
        elif _is_dynamic_import(node):
            text = _constant_start(node.args[0]) if node.args else ""
            if text:
                yield Import(text, node.lineno)


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def _is_dynamic_import(node: ast.AST) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return called in ("import_module", "__import__")


def _constant_start(node: ast.expr) -> str:
    """The text that a module's name is known to start with."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value.rstrip(".") if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
