"""`reconciler buttons`: what it shows and what it writes, without an account."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.main import run

ENVIRONMENT = """\
kind: environment
name: sandbox
account: {subdomain: maison-lune-sandbox, app_id: 65f1c2a9d3b4e7f8a0b1c2d3}
credentials:
  support: {client_id: "env://A", client_secret: "env://B"}
  conversations: {key_id: "env://C", secret: "env://D"}
"""
MANIFESTS = """\
{kind: channel, name: whatsapp-fr, type: whatsapp, phone_number: "+33755531299"}
---
{kind: channel, name: line-jp, type: line, channel_id: "1655"}
---
kind: contact_button
name: ecrire
label: Écrivez-nous
channels: [whatsapp-fr, line-jp]
place: [site, {email_signature: {external: Maison Lune}}]
---
{kind: contact_button, name: autre, label: Write, channels: [whatsapp-fr], place: [mobile]}
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def buttons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    folder = tmp_path / "environments" / "sandbox"
    folder.mkdir(parents=True)
    (folder / "environment.yaml").write_text(ENVIRONMENT, "utf-8")
    (folder / "manifests.yaml").write_text(MANIFESTS, "utf-8")
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments: str) -> tuple[int, str, str]:
        code = run(["buttons", "-e", "sandbox", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


def test_without_a_folder_the_addresses_and_places_are_shown_and_what_is_missing(buttons: Run) -> None:
    code, out, err = buttons()

    expected = """\
contact_button/autre · Write
  whatsapp-fr  WhatsApp  https://wa.me/33755531299
  at: mobile

contact_button/ecrire · Écrivez-nous
  whatsapp-fr  WhatsApp  https://wa.me/33755531299
  line-jp: no address is known, so it is left out. State it under links:
  at: site
  at: email-signature-maison-lune (Maison Lune)
"""
    assert (0, expected) == (code, out)
    assert "--out DIR" in err


def test_the_html_of_each_place_is_a_file_of_its_own(buttons: Run, tmp_path: Path) -> None:
    code, out, _ = buttons("--out", "made", "contact_button/ecrire")

    files = sorted(str(each.relative_to(tmp_path)) for each in (tmp_path / "made").rglob("*.html"))
    assert (0, ["made/ecrire/email-signature-maison-lune.html", "made/ecrire/site.html"]) == (code, files)
    assert sorted(files) == sorted(str(Path(line).relative_to(tmp_path)) for line in out.splitlines())
    assert 'href="https://wa.me/33755531299"' in (tmp_path / files[1]).read_text("utf-8")


def test_the_same_as_data(buttons: Run) -> None:
    _, out, _ = buttons("--format", "json", "contact_button/ecrire")
    body = json.loads(out)

    (made,) = body["result"]
    assert ["contact_button/no-link"] == [each["rule"] for each in body["diagnostics"]]
    assert ["line-jp"] == made["missing"]
    assert ["site", "email_signature"] == [each["place"] for each in made["places"]]
    assert ["nav", "table"] == [each["html"].split()[0].strip("<") for each in made["places"]]


def test_another_address_is_a_wrong_usage(buttons: Run) -> None:
    code, _, err = buttons("contact_button/ecrir")

    assert 64 == code
    assert 'Did you mean "contact_button/ecrire"?' in err
