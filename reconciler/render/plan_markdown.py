"""A plan as markdown for one comment of a pull request; it refuses to know the host and how a comment is posted."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.plan import Change, Plan, Step
from reconciler.core.resource import Json
from reconciler.core.text import visible
from reconciler.render import plan_words as words
from reconciler.render.budget import Entry, Fixed, Foldings, Listing, Section, within
from reconciler.render.manual_markdown import manual_task, task_line
from reconciler.render.markdown import code, details, fence, marker, prose
from reconciler.render.values import Field, Line, shown_change

LEAST_BUDGET_CHARACTERS = 10_000
"""Every plan fits into this, with true counts where its lines do not."""

_TABLE_ROWS = 15
_NAME_CHARACTERS = 100
_PATH_CHARACTERS = 200
_COLUMNS = (
    ("change", ("update", "link", "release")),
    ("add", ("create",)),
    ("delete", ("delete", "deactivate")),
    ("secret", ("write_secret",)),
    ("adopt", ("adopt",)),
    ("move", ("move",)),
    ("forget", ("forget",)),
    ("waiting", ("waiting",)),
    ("manual", ("manual",)),
)


def plan_as_markdown(plan: Plan, *, digest: str, budget_characters: int = 60000, plan_path: str = "") -> str:
    """A comment of at most `budget_characters` (no less than LEAST_BUDGET_CHARACTERS; GitHub's limit is 65,536).

    What cannot be taken back comes first and stays longest: blocked steps, deletes, hazards, secret writes; then one
    line per change; last what people have to do; then, folded, a diff per address. What has no room is counted, never
    cut, deletes and manual steps after everything else, and a delete that has no room is said to be missing. Nothing in the plan can make markup, mention or link.
    Raises ValueError for a smaller budget.
    """
    if budget_characters < LEAST_BUDGET_CHARACTERS:
        raise ValueError(f"a budget of {budget_characters} characters is below {LEAST_BUDGET_CHARACTERS}")
    source = f" All are in {code(plan_path)}." if _is_nameable(plan_path) else " All are in the plan file."
    groups = words.groups(plan.steps)
    steps = [step for _, members in groups for step in members]
    blocked = [_entry(step, plan) for step in steps if step.blocked]
    removed = [_entry(step, plan, is_listed=bool(step.blocked)) for step in steps if _removes(step)]
    secrets = [_entry(step, plan) for step in steps if _writes_secret(step) and not step.blocked]
    manual = (step for step in plan.steps if step.action == "manual")
    tasks = [_task(step) for step in sorted(manual, key=lambda step: step.is_waiting)]
    others = [_entry(step, plan) for step in steps if _is_other(step)]
    blocks = tuple(_folded(plan, address, members) for address, members in groups if _has_details(members))
    removals = _listing("#### Deleted or deactivated\n\n", removed, source)
    work = _listing("#### Manual steps\n\n", tasks, source)
    sections: list[Section] = [
        Fixed(_head(plan, digest)),
        _listing("#### Blocked\n\n", blocked, source),
        removals,
        _listing("#### Hazards\n\n", list(_hazards(steps)), source),
        _listing("#### Secret writes\n\n", secrets, source),
        _listing("#### Approvals this plan uses\n\n", [_approval(each) for each in plan.approvals], source),
        _listing("#### Warnings\n\n", [_warning(text) for text in plan.warnings], source),
        _listing("#### Other changes\n\n", others, source, all_or_counts=True),
        work,
        Foldings(blocks, lambda shown, whole: f"{shown} of {whole} details shown here.{source}\n"),
        Fixed(_foot(plan, digest, plan_path)),
    ]
    return within(budget_characters, sections, first=[removals, work])


def _listing(title: str, entries: Sequence[Entry], source: str, *, all_or_counts: bool = False) -> Listing:
    def rest(number: int, counts: str) -> str:
        lead = "- " if all_or_counts else f"- **{number} more have no room here**: "
        return f"{lead}{counts}.{source}"

    return Listing(title, tuple(entries), rest, all_or_counts)


def _head(plan: Plan, digest: str) -> str:
    where = code(_cut(plan.environment)) + (
        f" ({code(_cut(account))})" if (account := plan.target.get("subdomain")) else ""
    )
    counts = words.counts_sentence(plan) or words.NOTHING_TO_DO
    requests = f" · {words.request_count(plan)}" if words.request_count(plan) else ""
    lines = [f"### Plan {code(words.short(digest))} for {where}", "", f"**{counts}**{requests}", ""]
    if plan.is_blocked:
        lines += ["A plan with blocked steps applies nothing.", ""]
    if sentence := words.memory_sentence(plan.memory):
        lines += [sentence, ""]
    return marker(plan.environment) + "\n".join([*lines, *_table(plan)]) + "\n"


def _table(plan: Plan) -> list[str]:
    """Counts by kind; its cells hold nothing but our words, kinds that look like kinds, and numbers."""
    counts: dict[str, Counter[str]] = {}
    for step in plan.steps:
        counts.setdefault(words.plain_kind(step.address), Counter())[words.category(step)] += 1
    if not counts:
        return []
    kinds = sorted(counts, key=lambda kind: (-counts[kind].total(), kind))
    rows = {kind: counts[kind] for kind in sorted(kinds[:_TABLE_ROWS])}
    if len(kinds) > _TABLE_ROWS:
        rows[f"{len(kinds) - _TABLE_ROWS} more kinds"] = sum((counts[kind] for kind in kinds[_TABLE_ROWS:]), Counter())
    used = [(title, names) for title, names in _COLUMNS if any(row[name] for row in rows.values() for name in names)]
    lines = ["| kind | " + " | ".join(title for title, _ in used) + " |", "| --- |" + " ---: |" * len(used)]
    for kind, row in rows.items():
        cells = [str(sum(row[name] for name in names) or "") for _, names in used]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def _foot(plan: Plan, digest: str, plan_path: str) -> str:
    shown = visible(digest)[:100]
    lines = ["---", "", f"Digest {code(shown)}", ""]
    if plan.is_blocked or not any(step.is_change for step in plan.steps):
        return "\n".join(lines)
    what = shlex.quote(visible(plan_path)) if _is_nameable(plan_path) else ""
    what = what or f"-e {shlex.quote(_cut(plan.environment))}"
    command = f"reconciler apply {what} --expect-digest {shlex.quote(shown)}"
    return "\n".join([*lines, "To apply exactly this plan:", "", fence([command], "sh")])


def _removes(step: Step) -> bool:
    return step.action in ("delete", "deactivate") and not step.is_waiting


def _writes_secret(step: Step) -> bool:
    return step.action == "write_secret" and not step.is_waiting


def _is_other(step: Step) -> bool:
    return not (step.blocked or step.action == "manual" or _removes(step) or _writes_secret(step))


def _entry(step: Step, plan: Plan, *, is_listed: bool = False) -> Entry:
    short = f"- {code(f'{words.symbol(step)} {step.action} {_place(step)}')}"
    if is_listed:
        return Entry(f"{short}: blocked, see above", short, _group(step))
    notes = [prose(reason) for reason in step.blocked]
    if step.reason:
        notes.append(prose(step.reason))
    if step.waits_for:
        notes.append("waits for " + ", ".join(map(code, step.waits_for)))
    if step.exposed_until:
        notes.append(f"exposed until {code(step.exposed_until)}")
    if step.takes:
        notes.append("takes with it " + ", ".join(map(code, step.takes)))
    if not step.reversible:
        notes.append("cannot be undone")
    if step.risk and not any(change.hazard for change in step.changes):
        notes.append(f"risk: {prose(words.hazard_words(step.risk))}")
    if step.action == "write_secret" and step.changes:
        notes += [code(f"{change.path} {shown_change(change)[0].value}") for change in step.changes]
    elif step.changes:
        activated = words.activations(step)
        notes.append(_changed([change for change in words.shown_changes(step) if change not in activated], plan))
        if activated:
            notes.append(
                "activates "
                + ", ".join(code(change.address) for change in activated[:6])
                + (f" and {len(activated) - 6} more" if len(activated) > 6 else "")
            )
    full = f"{short}: {' · '.join(notes)}" if notes else short
    return Entry(full, short, _group(step))


def _changed(changes: Sequence[Change], plan: Plan) -> str:
    paths = ", ".join(code(change.path) for change in changes[:6])
    more = f" and {len(changes) - 6} more" if len(changes) > 6 else ""
    tags = sorted({change.cause.kind.upper() for change in changes} & {"DRIFT", "CONFLICT", "VANISHED"})
    return paths + more + (f" ({', '.join(tags)})" if tags else "")


def _group(step: Step) -> str:
    action = "blocked" if step.blocked else words.category(step).replace("_", " ")
    return f"{action} `{words.plain_kind(step.address)}`"


def _hazards(steps: Sequence[Step]) -> Iterator[Entry]:
    for step in steps:
        for change in step.changes if step.is_change else ():
            if change.hazard:
                short = f"- {code(f'{_place(step)} {change.path}')}"
                group = f"in `{words.plain_kind(step.address)}`"
                yield Entry(f"{short}: {prose(words.hazard_words(change.hazard))}", short, group)


def _task(step: Step) -> Entry:
    manual = step.manual or {}
    reason = words.why_by_hand(step)
    why = [*(f"blocked: {each}" for each in step.blocked), *([reason] if reason else [])]
    full = "\n".join(manual_task(manual, step.id, why))
    return Entry(full, task_line(manual, step.id), f"manual `{words.plain_kind(step.address)}`")


def _warning(text: str) -> Entry:
    shown = f"- {prose(text)}"
    return Entry(shown, shown, "warnings")


def _approval(approval: Mapping[str, Json]) -> Entry:
    subject = str(approval.get("step") or f"{approval.get('limit')} {approval.get('measured')}")
    by, until, reason = (str(approval.get(name, "")) for name in ("by", "until", "reason"))
    shown = f"- {code(_cut(subject))} by {prose(by)} until {code(until)}: {prose(reason)}"
    return Entry(shown, shown, "approvals")


def _has_details(steps: Sequence[Step]) -> bool:
    return any(step.changes or step.sequence for step in steps)


def _folded(plan: Plan, address: str, steps: Sequence[Step]) -> str:
    lines: list[str] = []
    fields = 0
    for step in steps:
        lines.append(visible(f"@@ {step.action} {_place(step)} @@"))
        activated = words.activations(step)
        for change in words.hazards_first(words.shown_changes(step)):
            fields += 1
            lines += _diff(plan, step, change, is_new=step.action == "create" or change in activated)
        if step.sequence:
            lines += ["  order:", *(visible(f"    {number} {name}") for number, name in enumerate(step.sequence, 1))]
    return details(address, words.counted(fields, "field"), fence(lines, "diff"))


def _diff(plan: Plan, step: Step, change: Change, *, is_new: bool) -> Iterator[str]:
    """A change as lines of a diff fence: signs in the first column, so that hosts colour them."""
    tag, sentence, where = words.cause_words(change, memory=plan.memory, is_blocked=bool(step.blocked))
    hazard = f"HAZARD {words.hazard_words(change.hazard)}" if change.hazard else ""
    why = " · ".join(part for part in (hazard, f"{tag}: {sentence}" if tag else sentence, where) if part)
    if why:
        yield f"# {why}"
    owner = visible(f"{change.address} ") if change.address and change.address != step.address else ""
    for field in shown_change(change, is_new=is_new):
        yield from _diff_field(owner, field)


def _diff_field(owner: str, field: Field) -> Iterator[str]:
    name = owner + field.path
    if field.lines:
        yield f"  {name}:"
        yield from map(_diff_line, field.lines)
        return
    if field.before:
        yield f"- {name}: {field.before}"
    yield f"+ {name}: {field.value}"


def _diff_line(line: Line) -> str:
    # GitHub colours a line that starts with "!" as changed; "↕" and "~" stay to say which change.
    return f"! {line.sign} {line.text}" if line.sign in "↕~" else f"{line.sign}   {line.text}"


def _place(step: Step) -> str:
    return f"{step.address}#{step.part}" if step.part else step.address


def _is_nameable(plan_path: str) -> bool:
    return 0 < len(visible(plan_path)) <= _PATH_CHARACTERS


def _cut(name: str) -> str:
    shown = visible(name)
    return shown if len(shown) <= _NAME_CHARACTERS else shown[:_NAME_CHARACTERS] + "…"
