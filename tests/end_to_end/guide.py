"""A guide as a person follows it: its commands are typed, its files written, what it says is printed is looked for.

Blocks are told by what stands in front of them: `sh` is typed, line by line, and ends 0 or as its comment says
(`# ends 2: ...`); a comment with a path says what a file holds, `add to` and `fill in` change one, `prints` tells what
the last command said. It refuses to know what a person does in Admin Center: that is given to it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*?) -->\n+)?^```(?P<language>\w+)\n(?P<text>.*?)^```$|^<!-- (?P<deed>a person [^\n]*?) -->$",
    re.DOTALL | re.MULTILINE,
)
_COMMENT = re.compile(r"(^|\s)# .*")
_ENDS = re.compile(r"#\s*ends (\d+)")


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and everything that it printed."""

    code: int
    text: str


@dataclass(slots=True)
class Follower:
    """Somebody who follows a guide in a folder. `run` types a command of the program, `deeds` are done by hand."""

    root: Path
    run: Callable[[list[str]], Said]
    deeds: Mapping[str, Callable[[], None]]
    last: Said = Said(0, "")
    typed: int = 0

    def follow(self, guide: Path) -> None:
        """Do all that the guide says, in its order; fails where it does not come about."""
        for note, language, text in blocks(guide):
            if note.startswith("a person"):
                self.deeds[note]()
            elif language == "sh":
                self.type(text)
            elif note == "prints":
                self.expect(text)
            elif note.startswith("add to "):
                path = self.root / note.removeprefix("add to ")
                path.write_text(path.read_text("utf-8") + text, "utf-8")
            elif note.startswith("fill in "):
                self.fill_in(self.root / note.removeprefix("fill in "), text)
            elif language == "yaml" and note:
                path = self.root / note
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")

    def type(self, text: str) -> None:
        """Every command of a block, each with the exit code that its comment says."""
        for line in text.replace("\\\n", " ").splitlines():
            words = shlex.split(_COMMENT.sub("", line))
            if not words:
                continue
            assert words[0] == "reconciler", line
            ends = _ENDS.search(line)
            self.last = self.run(words[1:])
            self.typed += 1
            assert (int(ends[1]) if ends else 0) == self.last.code, f"{line}\n{self.last.text}"

    def expect(self, text: str) -> None:
        """Every line that the guide shows was printed, in this order."""
        printed = iter(map(str.strip, self.last.text.splitlines()))
        missing = [line for line in text.splitlines() if line.strip() and line.strip() not in printed]
        assert [] == missing, self.last.text

    def fill_in(self, path: Path, text: str) -> None:
        """Put each value in the place of its TODO."""
        content = path.read_text("utf-8")
        for line in text.splitlines():
            name = line.partition(":")[0]
            assert f"{name}: TODO" in content, f"{name} is not to be filled in:\n{content}"
            content = content.replace(f"{name}: TODO", line)
        path.write_text(content, "utf-8")


def blocks(guide: Path) -> Iterator[tuple[str, str, str]]:
    """What stands in front of each block, its language and its text; a person's deed has neither."""
    for found in _BLOCK.finditer(guide.read_text("utf-8")):
        yield found["note"] or found["deed"] or "", found["language"] or "", found["text"] or ""
