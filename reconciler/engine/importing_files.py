"""Says in which file of an environment each imported manifest stands, and what is written there; nothing is written.

It refuses to know the account, and how files get onto the disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath

from reconciler.core.resource import Json, Resource
from reconciler.core.slug import slug
from reconciler.engine.importing_documents import Draft
from reconciler.kinds._registry import find_kind
from reconciler.manifest.values import escaped
from reconciler.manifest.yaml_writing import document_text

FOLDERS: Mapping[str, str] = {"agent grants": "agents"}
"""The folder of an area whose name is not one word."""


def place_manifests(
    drafts: Sequence[Draft], environment: str, existing: Sequence[Resource], present: Collection[str], folder: str = ""
) -> dict[str, Draft]:
    """A path below the root for every manifest, distinct and none of `present`.

    Manifests stand where most of their kind stand already, else in their area's folder; `folder` is below the
    environment's and holds those of the areas.
    """
    root = PurePosixPath("environments", environment)
    habits: dict[str, Counter[str]] = {}
    for resource in existing:
        position = resource.position("")
        if position is not None:
            habits.setdefault(resource.kind, Counter())[str(PurePosixPath(position.file).parent)] += 1
    placed: dict[str, Draft] = {}
    taken = {each.casefold() for each in present}
    for draft in drafts:
        kind = draft.found.kind
        area = find_kind(kind).area
        home = PurePosixPath(habits[kind].most_common(1)[0][0]) if kind in habits and not folder else None
        home = home or root / folder / FOLDERS.get(area, slug(area, "others"))
        path = _free(home, draft, taken)
        taken.add(path.casefold())
        placed[path] = draft
    return placed


def _free(home: PurePosixPath, draft: Draft, taken: Collection[str]) -> str:
    """The first free name, whatever the case of others: not every file system tells cases apart."""
    stems = [draft.name, f"{draft.name}-{draft.found.kind.replace('_', '-')}"]
    number = 2
    while True:
        for stem in stems:
            path = (home / f"{stem}.yaml").as_posix()
            if path.casefold() not in taken:
                return path
        stems = [f"{draft.name}-{number}"]
        number += 1


def manifest_text(document: Mapping[str, Json], path: str) -> str:
    """The file of one manifest, with the line that tells editors its schema."""
    depth = len(PurePosixPath(path).parents) - 1
    return (
        f"# yaml-language-server: $schema={'../' * depth}schemas/manifest.schema.json\n"
        f"{document_text(escaped(document))}"
    )
