"""The one exit of text: what is printed passes the redactor, data goes to stdout and talk to stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.text import visible
from reconciler.secrets.redactor import Redactor

if TYPE_CHECKING:
    from reconciler.render.screen import Screen

_REDACTOR = Redactor()


def shared_redactor() -> Redactor:
    """The redactor of this process: whatever resolves a secret teaches it."""
    return _REDACTOR


_CURRENT: list[Console] = []


def current_console() -> Console:
    """The console of the command that runs, or one of this process where none got so far."""
    return _CURRENT[-1] if _CURRENT else Console.of_process()


def use_console(console: Console | None) -> None:
    """From now on that console is the current one; None: there is none."""
    _CURRENT[:] = [console] if console else []


@dataclass(slots=True)
class Console:
    """Where text leaves the program. `verbosity` is -1 for quiet, 0, or higher for more."""

    out: TextIO
    err: TextIO
    root: Path
    colour: bool = False
    error_colour: bool = False
    width: int = 120
    verbosity: int = 0
    redactor: Redactor = field(default_factory=shared_redactor)
    _shown_lines: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of_process(cls, root: Path | None = None, color: str = "auto", verbosity: int = 0) -> Console:
        """The console of this process, with colour and width as its environment asks for."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")
        return cls(
            sys.stdout,
            sys.stderr,
            root or Path.cwd(),
            wants_colour(color, sys.stdout.isatty(), os.environ),
            wants_colour(color, sys.stderr.isatty(), os.environ),
            output_width(sys.stdout.isatty(), os.environ),
            verbosity,
        )

    @property
    def is_ascii(self) -> bool:
        """Whether stdout cannot show more than ASCII."""
        encoding = (getattr(self.out, "encoding", None) or "utf-8").lower().replace("-", "")
        return not encoding.startswith("utf")

    def screen(self) -> Screen:
        """An empty screen for text that goes to stdout."""
        from reconciler.render.screen import Screen

        return Screen(colour=self.colour, width=self.width, ascii_only=self.is_ascii)

    def data(self, text: str) -> None:
        """The command's result."""
        self.out.write(self.redactor.redact(text).rstrip("\n") + "\n")
        self.out.flush()

    def json(self, command: str, exit_code: int, result: Any, diagnostics: Sequence[Diagnostic] = ()) -> None:
        """The command's result in the envelope that every command's JSON output has."""
        from reconciler.render.diagnostics import diagnostics_as_json

        body = {
            "format": f"reconciler.{command}/1",
            "exit_code": exit_code,
            "diagnostics": diagnostics_as_json(diagnostics),
            "result": result,
        }
        self.data(json.dumps(body, ensure_ascii=False, indent=2))

    def talk(self, text: str, *, level: int = 0) -> None:
        """Progress, hints and warnings; shown when the verbosity is at least `level`."""
        if self.verbosity >= level:
            self.err.write(self.redactor.redact(visible(text, multiline=True)) + "\n")
            self.err.flush()

    def error(self, summary: str, detail: str = "", fix: str = "") -> None:
        """What went wrong; shown however quiet the console is."""
        head = "\x1b[1;31merror\x1b[0m" if self.error_colour else "error"
        lines = [f"{head}: {visible(summary, multiline=True)}"]
        lines += [f"  {line}" for text in (detail, fix) if text for line in visible(text, multiline=True).splitlines()]
        self.err.write(self.redactor.redact("\n".join(lines)) + "\n")
        self.err.flush()

    def diagnostics(self, diagnostics: Sequence[Diagnostic], *, to_stdout: bool) -> None:
        """Diagnostics with excerpts, in which what looks like a literal secret is hidden."""
        from reconciler.render.diagnostics import render_diagnostics

        colour = self.colour if to_stdout else self.error_colour
        text = render_diagnostics(diagnostics, self._read_line, colour=colour, width=self.width)
        if to_stdout:
            self.data(text)
        else:
            self.err.write(self.redactor.redact(text).rstrip("\n") + "\n")

    def _read_line(self, file: str, number: int) -> str | None:
        if file not in self._shown_lines:
            self._shown_lines[file] = _lines_without_secrets(self.root / file)
        lines = self._shown_lines[file]
        return lines[number - 1] if 1 <= number <= len(lines) else None


def _lines_without_secrets(path: Path) -> list[str]:
    from reconciler.manifest.suspicion import mask_lines
    from reconciler.manifest.yaml_reader import split_lines

    try:
        return mask_lines(split_lines(path.read_bytes()))
    except (OSError, ValueError):
        return []


def wants_colour(color: str, is_terminal: bool, environ: Any) -> bool:
    """--color before NO_COLOR before FORCE_COLOR before TERM=dumb before whether it is a terminal."""
    if color in ("always", "never"):
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE")
    if forced:
        return forced.lower() not in ("0", "false")
    return bool(is_terminal and environ.get("TERM") != "dumb")


def output_width(is_terminal: bool, environ: Any) -> int:
    """COLUMNS before the terminal's width before 120."""
    columns = environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    return shutil.get_terminal_size((120, 24)).columns if is_terminal else 120
