"""The shapes that manifests of every kind share, as pydantic types.

It refuses to know any single kind. Which fields a manifest states is read from the document itself, so a default
here never becomes a value: `None` as a default only means that the field may be left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

UNSTATED: Any = None
"""The default of a field that a manifest may leave out: it never becomes a value."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$")]
SecretReference = Annotated[str, StringConstraints(pattern=r"^(env|file)://[^\s]+$")]
HexColour = Annotated[str, StringConstraints(pattern=r"^([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")]
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+(/[^\s]*)?$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class Shape(BaseModel):
    """A mapping in a manifest: unknown keys are errors, and no value is converted to another type."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True, hide_input_in_errors=True)


class External(Shape):
    """A live object that nobody manages here, by its natural key; exactly one must match."""

    external: Text = Field(description="The natural key of the live object, such as its title.")


class Id(Shape):
    """A live id, passed on without a look-up: the last resort, and it earns a warning."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")] | Annotated[int, Field(ge=1)] = Field(
        description="The live id."
    )


class SecretGeneration(Shape):
    """A secret reference with its generation; a higher generation writes the secret again."""

    from_: SecretReference = Field(alias="from", description="Where the value is found: env://NAME or file://path.")
    generation: int = Field(ge=1, le=1_000_000, description="Raise it by one to write the secret again.")


Secret = SecretReference | SecretGeneration
AnyReference = Name | External | Id


class LifecycleShape(Shape):
    """What may happen to the resource."""

    protect: bool = Field(default=UNSTATED, description="Refuse to delete or deactivate it; outlives the manifest.")
    on_remove: Literal["delete", "deactivate", "keep", "block"] = Field(
        default=UNSTATED, description="What happens when the manifest is gone."
    )
    watch_only: bool = Field(default=UNSTATED, description="Compare and report, never write.")


class ManifestModel(Shape):
    """The keys that manifests of every kind share."""

    name: Name = Field(description="A stable slug, never a Zendesk id; with the kind it is the address.")
    labels: dict[str, str] = Field(default=UNSTATED, description="Free labels, for people and for selecting.")
    description: str | None = Field(
        default=UNSTATED, description="The live description where the object has one, otherwise a note for people."
    )
    lifecycle: LifecycleShape = Field(default=UNSTATED, description="What may happen to the resource.")
    moved_from: list[Name] = Field(default=UNSTATED, description="Earlier names, newest first.")


class Tombstone(Shape):
    """Says that the resource is gone: what happens to the live object is stated, not guessed."""

    kind: str
    name: Name
    removed: Literal["delete", "deactivate", "keep"] = Field(description="What happens to the live object.")
