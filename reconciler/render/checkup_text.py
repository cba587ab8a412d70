"""An examination as text, one entry per check; it refuses to know how a check is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.core.checkup import Check, Verdict
from reconciler.core.text import visible
from reconciler.render.screen import Screen

_WORDS: dict[Verdict, str] = {"ok": "ok", "warning": "warning", "failed": "FAILED", "skipped": "skipped"}
_STYLES: dict[Verdict, str] = {"ok": "green", "warning": "yellow", "failed": "alarm", "skipped": "dim"}
_COUNTED: dict[Verdict, str] = {"failed": "failed", "warning": "to look at", "skipped": "not made"}
_VERDICT_COLUMNS = 9


def checkup_as_text(environment: str, checks: Sequence[Check], screen: Screen) -> str:
    """Every check with its verdict, what was seen, and what to do; then how many are not well."""
    columns = max(len(each.name) for each in checks) + 2
    indent = " " * (_VERDICT_COLUMNS + columns)
    for each in checks:
        word = screen.paint(screen.padded(_WORDS[each.verdict], _VERDICT_COLUMNS), _STYLES[each.verdict])
        first = f"{word}{each.name:<{columns}}"
        for line in each.finding.split("\n"):
            screen.wrap(visible(line), first=first, rest=indent)
            first = indent
        if each.fix:
            screen.prose(each.fix, first=f"{indent}→ ")
    screen.blank()
    screen.put(_conclusion(environment, checks))
    return screen.text()


def _conclusion(environment: str, checks: Sequence[Check]) -> str:
    counts = Counter(each.verdict for each in checks)
    said = [f"{counts[verdict]} {words}" for verdict, words in _COUNTED.items() if counts[verdict]]
    return f"{environment}: {', '.join(said)} of {len(checks)} checks" if said else f"{environment}: all is fine"
