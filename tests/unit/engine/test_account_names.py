"""Names for live ids: one spelling for one object."""

from __future__ import annotations

import pytest

from reconciler.core.codec import Unresolved
from reconciler.core.resource import external
from reconciler.engine.live import AccountNames
from tests.unit.engine.situations import account


def names() -> AccountNames:
    return AccountNames(
        account(
            users=[{"id": 7, "email": "Ada@Maison.example"}, {"id": 8, "email": "bo@maison.example"}],
            groups=[{"id": 9, "name": "Support"}],
        )
    )


def test_an_agent_is_found_by_e_mail_whatever_its_spelling() -> None:
    assert "7" == names().live_id(external("user", "ADA@maison.example"))


def test_an_agent_has_one_canonical_name_whoever_spells_it() -> None:
    ada = external("user", "ada@maison.example")
    assert [ada, ada] == [names().canonical(external("user", "ADA@maison.example")), names().reference("user", "", "7")]


def test_an_agent_who_is_not_there_keeps_the_canonical_spelling() -> None:
    assert external("user", "eve@maison.example") == names().canonical(external("user", "Eve@maison.example"))


def test_the_title_of_a_group_is_taken_as_it_is_spelled() -> None:
    with pytest.raises(Unresolved):
        names().live_id(external("group", "support"))
