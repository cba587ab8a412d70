"""`reconciler rule`."""

from __future__ import annotations

from dataclasses import asdict

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import UsageError


@shared(examples=("reconciler rule", "reconciler rule yaml/duplicate-key"))
@click.argument("rule", metavar="[ID]", required=False)
def rule_(setting: Setting, rule: str | None) -> int:
    """Explain a rule by the id that a message carries; without an id, list all of them."""
    from reconciler.manifest.rule_words import rule_words

    known = rule_words()
    if rule is not None and rule not in known:
        raise UsageError(f'there is no rule "{rule}"', fix=did_you_mean(rule, known) or "List them: reconciler rule")
    chosen = {rule: known[rule]} if rule is not None else known
    if setting.is_json:
        setting.console.json("rule", 0, [asdict(each) for words in chosen.values() for each in words])
        return 0
    screen = setting.console.screen()
    columns = max(map(len, chosen)) + 2
    for name, words in chosen.items():
        if rule is None:
            screen.wrap(words[0].summary, first=f"{name:<{columns}}")
            continue
        for each in words:
            screen.blank()
            screen.put(f"{screen.paint(name, 'bold')} ({'warning' if each.is_warning else 'error'})")
            screen.wrap(each.summary, first="  ")
            if each.why:
                screen.wrap(each.why, first="  why: ")
            if each.fix:
                screen.wrap(each.fix, first="  fix: ")
    setting.console.data(screen.text())
    return 0


command = rule_
