"""`reconciler version`."""

from __future__ import annotations

import platform

from reconciler import __version__
from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared


@shared(examples=("reconciler version --format json",))
def version(setting: Setting) -> int:
    """Say which version this is, and on which Python it runs."""
    if setting.is_json:
        setting.console.json("version", 0, {"version": __version__, "python": platform.python_version()})
    else:
        setting.console.data(f"reconciler {__version__} (Python {platform.python_version()})")
    return 0


command = version
