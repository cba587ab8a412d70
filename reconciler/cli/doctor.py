"""`reconciler doctor`."""

from __future__ import annotations

from reconciler.cli.options import Setting, make_world, open_backend, require_environment
from reconciler.cli.options import command as shared


@shared(
    environment="required",
    is_online=True,
    examples=("reconciler doctor -e sandbox", "reconciler doctor -e production --format json"),
)
def doctor(setting: Setting) -> int:
    """Say whether credentials, rights, account, clock and store are fine.

    Every check is made, also when one fails, and nothing is written anywhere. Ends with the worst failure: 1 store,
    16 credentials, 17 service, 10 manifests, 11 wrong account. Warnings do not count.
    """
    from reconciler.core.checkup import worst_exit_code
    from reconciler.engine.examining import examine
    from reconciler.manifest.loader import load_environment, load_settings
    from reconciler.render.checkup_text import checkup_as_text

    require_environment(setting)
    loaded = load_environment(setting.root, setting.environment)
    for secret in loaded.suspected_secrets:
        setting.console.redactor.learn(secret)
    settings = loaded.environment or load_settings(setting.root, setting.environment)
    backend = open_backend(setting, is_read_only=True)
    try:
        checks = examine(loaded, settings, backend, make_world(setting, setting.environment))
    finally:
        backend.close()
    code = worst_exit_code(checks)
    if setting.is_json:
        setting.console.json("doctor", code, [each.as_json() for each in checks])
    else:
        setting.console.data(checkup_as_text(setting.environment, checks, setting.console.screen()))
    return code


command = doctor
