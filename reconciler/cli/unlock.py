"""`reconciler unlock`."""

from __future__ import annotations

import click

from reconciler.cli.options import Setting, open_backend, require_environment
from reconciler.cli.options import command as shared


@shared(environment="required", examples=("reconciler unlock -e sandbox 3f2a9c1be07d5a44",))
@click.argument("lease_id", metavar="ID")
def unlock(setting: Setting, lease_id: str) -> int:
    """Free the lease of a run that died.

    ID is printed by the command that found the lease held, and by doctor. Whoever held it stops before its next write,
    should it be alive after all.
    """
    from reconciler.store.lease import unlock as free

    require_environment(setting)
    backend = open_backend(setting, is_read_only=False)
    try:
        free(backend, setting.environment, lease_id)
    finally:
        backend.close()
    if setting.is_json:
        setting.console.json("unlock", 0, {"environment": setting.environment, "unlocked": lease_id})
    else:
        setting.console.data(f"the lease of {setting.environment} is free")
    return 0


command = unlock
