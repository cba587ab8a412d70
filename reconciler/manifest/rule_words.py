"""What every rule says, read from the places in the source that report it, so that no second text can disagree.

It refuses to judge anything. What a message fills in is shown as `…`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_RULE = re.compile(r"[a-z_]+/[a-z0-9-]+\Z")
_ORDERS = {
    "Diagnostic": ("rule", "summary", "position", "severity", "why", "fix"),
    "Problem": ("rule", "path", "summary", "why", "fix", "severity"),
    "SchemaError": ("rule", "path", "summary", "why", "fix"),
    "Twins": ("key", "rule", "path", "summary", "why", "fix"),
    "report": ("rule", "path", "summary", "why", "fix", "severity"),
}
"""The order of arguments where a rule is reported."""

_VALUES = (
    (
        "unknown",
        'unknown value "…"',
        "environment.yaml has no such value.",
        "Add it under values: in environment.yaml.",
    ),
    (
        "not-scalar",
        'the value "…" is a list or mapping inside a text',
        "Only texts, numbers and booleans fit there.",
        "Let the reference stand alone, without text around it.",
    ),
    (
        "not-allowed",
        "… takes no values",
        "It decides what the manifest is, the same in every environment.",
        "Write it out.",
    ),
    (
        "malformed",
        '"…" is not a reference to a value',
        "A reference is written ${values.name}.",
        "Correct it, or write $${ where ${ is meant as text.",
    ),
)
"""The rules of references to values, whose names are put together where they are reported."""


@dataclass(frozen=True, slots=True)
class RuleWords:
    """One message of a rule: what is wrong, why, and what to do; a warning stands in nobody's way."""

    rule: str
    summary: str
    why: str = ""
    fix: str = ""
    is_warning: bool = False


def rule_words() -> dict[str, tuple[RuleWords, ...]]:
    """Every rule with its messages, sorted by rule."""
    found: dict[str, dict[RuleWords, None]] = {}
    for name, summary, why, fix in _VALUES:
        words = RuleWords(f"value/{name}", summary, why, fix)
        found.setdefault(words.rule, {})[words] = None
    root = Path(__file__).resolve().parent.parent
    for path in sorted([*(root / "manifest").glob("*.py"), *(root / "kinds").glob("*.py")]):
        if path != Path(__file__).resolve():
            for words in _words_in(ast.parse(path.read_text("utf-8"))):
                found.setdefault(words.rule, {})[words] = None
    return {rule: tuple(words) for rule, words in sorted(found.items())}


def _words_in(tree: ast.AST) -> Iterator[RuleWords]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        order = _ORDERS.get(name)
        if order is None:
            continue
        arguments = dict(zip(order, node.args, strict=False))
        arguments |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        rule = arguments.get("rule")
        if isinstance(rule, ast.Constant) and isinstance(rule.value, str) and _RULE.match(rule.value):
            yield RuleWords(
                rule.value,
                _text(arguments.get("summary")) or "what the message says",
                _text(arguments.get("why")),
                _text(arguments.get("fix")),
                _text(arguments.get("severity")) == "warning",
            )


def _text(node: ast.expr | None) -> str:
    """The text that an expression gives, with `…` for what it fills in; empty where it is nothing but that."""
    text = _flat(node)
    return "" if not text.strip("… ") else text


def _flat(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else "…"
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_flat, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _flat(node.left) + _flat(node.right)
    if isinstance(node, ast.BoolOp):
        return next((text for value in node.values if (text := _text(value))), "…")
    if isinstance(node, ast.IfExp):
        return _text(node.body) or _flat(node.orelse)
    return "" if node is None else "…"
