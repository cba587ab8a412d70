"""Everything that the program sends and hears on a whole walk through the example, judged by the vendor's contract."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from reconciler.emulator import server
from reconciler.emulator.app import build_app
from tests.contract.contracts import needs_contracts
from tests.contract.recorder import Exchange
from tests.end_to_end.example_project import SUBDOMAINS, Project, example_project

pytestmark = needs_contracts

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Wiretap:
    """An application around the emulator's that keeps every exchange but those at the emulator's own doors."""

    def __init__(self, application: Any, exchanges: list[Exchange]) -> None:
        self.application = application
        self.exchanges = exchanges

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        asked: list[bytes] = []
        answered: list[bytes] = []
        status = 0

        async def heard() -> Message:
            message = await receive()
            asked.append(message.get("body", b""))
            return message

        async def said(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            answered.append(message.get("body", b""))
            await send(message)

        await self.application(scope, heard, said)
        if not scope["path"].startswith("/__emulator__/"):
            self.exchanges.append(
                Exchange(
                    scope["method"],
                    scope["path"],
                    scope["query_string"].decode(),
                    _parsed(b"".join(asked)),
                    status,
                    _parsed(b"".join(answered)),
                )
            )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode()


def _walk(project: Project, environment: str) -> None:
    """From nothing to nothing to do, through drift, an update, a rotated secret and a removal."""
    plan = str(project.plan_path(environment))
    project.converge(environment)

    groups = project.objects(environment, "/api/v2/groups")
    group = next(each for each in groups if each["name"] == "Équipe Chine")
    project.click(environment, f"/api/v2/groups/{group['id']}", {"description": "Autre chose"})
    project.expect(3, "drift", "-e", environment)
    project.click(environment, f"/api/v2/groups/{group['id']}", {"description": group["description"]})

    folder = f"environments/{environment}"
    project.edit(f"{folder}/equipes/equipe-japon.yaml", "Équipe Japon", "Équipe du Japon")
    project.edit(f"{folder}/canaux/site-web.yaml", "brand_color: 1f2a44", "brand_color: 17494d")
    project.edit(f"{folder}/canaux/site-web.yaml", "default_responder: lune-bot", "default_responder: null")
    project.edit(f"{folder}/canaux/whatsapp-fr.yaml", "default_responder: lune-bot", "default_responder: conseillers")
    project.edit(f"{folder}/canaux/instagram-fr.yaml", "story_replies_enabled: true", "story_replies_enabled: false")
    project.edit(f"{folder}/reponses/lune-bot.yaml", "message_history_count: 10", "message_history_count: 5")
    project.edit(f"{folder}/reponses/lune-bot.yaml", '"conversation:postback", ', "")
    project.edit(f"{folder}/routage/line-vers-japon.yaml", "[line, japon]", "[line, japon, tokyo]")
    project.edit(f"{folder}/routage/messagerie.yaml", '{after: {external: "Notifications"}}', "first")
    project.edit(f"{folder}/equipes/conseiller.yaml", "ticket_comment_access: public", "ticket_comment_access: none")
    project.edit(f"{folder}/routage/file-cercle-lune.yaml", "[service-apres-vente]", "[equipe-japon]")
    project.edit(f"{folder}/routage/file-cercle-lune.yaml", "value: [vip]", "value: [vip, or]")
    project.edit(f"{folder}/reponses/clore-les-silences.yaml", '"96"', '"120"')
    macro = f"{folder}/reponses/retour-enregistre.yaml"
    project.edit(macro, "{type: Group, groups: [equipe-france, service-apres-vente]}", "null")
    project.edit(f"{folder}/canaux/messenger-fr.yaml", "generation: 1", "generation: 2")
    project.expect(0, "plan", "-e", environment)
    project.expect(0, "apply", plan)

    project.edit(f"{folder}/routage/messagerie.yaml", "  - retours-vers-sav\n", "")
    (project.root / folder / "routage" / "retours-vers-sav.yaml").write_text(
        "kind: trigger\nname: retours-vers-sav\nremoved: deactivate\n", "utf-8"
    )
    project.expect(0, "plan", "-e", environment)
    project.expect(0, "apply", plan)
    project.expect(0, "plan", "-e", environment, "--exit-code")


@pytest.mark.parametrize("environment", sorted(SUBDOMAINS))
def test_everything_sent_and_answered_on_a_whole_walk_is_within_the_contract(environment: str, tmp_path: Path) -> None:
    exchanges: list[Exchange] = []

    def tapped(*arguments: Any, **options: Any) -> Any:
        return Wiretap(build_app(*arguments, **options), exchanges)

    with mock.patch.object(server, "build_app", tapped), example_project(tmp_path, environment) as project:
        _walk(project, environment)
        asked = len(project.requests(environment))

    assert asked == len(exchanges)
    judged = [each for each in exchanges if each.path != "/oauth/tokens"]
    problems = [problem for exchange in judged for problem in exchange.problems()]
    assert [] == sorted(set(problems))
    assert [] == [(each.method, each.path, each.status) for each in judged if each.status >= 400]
    methods = {each.method for each in judged}
    assert {"GET", "POST", "PATCH", "PUT"} <= methods


@pytest.mark.parametrize("environment", sorted(SUBDOMAINS))
def test_no_secret_leaves_but_where_it_belongs(environment: str, tmp_path: Path) -> None:
    exchanges: list[Exchange] = []

    def tapped(*arguments: Any, **options: Any) -> Any:
        return Wiretap(build_app(*arguments, **options), exchanges)

    with mock.patch.object(server, "build_app", tapped), example_project(tmp_path, environment) as project:
        project.converge(environment)
        secrets = [value for name, value in project.environ.items() if value.startswith("value-of-")]
        texts = [path.read_text("utf-8", "replace") for path in project.root.rglob("*") if path.is_file()]
    carrying = {
        (each.method, each.path.rsplit("/", 1)[-1])
        for each in exchanges
        for secret in secrets
        if secret in json.dumps(each.request_body)
    }
    assert {("POST", "tokens"), ("POST", "integrations")} == carrying
    assert [] == [secret for secret in secrets for each in exchanges if secret in each.path + each.query]
    assert [] == [secret for secret in secrets for text in texts if secret in text]
