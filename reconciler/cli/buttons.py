"""`reconciler buttons`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import UsageError

if TYPE_CHECKING:
    from reconciler.core.neighbours import Neighbours
    from reconciler.core.resource import Resource


@shared(
    environment="required",
    examples=(
        "reconciler buttons -e production",
        "reconciler buttons -e production --out buttons contact_button/ecrivez-nous",
    ),
)
@click.option(
    "--out",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the HTML into DIR: <name>/<place>.html.",
)
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
def buttons(setting: Setting, folder: Path | None, addresses: tuple[str, ...]) -> int:
    """Make the "write to us" links and buttons of the contact_button manifests.

    Without --out they are shown: each channel with the address that it opens, and the places. With --out the HTML is written,
    one file for each place, to be pasted by a person. No account is asked. Without ADDRESS all of them are made.
    """
    from reconciler.cli.options import load
    from reconciler.core.neighbours import Neighbours

    environment = load(setting, setting.environment)
    neighbours = Neighbours(environment.resources)
    chosen = _chosen(neighbours, addresses)
    made = [_made(each, neighbours) for each in chosen]
    written = _write(setting.located(folder), made) if folder is not None else []
    if setting.is_json:
        setting.console.json("buttons", 0, made, environment.warnings)
        return 0
    if not made:
        setting.console.talk("There is no manifest of kind contact_button.")
    elif folder is None:
        _preview(setting, chosen, neighbours)
        setting.console.talk("reconciler buttons --out DIR writes the HTML to paste.")
    for path in written:
        setting.console.data(str(path))
    return 0


def _chosen(neighbours: Neighbours, addresses: tuple[str, ...]) -> list[Resource]:
    known = {each.address: each for each in neighbours.of_kind("contact_button")}
    for address in addresses:
        if address not in known:
            raise UsageError(
                f'there is no manifest "{address}" of kind contact_button',
                detail=f"There are: {', '.join(known) or 'none'}.",
                fix=did_you_mean(address, known),
            )
    return [each for address, each in known.items() if not addresses or address in addresses]


def _made(button: Resource, neighbours: Neighbours) -> dict[str, Any]:
    from reconciler.kinds._contact_links import contact_links
    from reconciler.kinds.contact_button import places
    from reconciler.render.button_html import button_html

    links, label = contact_links(button, neighbours), str(button.document["label"])
    return {
        "address": button.address,
        "label": label,
        "links": [
            {"channel": each.channel, "text": each.text, "url": each.url, "is_image": each.is_image} for each in links
        ],
        "missing": _missing(button, neighbours),
        "places": [
            {
                "place": each.form,
                "brand": each.brand_name,
                "file": f"{button.name}/{each.slug}.html",
                "html": button_html(label, links, each.form),
            }
            for each in places(button.document)
        ],
    }


def _missing(button: Resource, neighbours: Neighbours) -> list[str]:
    from reconciler.kinds._contact_links import contact_links

    known = {each.channel for each in contact_links(button, neighbours)}
    return [name for name in button.document["channels"] if name not in known]


def _write(folder: Path, made: list[dict[str, Any]]) -> list[Path]:
    from reconciler.store.files import write_whole

    written = []
    for button in made:
        for place in button["places"]:
            path = folder / place["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, place["html"].encode("utf-8"), mode=0o644)
            written.append(path)
    return written


def _preview(setting: Setting, chosen: list[Resource], neighbours: Neighbours) -> None:
    from reconciler.kinds._contact_links import contact_links
    from reconciler.kinds.contact_button import places
    from reconciler.render.button_text import put_button

    screen = setting.console.screen()
    for each in chosen:
        put_button(
            screen,
            each.address,
            str(each.document["label"]),
            contact_links(each, neighbours),
            places(each.document),
            _missing(each, neighbours),
        )
    setting.console.data(screen.text())


command = buttons
