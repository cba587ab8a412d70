"""The files of tests/corpus/yaml, each with what it must be read as, with libyaml and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.manifest import yaml_events
from reconciler.manifest.yaml_reader import locate, parse

CORPUS = Path(__file__).parents[2] / "corpus" / "yaml"

_HOURS = {"open": "09:30", "days": ["mon", "tue"]}


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


ACCEPTED: dict[str, list[Any]] = {
    "tag-core.yaml": [{"a": "12", "b": 12, "c": {"d": [None]}, "e": True, "f": 1.5}],
    "alias-shared.yaml": [{"hours": _HOURS, "paris": _HOURS, "tokyo": _HOURS}],
    "depth-64.yaml": [_nested(64)],
    "keys-words.yaml": [{"on": "a", "yes": "b", "no": "c", "y": "d", "~": "e", "014": "f"}],
    "merge-key-quoted.yaml": [{"a": {"<<": 1}}],
    "scalars-text.yaml": [
        [
            *("no", "yes", "on", "off", "NO", "y", "~", "Null", "True", "1_000", "014", "0o14", "0x1f", "12:30:45"),
            *("1e3", "1.5e3", "2024-01-01", "2024-01-01T10:00:00Z", "=", "+33612345678", "+1", ".5", "1."),
            *(".inf", "-.inf", ".nan", "12", "true", "null\n", "٣"),
        ]
    ],
    "scalars-typed.yaml": [
        [None, None, True, False, 0, -7, 999_999_999_999_999_999, -999_999_999_999_999_999, 1.5, -0.25, 12.0]
    ],
    "number-hexadecimal.yaml": [{"a": "0x" + "f" * 20000}],
    "number-sexagesimal.yaml": [{"a": "1" + ":30" * 2000}],
    "bom.yaml": [{"a": 1}],
    "tab-inside.yaml": [{"a": "b\tc", "c": "x\n\td\n", "e": 1}],
    "escapes.yaml": [{"a": "\U0001f600 \u202e \t \x07"}],
    "cr-only.yaml": [{"a": 1, "b": 2}],
    "cr-lf.yaml": [{"a": 1, "b": "x\ny\n"}],
    "no-final-newline.yaml": [{"a": 1}],
    "multi-document.yaml": [{"a": 1}, {"b": 2}, None, ""],
    "empty.yaml": [],
    "only-comments.yaml": [],
    "directive.yaml": [{"a": 1}],
    "utf-8.yaml": [{"a": "Maison Lune – フランス 🌙", "b": "\u00e9t\u00e9"}],
}

REFUSED: dict[str, list[str]] = {
    "tag-python-apply.yaml": ["2:7 yaml/unknown-tag"],
    "tag-python-name.yaml": ["1:4 yaml/unknown-tag"],
    "tag-binary.yaml": ["1:4 yaml/unknown-tag"],
    "tag-set.yaml": ["1:4 yaml/unknown-tag"],
    "tag-timestamp.yaml": ["1:4 yaml/unknown-tag"],
    "tag-unknown.yaml": ["1:4 yaml/unknown-tag", "2:4 yaml/unknown-tag"],
    "tag-redefined.yaml": ["3:4 yaml/unknown-tag"],
    "tag-core-wrong.yaml": ["1:4 yaml/wrong-tag", "2:4 yaml/wrong-tag", "3:4 yaml/wrong-tag"],
    "alias-bomb.yaml": ["6:11 yaml/too-many-nodes"],
    "alias-recursive-list.yaml": ["1:11 yaml/recursive-alias"],
    "alias-recursive-map.yaml": ["3:6 yaml/recursive-alias"],
    "alias-undefined.yaml": ["2:4 yaml/undefined-alias", "4:4 yaml/undefined-alias"],
    "alias-anchor-twice.yaml": ["2:4 yaml/duplicate-anchor"],
    "alias-of-deep.yaml": ["2:34 yaml/too-deep"],
    "alias-as-key.yaml": ["4:5 yaml/non-text-key", "6:5 yaml/non-text-key"],
    "depth-65.yaml": ["1:65 yaml/too-deep"],
    "depth-65-block.yaml": ["65:65 yaml/too-deep"],
    "keys-twice.yaml": ["3:1 yaml/duplicate-key", "4:16 yaml/duplicate-key"],
    "keys-twice-quoted.yaml": ["1:1 yaml/non-text-key"],
    "keys-not-text.yaml": [
        *(f"{line}:1 yaml/non-text-key" for line in range(1, 7)),
        "7:3 yaml/non-text-key",
        "9:1 yaml/non-text-key",
    ],
    "merge-key.yaml": ["2:5 yaml/merge-key"],
    "number-19-digits.yaml": ["1:4 yaml/number-too-long", "2:5 yaml/number-too-long"],
    "number-5000-digits.yaml": ["1:4 yaml/number-too-long"],
    "number-float-long.yaml": ["1:4 yaml/number-too-long", "2:4 yaml/number-too-long", "4:4 yaml/number-too-long"],
    "bom-inside.yaml": ["1:4 yaml/control-character"],
    "tab-indentation.yaml": ["2:1 yaml/tab-indentation"],
    "tab-indentation-brackets.yaml": ["2:1 yaml/tab-indentation"],
    "nul.yaml": ["2:5 yaml/control-character", "3:4 yaml/control-character"],
    "latin-1.yaml": ["2:7 yaml/not-utf8"],
    "utf-16.yaml": ["1:1 yaml/not-utf8"],
    "utf-16-no-bom.yaml": ["1:1 yaml/not-utf8"],
    "surrogate-bytes.yaml": ["1:4 yaml/not-utf8"],
    "surrogate-escape.yaml": ["yaml/surrogate"],
    "line-separator.yaml": ["1:5 yaml/control-character", "2:5 yaml/control-character"],
    "syntax-colon.yaml": ["yaml/syntax"],
    "syntax-quote.yaml": ["2:1 yaml/duplicate-key", "3:6 yaml/syntax"],
    "syntax-bracket.yaml": ["yaml/syntax"],
    "syntax-at.yaml": ["1:4 yaml/syntax"],
    "syntax-percent.yaml": ["1:4 yaml/syntax"],
    "syntax-indentation.yaml": ["3:3 yaml/syntax"],
}
"""Line, column and rule of every problem; only the rule where libyaml and the pure parser stop at different places."""


@pytest.fixture(params=["libyaml", "pure"])
def _each_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure":
        monkeypatch.setattr(yaml_events, "CParser", None)
    else:
        assert yaml_events.CParser is not None


def test_every_file_of_the_corpus_has_its_expectation() -> None:
    files = {path.name for path in CORPUS.glob("*.yaml")}
    assert files == ACCEPTED.keys() | REFUSED.keys()


@pytest.mark.usefixtures("_each_parser")
@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_file_has_exactly_these_values(name: str) -> None:
    parsed = parse((CORPUS / name).read_bytes(), name)
    assert parsed.diagnostics == ()
    assert repr(parsed.documents) == repr(tuple(ACCEPTED[name]))


@pytest.mark.usefixtures("_each_parser")
@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_file_names_every_problem_and_gives_no_values(name: str) -> None:
    data = (CORPUS / name).read_bytes()
    parsed = parse(data, name)
    expected = REFUSED[name]
    found = [
        problem.rule
        if expected == [problem.rule]
        else f"{problem.position.line}:{problem.position.column} {problem.rule}"
        for problem in parsed.diagnostics
    ]
    assert found == expected
    assert parsed.documents == ()
    with pytest.raises(ValueError, match="has problems"):
        locate(data, name)
