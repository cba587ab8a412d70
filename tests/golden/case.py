"""Reads a golden case: one YAML file that says what is in the manifests, what is live, and what must come of it.

It refuses to know how a case is played. Members of a file:

- `reason`: why the case exists; printed when it fails.
- `no_op`: why nothing happens; required when the plan changes nothing, refused when it does.
- `fault`: what the program still does wrong; the case must fail until it is mended.
- `lacks`: what the account's plan does not have, as its list path ends.
- `live`: seed of the account, list path -> objects; `{app}` in a path is the app's id. The rest is as in a new account.
- `before`: what happened earlier: a list of rounds, applied in order without looking at their plans.
- the members of the round that is looked at, see `Round`.
- `then`: further rounds, each looked at like the first; members that they do not state are those of the round before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Round:
    """One state of the files, and what planning and applying it must bring.

    `manifests` is a list of documents, or YAML text where its form matters. `values`, `policy`, `bindings`, `approvals`, `attestations` are the members
    of `environment.yaml` and the files beside it; `secrets` gives values to `env://` variables, which otherwise get
    one of their own. `person` is done first, `{path, object}` as in Admin Center, no object deletes; `<label>` in it is
    a live id by its label. `memory: lost` deletes the state before. `options` are `skip_blocked` and `only_fresh`.

    `plan` is the steps, one line each (see `words.step_line`); `blocked` maps a step id to fragments of its reasons,
    `sequence` to its printed order (null: not looked at), `warnings` holds a fragment of each warning, `text` the whole plan text with DIGEST for the digest, `manual`
    maps a manual step to fragments of its instructions, `reasons` any step to fragments of its reason. `requests` is every mutating request in order: `METHOD path`
    or a mapping of that to the body. `exit` holds the codes of `plan --exit-code` and `apply`. `after` is the plan
    afterwards; where it is not stated, only manual, waiting and blocked steps may be left.
    """

    manifests: str | tuple[Any, ...] = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    bindings: Mapping[str, Any] = field(default_factory=dict)
    approvals: tuple[Mapping[str, Any], ...] = ()
    attestations: tuple[Mapping[str, Any], ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    person: tuple[Mapping[str, Any], ...] = ()
    memory: str = "kept"
    options: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    blocked: Mapping[str, Any] = field(default_factory=dict)
    sequence: Mapping[str, Any] = field(default_factory=dict)
    manual: Mapping[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    text: str = ""
    requests: tuple[Any, ...] = ()
    exit: Mapping[str, int] = field(default_factory=dict)
    after: tuple[str, ...] | None = None

    def manifest_text(self) -> str:
        """The manifests as the text of one file."""
        if isinstance(self.manifests, str):
            return self.manifests
        return "".join(f"---\n{json.dumps(each, ensure_ascii=False)}\n" for each in self.manifests)


INHERITED = ("manifests", "values", "policy", "bindings", "approvals", "attestations", "secrets")
ROUND_MEMBERS = frozenset(each.name for each in fields(Round))
CASE_MEMBERS = frozenset({"reason", "no_op", "fault", "lacks", "live", "before", "then"})


@dataclass(frozen=True, slots=True)
class Case:
    """A whole file."""

    path: Path
    reason: str
    no_op: str
    fault: str
    lacks: tuple[str, ...]
    live: Mapping[str, Any]
    before: tuple[Round, ...]
    rounds: tuple[Round, ...]


def read_case(path: Path) -> Case:
    """The case in a file; ValueError names a member that no case has, or a missing reason."""
    document = yaml.safe_load(path.read_text("utf-8"))
    unknown = document.keys() - ROUND_MEMBERS - CASE_MEMBERS
    if unknown:
        raise ValueError(f"{path.name}: no case has the member {', '.join(sorted(unknown))}")
    if not document.get("reason"):
        raise ValueError(f"{path.name}: a case says why it exists")
    own = {name: value for name, value in document.items() if name in ROUND_MEMBERS}
    if "plan" not in own:
        raise ValueError(f"{path.name}: a case says what the plan is")
    before = _rounds(document.get("before", ()), {}, path)
    return Case(
        path,
        document["reason"],
        document.get("no_op", ""),
        document.get("fault", ""),
        tuple(document.get("lacks", ())),
        document.get("live", {}),
        before,
        _rounds([own, *document.get("then", ())], _inherited(before[-1]) if before else {}, path),
    )


def _rounds(documents: Any, inherited: Mapping[str, Any], path: Path) -> tuple[Round, ...]:
    rounds = []
    for document in documents:
        unknown = document.keys() - ROUND_MEMBERS
        if unknown:
            raise ValueError(f"{path.name}: no round has the member {', '.join(sorted(unknown))}")
        stated = {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}
        rounds.append(Round(**{**inherited, **stated}))
        inherited = _inherited(rounds[-1])
    return tuple(rounds)


def _inherited(before: Round) -> dict[str, Any]:
    return {name: getattr(before, name) for name in INHERITED}
