"""A write whose answer never comes is found again, never sent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest

from reconciler.engine import session
from reconciler.engine.session import World
from tests.end_to_end.account_shape import shape
from tests.end_to_end.example_project import Project, example_project, writes
from tests.fault.extent import spread

SHARDS = 8
QUICK_WRITES = 6
"""Of the writes of a first apply, as many lose their answer in a quick run; all of them with `make fault`."""


@cache
def undisturbed() -> tuple[tuple[int, ...], dict[str, list[str]]]:
    """The indexes of the writes of the sandbox's first apply among all requests since its plan, and what the account
    looks like when all is done."""
    with TemporaryDirectory() as folder, example_project(Path(folder), "sandbox") as project:
        project.expect(0, "plan", "-e", "sandbox")
        project.expect(18, "apply", str(project.plan_path("sandbox")))
        indexes = tuple(index for index, each in enumerate(project.requests("sandbox")) if writes([each]))
        project.finish("sandbox")
        return indexes, shape(project.state("sandbox"))


@pytest.fixture(autouse=True)
def _no_read_grows_stale() -> Iterator[None]:
    """However slow the machine is: a read that is repeated before a write would move the indexes of the faults."""
    with mock.patch.object(session, "World", partial(World, freshness_seconds=3600)):
        yield


def write_index(ordinal: int) -> int:
    """The index that a write of the coming apply will have, when nothing but one plan came before it."""
    return undisturbed()[0][ordinal]


def disturb(project: Project, ordinal: int, **fault: Any) -> tuple[str, str]:
    """Plan, apply with one fault at a write, and say which write it was."""
    project.expect(0, "plan", "-e", "sandbox")
    index = write_index(ordinal)
    project.break_requests("sandbox", {"index": index, **fault})
    result = project.run("apply", str(project.plan_path("sandbox")))
    assert result.code in (14, 17, 18), result.out + result.err
    hit = project.requests("sandbox")[index]
    assert "GET" != hit["method"]
    return hit["method"], hit["path"]


def require_convergence(project: Project, what: object) -> None:
    """At most one more apply of the same plan, the human work, and all is as if nothing had happened."""
    project.expect(18, "apply", str(project.plan_path("sandbox")))
    project.finish("sandbox")
    project.expect(0, "plan", "-e", "sandbox", "--exit-code")
    assert undisturbed()[1] == shape(project.state("sandbox")), what


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_lost_answer_of_a_first_apply_makes_a_duplicate(shard: int, tmp_path: Path) -> None:
    for ordinal in spread(range(len(undisturbed()[0])), QUICK_WRITES)[shard::SHARDS]:
        with example_project(tmp_path / str(ordinal), "sandbox") as project:
            hit = disturb(project, ordinal, when="after", do="drop")
            posts = [path for method, path in writes(project.requests("sandbox")) if method == "POST"]
            require_convergence(project, (ordinal, hit))
            assert len(undisturbed()[0]) >= len(posts)


def _is_group(path: str) -> bool:
    return path.endswith("/groups")


def _is_channel(path: str) -> bool:
    return path.endswith("/integrations")


@pytest.mark.parametrize(
    ("fault", "is_target"),
    [
        ({"when": "before", "do": "drop"}, _is_group),
        ({"when": "before", "do": "reset"}, _is_channel),
        ({"when": "after", "do": "reset"}, _is_channel),
        ({"when": "after", "do": "truncate"}, _is_group),
        ({"when": "after", "do": "status", "status": 503}, _is_group),
        ({"when": "after", "do": "html", "status": 502}, _is_channel),
        ({"when": "after", "do": "corrupt"}, _is_group),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_however_an_answer_is_lost_there_is_one_object(
    fault: dict[str, Any], is_target: Callable[[str], bool], tmp_path: Path
) -> None:
    with example_project(tmp_path / "look", "sandbox") as project:
        project.expect(0, "plan", "-e", "sandbox")
        project.expect(18, "apply", str(project.plan_path("sandbox")))
        sent = writes(project.requests("sandbox"))
        ordinal = next(index for index, (method, path) in enumerate(sent) if method == "POST" and is_target(path))
    with example_project(tmp_path / "hit", "sandbox") as project:
        hit = disturb(project, ordinal, **fault)
        require_convergence(project, (fault, hit))
