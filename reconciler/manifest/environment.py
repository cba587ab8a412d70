"""The shape of `environment.yaml`, of `reconciler.yaml` and of the files beside the manifests.

The pydantic models here are the source of their schemas; documents themselves stay plain mappings.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

UNSTATED: Any = None
"""The default of a member that may be left out: it never becomes a value."""

Address = Annotated[str, StringConstraints(pattern=r"^[a-z_]+/[a-z0-9][a-z0-9-]*(#[a-z_]+(/.+)?)?$")]
SecretReference = Annotated[str, StringConstraints(pattern=r"^(env|file)://[^\s]+$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class Shape(BaseModel):
    """A mapping whose unknown keys are errors and whose values are never converted."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True, hide_input_in_errors=True)


class AccountShape(Shape):
    """Which Zendesk account the environment is."""

    subdomain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] = Field(
        description="The first part of the account's address: SUBDOMAIN.zendesk.com."
    )
    app_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")] = Field(
        description="The Conversations app's id, shown where its API key was created."
    )


class OAuthClient(Shape):
    """An OAuth client with the client-credentials grant."""

    client_id: SecretReference
    client_secret: SecretReference


class ApiToken(Shape):
    """An API token; the vendor stops them all on 2027-04-30."""

    email: Text
    api_token: SecretReference


class ConversationsKey(Shape):
    """A Conversations API key."""

    key_id: SecretReference
    secret: SecretReference


class CredentialsShape(Shape):
    """Where the credentials are found; never the credentials."""

    support: OAuthClient | ApiToken = Field(description="For Support and Chat.")
    conversations: ConversationsKey = Field(description="For Conversations.")


class OnlyShape(Shape):
    """A manifest that stands in this environment alone, and why."""

    address: Address
    reason: Text


class PolicyShape(Shape):
    """What an apply may do without being asked again."""

    max_deletes: int = Field(default=5, ge=0, description="Deletes and deactivations in one plan.")
    max_delete_share: float = Field(default=0.2, ge=0, le=1, description="The same as a share of what is ours.")
    max_plan_age_hours: int = Field(default=168, ge=1, description="How old an applied plan may be.")
    drift: Literal["overwrite", "block"] = Field(
        default="overwrite", description="What happens to a field that was changed outside of the manifests."
    )
    removal: Literal["absence", "tombstone"] = Field(
        default="absence", description="What says that a resource is gone: its absence, or only a tombstone."
    )
    require_shared_store: bool = Field(default=False, description="Refuse to run on a store of one machine.")


class Environment(Shape):
    """The only file in which two environments differ by design."""

    kind: Literal["environment"]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    account: AccountShape
    credentials: CredentialsShape
    values: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")], Any] = Field(
        default_factory=dict, description="What `${values.x}` in a manifest stands for."
    )
    only: list[OnlyShape] = Field(default_factory=list, description="Manifests that the other environment lacks.")
    policy: PolicyShape = Field(default_factory=PolicyShape)


class SqliteStore(Shape):
    """The memory of applies in a file on this machine."""

    type: Literal["sqlite"]
    path: Text = Field(default=".reconciler/state.sqlite3", description="The file, from the root of the repository.")


class GitStore(Shape):
    """The memory of applies in refs of a git remote, seen by every machine that may push there."""

    type: Literal["git"]
    remote: Text = Field(default="origin", description="A remote of this repository, an address, or a path outside.")
    ref_prefix: Annotated[str, StringConstraints(pattern=r"^refs(/[A-Za-z0-9_-]+)+$")] = Field(
        default="refs/reconciler", description="What the refs begin with; the environment's name follows."
    )


class Project(Shape):
    """`reconciler.yaml`, at the root of the repository."""

    format: Literal[1]
    store: SqliteStore | GitStore = Field(
        default=SqliteStore(type="sqlite"), description="Where the memory of applies is kept."
    )


class Binding(Shape):
    """A line of `bindings.yaml`: this address is that live object, or none of these."""

    id: Text = Field(default=UNSTATED, description="The live id.")
    none_of: list[Text] = Field(default=UNSTATED, description="Live ids that are not it.")


class Approval(Shape):
    """An entry of `approvals.yaml`: who lets which effect of which step happen, or which limit be passed by the measured
    number, why, and until when."""

    step: Text = Field(default=UNSTATED, description="The step, as the plan names it; goes with effect.")
    effect: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")] = Field(
        default=UNSTATED, description="What the step does, as the plan prints it."
    )
    limit: Text = Field(default=UNSTATED, description="The limit, as the plan names it; goes with measured.")
    measured: Text | int = Field(default=UNSTATED, description="The number that the plan measured.")
    by: Text
    reason: Text
    until: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Attestation(Shape):
    """An entry of `attestations.yaml`: who says that a step that no API shows has been done."""

    step: Text
    digest: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
    by: Text
    on: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
