"""The facts of kinds as text for a terminal and as pages of the reference; it refuses to know where facts come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from reconciler.render.kind_facts import FieldFacts, KindFacts, TypeFacts
from reconciler.render.screen import Screen

_LABEL_COLUMNS = 16
_LONG_NOTES_CHARACTERS = 300
_CODE = re.compile(
    r"\{(?:external|id|from)\b[^}]*\}|\^\S+\$(?=[\s,.]|$)|\b(?:env|file)://\w+|\bhttps://(?:\S*\w)?"
    r"|\b[a-z]+:[A-Za-z][\w:]*|\b[a-z]+(?:_[a-z]+)+\b|\b[a-z_]+\.(?:yaml|on_remove)\b"
)


def kinds_as_text(kinds: Sequence[KindFacts], screen: Screen) -> str:
    """One entry per kind, by area."""
    width = max(len(each.name) for each in kinds) + 2
    for area, members in groupby(kinds, lambda each: each.area):
        screen.blank()
        screen.put(screen.paint(area, "bold"))
        for each in members:
            screen.wrap(each.summary, first=f"  {each.name:<{width}}")
    screen.blank()
    screen.put("More about one: reconciler explain KIND")
    return screen.text()


def kind_as_text(kind: KindFacts, screen: Screen) -> str:
    """Everything about a kind; of a kind with several types only what they share, and the list of the types."""
    screen.put(screen.paint(f"{kind.name} ({kind.title}, area {kind.area})", "bold"))
    for paragraph in kind.purpose:
        screen.wrap(paragraph, first="  ")
    has_types = len(kind.types) > 1
    if has_types:
        _types_as_text(kind, screen)
        besides = f" but {', '.join(kind.shared_but_for)}" if kind.shared_but_for else ""
        _fields_as_text(f"fields of every type{besides}", kind.shared, screen)
        screen.blank()
        screen.put(f"  The others: reconciler explain {kind.name} --type {kind.types[0].name}")
    else:
        for each in kind.types:
            _type_as_text(each, screen)
    _rest_as_text(kind, screen)
    return screen.text()


def field_as_text(kind: KindFacts, path: str, screen: Screen) -> str:
    """One field and its members, once for each way in which the types of the kind have it."""
    for types, fields in fields_named(kind, path):
        screen.blank()
        of = f", in type {' and '.join(types)}" if any(types) else ""
        screen.put(screen.paint(f"{kind.name}.{fields[0].path}{of}", "bold"))
        for each, notes in _with_new_notes(fields):
            _field(each, notes, screen)
    return screen.text()


def fields_named(kind: KindFacts, path: str) -> list[tuple[list[str], list[FieldFacts]]]:
    """The field at a dotted path (with or without `[]`) and its members, with the types that have it so."""
    wanted = path.replace("[]", "")
    ways: list[tuple[list[str], list[FieldFacts]]] = []
    for each in kind.types:
        found = [field for field in each.fields if f"{_bare(field)}.".startswith(f"{wanted}.")]
        if not found:
            continue
        same = next((types for types, fields in ways if fields == found), None)
        if same is None:
            ways.append(([each.name], found))
        else:
            same.append(each.name)
    return ways


def field_paths(kind: KindFacts) -> list[str]:
    """The dotted paths of all fields of all types."""
    return list(dict.fromkeys(_bare(field) for each in kind.types for field in each.fields))


def kind_as_markdown(kind: KindFacts) -> str:
    """The kind's page of the reference, with all of its types and fields."""
    lines = [f"# {kind.title}", "", f"`kind: {kind.name}` · area: {kind.area}", ""]
    for paragraph in kind.purpose:
        lines += [_marked(paragraph), ""]
    if kind.referred_to:
        lines += [f"Referred to {_marked(kind.referred_to)}.", ""]
    for each in kind.types:
        lines += _type_as_markdown(each)
    shared = [each.path for each in kind.types[0].fields if each.is_shared] if kind.types else []
    if shared:
        lines += ["## Keys of every kind", "", ", ".join(f"`{each}`" for each in shared) + ".", ""]
    for title, sentences in _sections(kind):
        lines += [f"## {title}", "", *(f"- {_marked(each)}" for each in sentences), ""]
    if kind.example:
        lines += [f"## Example{_example_type(kind)}", "", "```yaml", kind.example.rstrip("\n"), "```", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def kinds_as_markdown(kinds: Sequence[KindFacts]) -> str:
    """The reference's list of kinds; each name links to its page."""
    lines = ["# Kinds", "", "Generated from the kinds by `reconciler schema write`.", ""]
    for area, members in groupby(kinds, lambda each: each.area):
        lines += [f"## {area.capitalize()}", ""]
        lines += [f"- [{each.name}]({each.name}.md): {_marked(each.summary)}" for each in members]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def reference_pages(kinds: Sequence[KindFacts]) -> dict[str, bytes]:
    """Every page of the reference of kinds: file name to bytes."""
    pages = {f"{each.name}.md": kind_as_markdown(each) for each in kinds}
    pages["README.md"] = kinds_as_markdown(kinds)
    return {name: text.encode() for name, text in sorted(pages.items())}


def fields_as_markdown(kind: KindFacts, path: str) -> str:
    """One field and its members as a section."""
    lines: list[str] = []
    for types, fields in fields_named(kind, path):
        of = f" in type {' and '.join(types)}" if any(types) else ""
        lines += [f"## {kind.name}: `{fields[0].path}`{of}", "", *_fields_as_markdown(fields), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


# -- text ---------------------------------------------------------------------------------------------------------


def _types_as_text(kind: KindFacts, screen: Screen) -> None:
    _heading("types", screen)
    width = max(len(each.name) for each in kind.types) + 2
    for each in kind.types:
        screen.wrap(each.summary, first=f"  {each.name:<{width}}")
        mode = f"{each.mode[0].upper()}{each.mode[1:]}"
        found = f" Found by {each.found_by}." if each.found_by else ""
        screen.wrap(f"{mode}.{found}", first=" " * (width + 2), style="dim")


def _type_as_text(each: TypeFacts, screen: Screen) -> None:
    if each.name:
        _heading(f"type {each.name}", screen)
        screen.wrap(each.summary, first="  ")
    screen.blank()
    _labelled("mode", each.mode, screen)
    if each.found_by:
        _labelled("found by", each.found_by, screen)
    for index, part in enumerate(each.parts):
        of = f"{part.name}: " if part.name else ""
        _labelled("live objects" if not index else "", f"{of}{part.listing}", screen)
    if each.manual is not None:
        _labelled("by hand", each.manual.admin_center, screen)
        for text in (*each.manual.notes, each.manual.article):
            if text:
                _labelled("", text, screen)
    _fields_as_text("fields", each.fields, screen)


def _fields_as_text(title: str, fields: Sequence[FieldFacts], screen: Screen) -> None:
    own = [each for each in fields if not each.is_shared]
    if own:
        _heading(title, screen)
    for each, notes in _with_new_notes(own):
        _field(each, notes, screen)
    shared = [each.path for each in fields if each.is_shared]
    screen.blank()
    _labelled("of every kind", ", ".join(shared), screen)


def _field(each: FieldFacts, notes: Sequence[str], screen: Screen) -> None:
    words = ", ".join(_qualities(each))
    screen.wrap(words, first=f"  {screen.paint(each.path, 'cyan')}  ", rest="      ") if words else screen.put(
        f"  {screen.paint(each.path, 'cyan')}"
    )
    for sentence in _sentences(each, notes):
        screen.wrap(sentence, first="      ")
    if each.hazard:
        screen.wrap(each.hazard, first="      ", style="red")


def _rest_as_text(kind: KindFacts, screen: Screen) -> None:
    screen.blank()
    if kind.referred_to:
        _labelled("referred to", kind.referred_to, screen)
    for title, sentences in _sections(kind):
        _heading(title.lower(), screen)
        for sentence in sentences:
            screen.wrap(sentence, first="  - ")
    if kind.example:
        _heading(f"example{_example_type(kind)}", screen)
        for line in kind.example.rstrip("\n").split("\n"):
            screen.put(screen.plain(f"  {line}"))


def _heading(title: str, screen: Screen) -> None:
    screen.blank()
    screen.put(screen.paint(title, "bold"))


def _labelled(label: str, text: str, screen: Screen) -> None:
    screen.wrap(text, first=f"  {label:<{_LABEL_COLUMNS}}")


def _example_type(kind: KindFacts) -> str:
    found = re.search(r"^type: *(\S+)$", kind.example, re.MULTILINE)
    return f" of type {found.group(1)}" if found else ""


# -- markdown -----------------------------------------------------------------------------------------------------


def _type_as_markdown(each: TypeFacts) -> list[str]:
    lines = [f"## Type `{each.name}`", "", _marked(each.summary), ""] if each.name else []
    lines.append(f"- Mode: {_marked(each.mode)}.")
    lines += [f"- Found by {_marked(each.found_by)}."] if each.found_by else []
    for part in each.parts:
        lines.append(f"- Live object{f' `{part.name}`' if part.name else ''}: `{part.listing}`.")
    if each.manual is not None:
        lines.append(f"- By hand: {each.manual.admin_center}.")
        lines += [f"- {_marked(note)}" for note in each.manual.notes]
        lines += [f"- Article: {each.manual.article}"] if each.manual.article else []
    lines += ["", *_fields_as_markdown([field for field in each.fields if not field.is_shared]), ""]
    return lines


def _fields_as_markdown(fields: Sequence[FieldFacts]) -> list[str]:
    lines = []
    for each, notes in _with_new_notes(fields):
        qualities = ", ".join(_qualities(each))
        lines.append(f"- **`{each.path}`**{f' ({_marked(qualities)})' if qualities else ''}")
        lines += [f"  - {_marked(sentence)}" for sentence in _sentences(each, notes)]
        lines += [f"  - {_marked(each.hazard)}"] if each.hazard else []
    return lines


def _marked(text: str) -> str:
    """Our own sentences as markdown: identifiers, paths and forms as code, nothing read as an element."""
    pieces = []
    end = 0
    for match in _CODE.finditer(text):
        pieces += [_escaped(text[end : match.start()]), f"`{match.group()}`"]
        end = match.end()
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return re.sub(r"[<*\[\]]", r"\\\g<0>", text)


# -- both ---------------------------------------------------------------------------------------------------------


def _qualities(each: FieldFacts) -> Iterator[str]:
    if each.is_required:
        yield "required"
    if each.is_key:
        yield "natural key"
    if each.is_secret:
        yield "secret"
    if each.mode:
        yield each.mode
    if each.refers_to:
        yield f"refers to {each.refers_to}"
    if each.part:
        yield f"of its {each.part}"
    if each.default:
        yield f"where not stated: {each.default}"


def _sentences(each: FieldFacts, notes: Sequence[str]) -> Iterator[str]:
    if each.description:
        yield each.description
    yield f"Takes {each.form}."
    yield from notes


def _with_new_notes(fields: Sequence[FieldFacts]) -> Iterator[tuple[FieldFacts, Sequence[str]]]:
    """Each field with what is said about it; long notes that an earlier one has too are said once."""
    said: dict[tuple[str, ...], str] = {}
    for each in fields:
        yield each, [f"Names and ids: as in {said[each.notes]}."] if each.notes in said else each.notes
        if len("".join(each.notes)) > _LONG_NOTES_CHARACTERS:
            said.setdefault(each.notes, each.path)


def _sections(kind: KindFacts) -> Iterator[tuple[str, Sequence[str]]]:
    if kind.on_remove:
        yield "When its manifest is removed", [f"{kind.on_remove[0].upper()}{kind.on_remove[1:]}."]
    if kind.limits:
        yield "Limits", kind.limits
    if kind.cannot:
        yield "What the API cannot do", kind.cannot
    if kind.sources:
        yield "Source", [f"{each}." for each in kind.sources]


def _bare(field: FieldFacts) -> str:
    return field.path.replace("[]", "")
