"""`reconciler explain`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import UsageError

if TYPE_CHECKING:
    from reconciler.render.kind_facts import KindFacts


@shared(
    formats=("text", "markdown", "json"),
    examples=(
        "reconciler explain",
        "reconciler explain channel",
        "reconciler explain channel --type line",
        "reconciler explain channel.page_access_token",
    ),
)
@click.argument("subject", metavar="[KIND[.FIELD]]", required=False)
@click.option("--type", "type_name", metavar="TYPE", help="Of a kind with several types, this one alone.")
def explain(setting: Setting, subject: str | None, type_name: str | None) -> int:
    """Say what a kind is, which fields it has, and what the API cannot do.

    Without KIND all kinds are listed. Everything is read from the kinds themselves.
    """
    if subject is None:
        if type_name is not None:
            raise UsageError("--type needs a kind", fix="For example: reconciler explain channel --type line")
        return _list(setting)
    name, _, path = subject.partition(".")
    kind = _kind(name)
    if type_name is not None:
        kind = _narrowed(kind, type_name)
    if path:
        _require_field(kind, path)
        return _field(setting, kind, path)
    return _whole(setting, kind)


def _list(setting: Setting) -> int:
    from reconciler.render.explanation import kinds_as_markdown, kinds_as_text
    from reconciler.render.kind_facts import all_kinds

    kinds = all_kinds()
    if setting.is_json:
        rows = [{"name": each.name, "area": each.area, "title": each.title, "summary": each.summary} for each in kinds]
        setting.console.json("explain", 0, rows)
    elif setting.format == "markdown":
        setting.console.data(kinds_as_markdown(kinds))
    else:
        setting.console.data(kinds_as_text(kinds, setting.console.screen()))
    return 0


def _whole(setting: Setting, kind: KindFacts) -> int:
    from reconciler.render.explanation import kind_as_markdown, kind_as_text

    if setting.is_json:
        setting.console.json("explain", 0, kind.as_json())
    elif setting.format == "markdown":
        setting.console.data(kind_as_markdown(kind))
    else:
        setting.console.data(kind_as_text(kind, setting.console.screen()))
    return 0


def _field(setting: Setting, kind: KindFacts, path: str) -> int:
    from dataclasses import asdict

    from reconciler.render.explanation import field_as_text, fields_as_markdown, fields_named

    if setting.is_json:
        ways = [
            {"kind": kind.name, "types": types, "fields": [asdict(each) for each in fields]}
            for types, fields in fields_named(kind, path)
        ]
        setting.console.json("explain", 0, ways)
    elif setting.format == "markdown":
        setting.console.data(fields_as_markdown(kind, path))
    else:
        setting.console.data(field_as_text(kind, path, setting.console.screen()))
    return 0


def _kind(name: str) -> KindFacts:
    from reconciler.kinds._registry import kind_names
    from reconciler.render.kind_facts import kind_facts

    if name not in kind_names():
        known = f"The kinds are {', '.join(kind_names())}."
        raise UsageError(f'there is no kind "{name}"', detail=known, fix=did_you_mean(name, kind_names()))
    return kind_facts(name)


def _narrowed(kind: KindFacts, type_name: str) -> KindFacts:
    names = [each.name for each in kind.types if each.name]
    if not names:
        raise UsageError(f"{kind.name} has no types", fix=f"Say: reconciler explain {kind.name}")
    if type_name not in names:
        raise UsageError(
            f'{kind.name} has no type "{type_name}"',
            detail=f"Its types are {', '.join(names)}.",
            fix=did_you_mean(type_name, names),
        )
    is_its_example = f"\ntype: {type_name}\n" in kind.example
    types = tuple(each for each in kind.types if each.name == type_name)
    return replace(kind, types=types, example=kind.example if is_its_example else "")


def _require_field(kind: KindFacts, path: str) -> None:
    from reconciler.render.explanation import field_paths

    known = field_paths(kind)
    if path.replace("[]", "") in known:
        return
    of = f" of type {kind.types[0].name}" if len(kind.types) == 1 and kind.types[0].name else ""
    ending = [each for each in known if each.rsplit(".", 1)[-1] == path]
    hint = did_you_mean(path, known) or (f'Did you mean "{ending[0]}"?' if ending else "")
    raise UsageError(
        f'{kind.name}{of} has no field "{path}"',
        detail=f"All of them: reconciler explain {kind.name}" if known else f"A {kind.name} is only looked up.",
        fix=hint,
    )


command = explain
