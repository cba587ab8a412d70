"""What a team has to know and to set before it answers customers; people vouch for each item."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind
from reconciler.core.manual import Attested, ManualStep
from reconciler.core.resource import Resource
from reconciler.kinds._codecs import Pointer
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, AnyReference, ManifestModel, Shape, Text

_ITEMS = {
    "training": "Training",
    "working_in_workspace": "Working in the agent workspace",
    "notifications": "Notifications",
}


class Items(Shape):
    """What the team is prepared in; each is one step."""

    training: Text | list[Text] = Field(default=UNSTATED, description="The course or courses that everybody has taken.")
    working_in_workspace: Text | list[Text] = Field(
        default=UNSTATED, description="What everybody has tried in the agent workspace."
    )
    notifications: Text | list[Text] = Field(default=UNSTATED, description="The notifications that everybody has set.")


class AgentPreparation(ManifestModel):
    """The preparation of one team."""

    kind: Literal["agent_preparation"]
    team: Annotated[AnyReference, Managed("", Pointer("group"), part="noted")] = Field(
        description="The group that is prepared."
    )
    items: Items = Field(description="What it is prepared in.")


def _attests(resource: Resource) -> tuple[Attested, ...]:
    team = resource.document["team"]
    shown = f"group/{team}" if isinstance(team, str) else str(team.get("external", team.get("id")))
    found = []
    for name, label in _ITEMS.items():
        if name not in resource.document["items"]:
            continue
        stated = resource.document["items"][name]
        items = [stated] if isinstance(stated, str) else list(stated)
        found.append(
            Attested(
                name.replace("_", "-"),
                ManualStep(
                    title=f"prepare the team: {label.lower()}",
                    admin_center="with the team; notifications are each agent's own settings",
                    values=(("Team", shown), *((label, item) for item in items)),
                    looks_for="somebody's word in attestations.yaml",
                ),
                {"team": shown, "items": items},
            )
        )
    return tuple(found)


KIND = Kind(
    name="agent_preparation",
    area="agent grants",
    title="Agent preparation",
    model=AgentPreparation,
    parts=lambda document: (),
    on_remove="keep",
    attests=_attests,
    noted=fields_of(AgentPreparation, "noted"),
    limits=("Each item is vouched for once; a changed item is asked for again.",),
    cannot=("Read whether an agent took a course or set a notification: no API shows it.",),
    sources=("support.zendesk.com, getting started with social messaging",),
    example="""\
kind: agent_preparation
name: equipe-france
team: equipe-france
items:
  training: Cours gratuit « messagerie sociale »
  working_in_workspace: [répondre, réaffecter, nouveau message]
  notifications: [son, navigateur, liste des notifications]
""",
)
