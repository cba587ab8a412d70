"""The shape of the code, read from the code itself."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source_files import PROGRAM, ROOT, imports, package, source_files, tree

FLOORS = {
    "core": 0,
    "kinds": 1,
    "manifest": 2,
    "zendesk": 2,
    "store": 2,
    "render": 2,
    "secrets": 2,
    "engine": 3,
    "cli": 4,
}
ASIDE = "emulator"
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base", "mock", "fake"}


def _is_allowed(importer: str, imported: str) -> bool:
    """Whether a file of one package may import from another; an empty name is the program's own top."""
    if imported in ("", importer):
        return True
    if importer == ASIDE:
        return False
    if imported == ASIDE:
        return importer == "cli"
    if importer == "":
        return imported == "cli"
    return FLOORS[imported] < FLOORS[importer]


def _own_package(name: str) -> str | None:
    """The program's package that a module belongs to; None for other people's modules."""
    parts = name.split(".")
    if parts[0] != "reconciler":
        return None
    return parts[1] if len(parts) > 1 and (PROGRAM / parts[1]).is_dir() else ""


def test_there_are_no_other_packages_than_the_named_ones() -> None:
    packages = {
        path.name
        for path in PROGRAM.iterdir()
        if path.is_dir() and path.name != "__pycache__" and any(path.rglob("*.py"))
    }
    assert {*FLOORS, ASIDE} == packages


def test_the_packages_have_no_packages_of_their_own() -> None:
    assert [] == [str(path) for path in source_files() if len(path.parts) > 3]


def test_the_program_itself_holds_two_files() -> None:
    assert ["__init__.py", "__main__.py"] == sorted(path.name for path in source_files() if len(path.parts) == 2)


@pytest.mark.parametrize("importer", [*FLOORS, ASIDE, ""])
def test_imports_only_point_down(importer: str) -> None:
    upward = [
        f"{path}:{each.line} imports {each.module}"
        for path in source_files()
        if package(path) == importer
        for each in imports(path)
        if (imported := _own_package(each.module)) is not None and not _is_allowed(importer, imported)
    ]
    assert [] == upward


def test_the_core_imports_nothing_but_the_standard_library() -> None:
    foreign = [
        f"{path}:{each.line} imports {each.module}"
        for path in source_files()
        if package(path) == "core"
        for each in imports(path)
        if each.module.split(".")[0] not in {*sys.stdlib_module_names, "reconciler"}
    ]
    assert [] == foreign


CLOCKS_AND_THE_WORLD = {
    "datetime",
    "time",
    "random",
    "secrets",
    "uuid",
    "os",
    "io",
    "socket",
    "subprocess",
    "tempfile",
    "shutil",
    "threading",
    "logging",
}


def test_the_core_has_no_clock_no_randomness_and_no_input_or_output() -> None:
    worldly = [
        f"{path}:{each.line} imports {each.module}"
        for path in source_files()
        if package(path) == "core"
        for each in imports(path)
        if each.module.split(".")[0] in CLOCKS_AND_THE_WORLD
    ]
    assert [] == worldly


def test_only_one_package_is_an_http_client() -> None:
    clients = {"httpx", "httpcore", "requests", "urllib3", "http.client", "urllib.request"}
    found = {
        str(path)
        for path in source_files()
        for each in imports(path)
        if package(path) != "zendesk" and any(f"{each.module}.".startswith(f"{client}.") for client in clients)
    }
    assert set() == found


def test_the_emulator_imports_nothing_of_ours_and_only_the_command_line_imports_it() -> None:
    importers = {
        package(path)
        for path in source_files()
        for each in imports(path)
        if _own_package(each.module) == ASIDE and package(path) != ASIDE
    }
    assert importers <= {"cli"}
    own = {_own_package(each.module) for path in source_files() if package(path) == ASIDE for each in imports(path)} - {
        None
    }
    assert {ASIDE} == own


@pytest.mark.parametrize(
    "path", [path for path in source_files() if package(path) == "kinds" and not path.name.startswith("_")], ids=str
)
def test_a_kind_is_one_file_of_its_name(path: Path) -> None:
    kind = importlib.import_module(f"reconciler.kinds.{path.stem}").KIND
    assert path.stem == kind.name


def test_only_the_command_line_prints() -> None:
    printing = [
        f"{path}:{node.lineno}"
        for path in source_files()
        if package(path) != "cli"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in ("print", "echo", "secho"))
            or (isinstance(node.func, ast.Attribute) and node.func.attr in ("echo", "secho"))
            or ast.unparse(node.func) in ("sys.stdout.write", "sys.stderr.write")
        )
    ]
    assert [] == printing


def test_no_module_has_a_name_that_says_nothing() -> None:
    everywhere = [*PROGRAM.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    named = [str(path.relative_to(ROOT)) for path in everywhere if set(path.stem.split("_")) & FORBIDDEN_NAMES]
    assert [] == named


def test_every_module_says_what_it_is_for() -> None:
    assert [] == [str(path) for path in source_files() if not ast.get_docstring(tree(path))]


def _loaded_by(*arguments: str) -> set[str]:
    """The modules that are loaded when a command line has ended well, in a process of its own."""
    program = (
        "import sys\n"
        "from reconciler.cli.main import run\n"
        f"code = run({list(arguments)!r})\n"
        "sys.stderr.write('\\n'.join(sys.modules))\n"
        "sys.exit(code)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert 0 == ended.returncode, ended.stdout + ended.stderr
    return set(ended.stderr.split("\n"))


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (("--help",), {"httpx", "pydantic", "jsonschema", "jsonschema_rs", "deepdiff", "yaml", "starlette"}),
        (("--version",), {"httpx", "pydantic", "jsonschema", "jsonschema_rs", "deepdiff", "yaml", "starlette"}),
        (("plan", "--help"), {"httpx", "pydantic", "jsonschema", "jsonschema_rs", "deepdiff", "yaml", "starlette"}),
        (("apply", "--help"), {"httpx", "pydantic", "jsonschema", "jsonschema_rs", "deepdiff", "yaml", "starlette"}),
        (("validate",), {"httpx", "deepdiff", "jsonschema", "starlette", "uvicorn"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_command_loads_only_what_it_needs(arguments: tuple[str, ...], heavy: set[str]) -> None:
    assert set() == _loaded_by(*arguments) & heavy
