"""Names and titles of any script and of any malice are planned, shown and counted without harm."""

from __future__ import annotations

import re

import pytest

from reconciler.emulator.server import Emulator
from tests.spoilt_project import Project

TITLES = {
    "french": "Équipe « Côté Sud » – œuvre d’été",
    "japanese": "日本のお客様担当（東京）",
    "right-to-left": "فريق الدعم العربي",
    "emoji": "Équipe 👩‍👩‍👧 🇫🇷",
    "combining": "E\u0301quipe France",
    "escape codes": "\x1b[31mrouge\x1b[0m\x07",
    "an override of direction": "gnp.\u202egpj.exe",
    "markdown": "| a | b |\n|---|---|\n# Titre **gras** [lien](javascript:alert(1)) `code` ```",
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;",
    "a pipeline's command": "::error file=x::boom\n##vso[task.setvariable]x",
    "a mention": "@channel #123",
}


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(each):08X}" for each in text) + '"'


@pytest.mark.parametrize("name", TITLES)
def test_a_strange_title_is_planned_and_shown_without_controls_or_markup(
    project: Project, account: Emulator, name: str
) -> None:
    project.replace("equipes/equipe-france.yaml", "title: Équipe France", f"title: {_quoted(TITLES[name])}")
    project.replace(
        "equipes/equipe-france.yaml",
        "description: Conseillers de la boutique en ligne et des magasins français",
        f"description: {_quoted(TITLES[name])}",
    )

    planned = project.run("plan", "-e", "sandbox", "-vv")
    markdown = (project.root / "plans" / "sandbox.md").read_text("utf-8")

    assert 0 == planned.code
    for text in (planned.text, markdown):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert not re.search(r"(?m)^(::|##vso|\| a \| b)", planned.text + markdown)
    outside_code = re.sub(r"(?ms)^( *)(`{3,}|~{3,})[^\n]*\n.*?^\1\2`*$|(`+)(?!`).+?(?<!`)\3(?!`)", "", markdown)
    assert not re.search(r"<script|<img|\]\(javascript|(?<![\w`\\])@channel", outside_code)
    applied = project.run("apply", "plans/sandbox.json", "-vv")
    assert 18 == applied.code
    assert "\x1b" not in applied.text
    assert 0 == project.run("plan", "-e", "sandbox", "--exit-code").code


def test_an_error_about_a_line_with_wide_characters_has_its_caret_under_them(project: Project) -> None:
    project.write("equipes/x.yaml", "{kind: group, name: x, title: 日本語, descripton: y}\n")

    lines = project.run("validate", "-e", "sandbox").out.splitlines()

    excerpt = next(number for number, line in enumerate(lines) if line.startswith("1 | "))
    columns = sum(2 if ord(each) > 0x2E80 else 1 for each in lines[excerpt].partition("descripton")[0])
    assert columns == lines[excerpt + 1].index("^")


def test_an_escape_code_in_a_broken_manifest_reaches_no_terminal(project: Project) -> None:
    project.write("equipes/x.yaml", 'kind: group\nname: x\ntitle: x\n"\\e[31mfield": 1\n')
    project.write("equipes/y.yaml", b"kind: group\nname: y\ntitle: \x1b[31my\n")

    told = project.run("validate", "-e", "sandbox", "--color", "never")

    assert 10 == told.code
    assert ["manifest/unknown-field", "yaml/control-character"] == re.findall(r"error\[(.*?)\]", told.out)
    assert "\x1b" not in told.out


def test_a_thousand_manifests_and_a_chain_of_them_are_judged(project: Project) -> None:
    there = project.run("validate", "-e", "sandbox").out
    resources, files = map(int, re.findall(r"\d+", there))
    categories = ["kind: trigger_category\nname: c0\ntitle: C0\nplace: first\n"]
    categories += [
        f"kind: trigger_category\nname: c{index}\ntitle: C{index}\nplace: {{after: c{index - 1}}}\n"
        for index in range(1, 1500)
    ]
    project.write("routage/beaucoup.yaml", "---\n".join(categories))

    told = project.run("validate", "-e", "sandbox")

    assert (0, "") == (told.code, told.err)
    assert f"sandbox: {resources + 1500} resources in {files + 1} files are valid" in told.out


def test_a_cycle_of_a_thousand_is_one_error_of_a_readable_length(project: Project) -> None:
    project.write(
        "routage/beaucoup.yaml",
        "---\n".join(
            f"kind: trigger_category\nname: c{index}\ntitle: C{index}\nplace: {{after: c{(index + 1) % 1000}}}\n"
            for index in range(1000)
        ),
    )

    told = project.run("validate", "-e", "sandbox")

    assert 10 == told.code
    assert ["reference/cycle"] == re.findall(r"error\[(.*?)\]", told.out)
    assert len(told.out) < 4000


def test_a_thousand_mistakes_are_all_reported(project: Project) -> None:
    project.write(
        "equipes/beaucoup.yaml",
        "---\n".join(f"kind: group\nname: g{index}\ntitel: G{index}\n" for index in range(1000)),
    )

    told = project.run("validate", "-e", "sandbox")

    assert 10 == told.code
    assert "Found 1000 errors in 1 file." in told.out
