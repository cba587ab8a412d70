"""What a promotion does with the files of two environments, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.core.edits import Edits, FileChange, Left
from reconciler.core.errors import InvalidManifests, StoreError, UsageError
from reconciler.engine import writing_files
from reconciler.engine.promoting import promote
from reconciler.engine.writing_files import write_files
from reconciler.manifest.inventory import read_inventory

SETTINGS = "kind: environment\nname: {name}\n# ours\nvalues:\n  both: x\n"
GROUP = "# schema\nkind: group   # équipe\nname: france\n\ntitle: 'France'  # le nom\n"


class Two:
    """Two environments of a few files in a folder of a test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("a", "b"):
            self.write(f"{name}/environment.yaml", SETTINGS.format(name=name))

    def write(self, path: str, text: str) -> None:
        file = self.root / "environments" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def read(self, path: str) -> str:
        return (self.root / "environments" / path).read_text("utf-8")

    def exists(self, path: str) -> bool:
        return (self.root / "environments" / path).exists()

    def promoted(self, *addresses: str) -> Edits:
        edits = promote(read_inventory(self.root, "a"), read_inventory(self.root, "b"), addresses)
        write_files(self.root, edits.changes)
        assert () == promote(read_inventory(self.root, "a"), read_inventory(self.root, "b"), addresses).changes
        return edits


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return Two(tmp_path)


def test_a_new_manifest_is_copied_with_its_comments(two: Two) -> None:
    two.write("a/equipes/france.yaml", GROUP)
    assert ["add"] == [each.deed for each in two.promoted().edits]
    assert GROUP == two.read("b/equipes/france.yaml")


def test_a_changed_field_is_edited_and_the_targets_comments_stay(two: Two) -> None:
    two.write("a/equipes/france.yaml", GROUP.replace("France", "Île-de-France"))
    two.write("b/autre/place.yaml", "# notre équipe\n" + GROUP + "# fin\n")
    (edit,) = two.promoted().edits
    assert [("title", "France", "Île-de-France")] == [(each.path, each.left, each.right) for each in edit.differences]
    assert "# notre équipe\n" + GROUP.replace("France", "Île-de-France") + "# fin\n" == two.read("b/autre/place.yaml")


def test_only_the_named_addresses_are_promoted(two: Two) -> None:
    two.write("a/france.yaml", GROUP)
    two.write("a/japon.yaml", GROUP.replace("france", "japon"))
    assert ["group/japon"] == [each.address for each in two.promoted("group/japon").edits]
    assert not two.exists("b/france.yaml")


def test_an_address_that_nobody_has_is_a_usage_error(two: Two) -> None:
    with pytest.raises(UsageError, match="group/none has no manifest in a or b"):
        two.promoted("group/none")


def test_a_document_of_a_shared_file_is_added_to_the_file_of_that_name(two: Two) -> None:
    japon = "kind: group\nname: japon\ntitle: Japon\n"
    two.write("a/equipes.yaml", f"{GROUP}---\n{japon}")
    two.write("b/equipes.yaml", GROUP)
    two.promoted()
    assert f"{GROUP}---\n# schema\n{japon}".replace("# schema\n" + japon, japon) == two.read("b/equipes.yaml")


def test_values_that_the_target_lacks_are_to_be_filled_in(two: Two) -> None:
    two.write("a/environment.yaml", SETTINGS.format(name="a") + "  title: Titre\n")
    two.write("a/france.yaml", GROUP.replace("'France'", "${values.title} ${values.both}"))
    edits = two.promoted()
    assert ("title",) == edits.unfilled
    assert SETTINGS.format(name="b") + "  title: TODO\n" == two.read("b/environment.yaml")


def test_an_escaped_reference_needs_no_value(two: Two) -> None:
    two.write("a/france.yaml", GROUP.replace("'France'", "$${values.title}"))
    assert () == two.promoted().unfilled


def test_what_the_target_protects_is_left_and_listed(two: Two) -> None:
    two.write("a/france.yaml", GROUP.replace("France", "FR"))
    protected = GROUP + "lifecycle: {protect: true}\n"
    two.write("b/france.yaml", protected)
    assert (Left("group/france", "b protects it"),) == two.promoted().left
    assert protected == two.read("b/france.yaml")


def test_what_stands_in_the_target_alone_is_left_and_listed(two: Two) -> None:
    two.write("b/france.yaml", GROUP)
    assert (Left("group/france", "it stands in b only"),) == two.promoted().left


def test_what_only_lists_on_either_side_is_left_with_its_reason(two: Two) -> None:
    only = "only: [{address: group/france, reason: no seats}]\n"
    two.write("a/environment.yaml", SETTINGS.format(name="a") + only)
    two.write("a/france.yaml", GROUP)
    assert (Left("group/france", "only: of a lists it: no seats"),) == two.promoted().left
    assert not two.exists("b/france.yaml")


def test_what_refers_to_something_that_only_lists_is_left_too(two: Two) -> None:
    only = "only: [{address: group/france, reason: no seats}]\n"
    two.write("a/environment.yaml", SETTINGS.format(name="a") + only)
    two.write("a/france.yaml", GROUP)
    two.write("a/q.yaml", "kind: queue\nname: q\ntitle: Q\npriority: 1\nconditions: {}\nprimary_groups: [france]\n")
    reasons = {each.address: each.reason for each in two.promoted().left}
    assert "refers to group/france" in reasons["queue/q"]


def test_a_manifest_that_the_target_will_lack_is_named(two: Two) -> None:
    two.write("a/france.yaml", GROUP)
    two.write("a/q.yaml", "kind: queue\nname: q\ntitle: Q\npriority: 1\nconditions: {}\nprimary_groups: [france]\n")
    (edit,) = two.promoted("queue/q").edits
    assert "refers to group/france, which b lacks: promote it too" == edit.note


def test_a_rename_is_followed_and_the_targets_comments_stay(two: Two) -> None:
    two.write("a/ile.yaml", "kind: group\nname: ile\ntitle: 'France'\nmoved_from: [france]\n")
    two.write("b/france.yaml", GROUP)
    (edit,) = two.promoted().edits
    assert ("rename", "from group/france") == (edit.deed, edit.note)
    assert not two.exists("b/france.yaml")
    assert GROUP.replace("name: france", "name: ile") + "moved_from: [france]\n" == two.read("b/ile.yaml")


def test_a_removal_is_promoted_where_there_is_something_to_remove(two: Two) -> None:
    two.write("a/france.yaml", "kind: group\nname: france\nremoved: delete\n")
    assert () == two.promoted().edits
    two.write("b/france.yaml", GROUP)
    assert ["change"] == [each.deed for each in two.promoted().edits]
    assert "removed: delete" in two.read("b/france.yaml")


def test_what_cannot_be_spliced_is_taken_over_as_the_source_has_it(two: Two) -> None:
    two.write("a/france.yaml", GROUP + "labels: {x: uno, y: one}\n")
    two.write("b/france.yaml", GROUP + "labels: {x: &shared one, y: *shared}\n")
    two.promoted()
    assert GROUP + "labels: {x: uno, y: one}\n" == two.read("b/france.yaml")


def test_a_file_that_is_no_yaml_stops_everything(two: Two) -> None:
    two.write("a/france.yaml", GROUP)
    two.write("b/broken.yaml", "a: [1\n")
    with pytest.raises(InvalidManifests):
        two.promoted()
    assert not two.exists("b/france.yaml")


def test_a_file_that_was_edited_meanwhile_is_refused_and_nothing_is_written(two: Two) -> None:
    for name in ("france", "japon"):
        two.write(f"a/{name}.yaml", GROUP.replace("france", name))
        two.write(f"b/{name}.yaml", GROUP.replace("france", name).replace("France", "old"))
    edits = promote(read_inventory(two.root, "a"), read_inventory(two.root, "b"))
    two.write("b/japon.yaml", "kind: group\nname: edited\n")
    with pytest.raises(UsageError, match=r"b/japon.yaml was changed while this command ran"):
        write_files(two.root, edits.changes)
    assert "old" in two.read("b/france.yaml")
    assert "edited" in two.read("b/japon.yaml")


def test_a_file_that_cannot_be_written_leaves_all_as_they_were(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.write("b/one.yaml", "one\n")
    real = writing_files.write_whole

    def fail_at_two(path: Path, data: bytes, mode: int) -> None:
        if path.name == "two.yaml":
            raise StoreError("a file cannot be written")
        real(path, data, mode)

    monkeypatch.setattr(writing_files, "write_whole", fail_at_two)
    changes = [
        FileChange("environments/b/one.yaml", b"one\n", b"new\n"),
        FileChange("environments/b/three.yaml", None, b"3\n"),
        FileChange("environments/b/two.yaml", None, b"2\n"),
    ]
    with pytest.raises(StoreError):
        write_files(two.root, changes)
    assert "one\n" == two.read("b/one.yaml")
    assert not two.exists("b/three.yaml")


def test_a_folder_that_is_a_link_out_of_the_project_is_refused(two: Two, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (tmp_path / "environments" / "b" / "linked").symlink_to(outside)
    with pytest.raises(UsageError, match="outside of the project"):
        write_files(two.root, [FileChange("environments/b/linked/x.yaml", None, b"x\n")])
    assert [] == list(outside.iterdir())
