"""The corpus of hostile YAML, and inputs too big to keep in one, through the whole of `validate`: within two seconds and
256 MB each, with a documented exit code and without a traceback.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fault.extent import amount

RecordProperty = Callable[[str, object], None]

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus" / "yaml"
LONGEST_SECONDS = 2.0
MOST_BYTES = 256 * 1024 * 1024

# Judges each file named on stdin in the place of a manifest, and says how long it took and how much it ever needed.
_PROGRAM = """
import contextlib, io, json, re, resource, shutil, sys, time
from pathlib import Path
from reconciler.cli.main import run
root = Path(sys.argv[1])
manifest = root / "environments" / "sandbox" / "hostile.yaml"
for line in sys.stdin:
    shutil.copy(line.strip(), manifest)
    out = io.StringIO()
    started = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = run(["-C", str(root), "validate", "-e", "sandbox"])
    seconds = time.process_time() - started
    status = Path("/proc/self/status")
    # Where the kernel tells it, the peak of this program alone: the other one counts that of its parent as well.
    high = re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1] if status.exists() else None
    peak = int(high or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024
    print(json.dumps([line.strip(), code, seconds, peak, "Traceback" in out.getvalue(), "This is a bug" in out.getvalue()]))
"""


def _project(root: Path) -> Path:
    folder = root / "environments" / "sandbox"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "environments" / "sandbox" / "environment.yaml", folder)
    return root


def _judge(root: Path, files: list[Path]) -> list[tuple[str, int, float, int, bool, bool]]:
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(root)],
        input="\n".join(map(str, files)),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert (0, "") == (ended.returncode, ended.stderr)
    return [tuple(json.loads(line)) for line in ended.stdout.splitlines()]


def _require_harmless(judged: list[tuple[str, int, float, int, bool, bool]], record_property: RecordProperty) -> None:
    for name, code, seconds, peak, has_traceback, is_bug in judged:
        assert code in (0, 10), name
        assert seconds < LONGEST_SECONDS, (name, seconds)
        assert peak < MOST_BYTES, (name, peak)
        assert (False, False) == (has_traceback, is_bug), name
    record_property("tried", len(judged))
    record_property("seconds", max(seconds for _, _, seconds, _, _, _ in judged))
    record_property("megabytes", max(peak for _, _, _, peak, _, _ in judged) // 1_000_000)


def test_r7_y1_to_y9_the_corpus_is_judged_without_harm(tmp_path: Path, record_property: RecordProperty) -> None:
    files = sorted(CORPUS.glob("*.yaml"))
    judged = _judge(_project(tmp_path), files)
    assert len(files) == len(judged)
    _require_harmless(judged, record_property)


def _aliases() -> bytes:
    rows = [b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(9)]
    return b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(rows)


def _groups() -> bytes:
    document = "---\nkind: group\nname: g-{}\ntitle: Group {}\n"
    return "".join(document.format(n, n) for n in range(amount(300, 2_000))).encode()


BIG: dict[str, Callable[[], bytes]] = {
    "y2-aliases": _aliases,
    "y3-depth-200000": lambda: b"[" * 200_000,
    "y3-mappings-50000": lambda: b"{a: " * 50_000,
    "y3-block-5000": lambda: b"".join(b" " * depth + b"a:\n" for depth in range(5000)),
    "y4-keys-20000": lambda: b"".join(b"k%d: 1\n" % n for n in range(20_000)),
    "y4-references-20000": lambda: b"{" + b"token: env://A, " * 20_000 + b"}",
    "y7-merges": lambda: b"a: &a {b: 1}\n" + b"".join(b"c%d: {<<: *a}\n" % n for n in range(5_000)),
    "y8-digits-1000000": lambda: b"a: " + b"9" * 1_000_000,
    "y8-key-1000000": lambda: b"k" * 1_000_000 + b": 1\n",
    "y9-nul": lambda: b"\0" * 100_000,
    "y10-one-line": lambda: b"a: " + b"x " * 2_000_000,
    "y10-100-megabytes": lambda: b"# " + b"x" * 100_000_000,
    "y10-groups": _groups,
}


@pytest.mark.parametrize("name", BIG)
def test_r7_y2_to_y10_what_is_too_much_is_refused_in_time(
    name: str, tmp_path: Path, record_property: RecordProperty
) -> None:
    path = tmp_path / "given.yaml"
    path.write_bytes(BIG[name]())
    _require_harmless(_judge(_project(tmp_path / "project"), [path]), record_property)
