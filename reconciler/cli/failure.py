"""Turns whatever ended a command into words and an exit code; no traceback ever leaves it."""

from __future__ import annotations

import json
import os
import sys
from itertools import pairwise

import click

from reconciler.cli.console import Console, current_console
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.errors import InvalidManifests, ReconcilerError

USAGE, INTERRUPTED, UNEXPECTED = 64, 130, 1


def report_failure(error: BaseException, arguments: list[str]) -> int:
    """Say what ended the command, as text on stderr or as JSON on stdout, and return the exit code."""
    if isinstance(error, (click.exceptions.Exit, SystemExit)):
        code = error.exit_code if isinstance(error, click.exceptions.Exit) else error.code
        return code if isinstance(code, int) else 0
    console = current_console()
    if isinstance(error, BrokenPipeError):
        # The reader of stdout went away; the interpreter must not try to flush into it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        console.talk("interrupted")
        return INTERRUPTED
    if isinstance(error, click.UsageError):
        return _usage(error, console, arguments)
    summary, detail, fix, code = _described(error)
    diagnostics = error.diagnostics if isinstance(error, InvalidManifests) else ()
    if _wants_json(arguments):
        _print_json(arguments, console, summary, detail, fix, code, diagnostics)
    else:
        if diagnostics:
            console.diagnostics(diagnostics, to_stdout=False)
        else:
            console.error(summary, detail, fix)
    return code


def _usage(error: click.UsageError, console: Console, arguments: list[str]) -> int:
    usage = error.ctx.get_usage() if error.ctx is not None else ""
    hint = f"Try: {error.ctx.command_path} --help" if error.ctx is not None else ""
    if _wants_json(arguments):
        _print_json(arguments, console, error.format_message(), usage, hint, USAGE, ())
    else:
        console.error(error.format_message(), usage, hint)
    return USAGE


def _described(error: BaseException) -> tuple[str, str, str, int]:
    if isinstance(error, ReconcilerError):
        return error.summary, error.detail, error.fix, error.exit_code
    if isinstance(error, OSError):
        where = f' "{error.filename}"' if error.filename else ""
        return f"{error.strerror or 'the operating system refused'}{where}", "", "", UNEXPECTED
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else "?"
    return (
        f"unexpected error ({type(error).__name__} at {place})",
        "This is a bug in reconciler.",
        "Please report it with the command that you ran.",
        UNEXPECTED,
    )


def _wants_json(arguments: list[str]) -> bool:
    return ("--format", "json") in pairwise(arguments) or "--format=json" in arguments


def _print_json(
    arguments: list[str],
    console: Console,
    summary: str,
    detail: str,
    fix: str,
    code: int,
    diagnostics: tuple[Diagnostic, ...],
) -> None:
    from reconciler.cli.main import COMMANDS
    from reconciler.render.diagnostics import diagnostics_as_json

    command = next((each for each in arguments if each in COMMANDS), "reconciler")
    listed = diagnostics_as_json(diagnostics) or [
        {"rule": "error", "severity": "error", "summary": summary, "why": detail, "fix": fix}
    ]
    body = {"format": f"reconciler.{command}/1", "exit_code": code, "diagnostics": listed, "result": None}
    console.data(json.dumps(body, ensure_ascii=False, indent=2))
