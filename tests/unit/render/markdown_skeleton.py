"""What a reader of markdown could take for markup, by CommonMark's rules for fences and code spans."""

from __future__ import annotations

import re


def skeleton(markdown: str) -> str:
    """The document without its fenced blocks and code spans; raises AssertionError for one left open."""
    outside: list[str] = []
    mark = ""
    for line in markdown.split("\n"):
        fence = re.fullmatch(r" *(`{3,})([a-z]*)", line)
        if mark:
            if fence and len(fence[1]) >= len(mark) and not fence[2]:
                mark = ""
        elif fence:
            mark = fence[1]
        else:
            outside.append(_without_spans(line))
    assert mark == "", "a fence is left open"
    return "\n".join(outside)


def data_outside_code(markdown: str) -> str:
    """The skeleton without the few elements that the renderer writes itself."""
    text = re.sub(r"<code>[^<]*</code>", "", skeleton(markdown))
    text = re.sub(r"^<!-- reconciler:plan:[A-Za-z0-9_.-]* -->$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^<details><summary>([^<]*)</summary>$", r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"^</details>$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^- \[ \] ", "", text, flags=re.MULTILINE)
    text = re.sub(r"^#{3,4} ", "", text, flags=re.MULTILINE)
    text = re.sub(r"https://support\.zendesk\.com/hc/[A-Za-z0-9/_-]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"^\|[^@#<>\[\]]*\|$", "", text, flags=re.MULTILINE)


def _without_spans(line: str) -> str:
    pieces, rest = [], line
    while match := re.search("`+", rest):
        pieces.append(rest[: match.start()])
        closing = re.search(rf"(?<!`){match[0]}(?!`)", rest[match.end() :])
        assert closing, f"a code span is left open in {line!r}"
        rest = rest[match.end() + closing.end() :]
    return "".join([*pieces, rest])
