"""Eight places where libraries that the program uses print what they were given, and that none of it comes through.

Each test first shows the leak, so that it fails when there is nothing left to guard against.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import deepdiff
import httpx
import jsonschema
import pydantic
import pytest
import yaml

from reconciler.core.errors import UsageError
from reconciler.core.secret import Secret
from reconciler.emulator.server import Emulator
from reconciler.engine.differences import describe_difference
from reconciler.manifest.loader import load_environment
from reconciler.manifest.yaml_reader import parse
from reconciler.zendesk.answers import Received, UnreadableAnswer, parse_json
from reconciler.zendesk.origin import overridden_origin
from tests.fault.scenarios import APP
from tests.unit.engine.situations import environment, resource
from tests.unit.engine.worlds import stage

CANARY = "zq81kanari-of-a-library"


def told(error: BaseException) -> str:
    """Everything that a traceback of it, its causes and its members would show."""
    parts: list[str] = []
    each: BaseException | None = error
    while each is not None:
        parts += [
            repr(each),
            str(each),
            repr(each.args),
            repr(getattr(each, "__dict__", {})),
            repr(getattr(each, "doc", "")),
        ]
        each = each.__cause__ or each.__context__
    return "".join([*parts, *traceback.format_exception(error)])


def raised(act: Callable[[], Any]) -> BaseException:
    with pytest.raises(Exception) as caught:
        act()
    return caught.value


def _judged(tmp_path: Path, manifest: str) -> str:
    folder = tmp_path / "environments" / "sandbox"
    folder.mkdir(parents=True)
    (folder / "environment.yaml").write_text(
        f"kind: environment\nname: sandbox\naccount: {{subdomain: maison-lune, app_id: {APP}}}\ncredentials:\n"
        "  support: {client_id: env://A, client_secret: env://B}\n  conversations: {key_id: env://C, secret: env://D}\n"
    )
    (folder / "channel.yaml").write_text(manifest)
    loaded = load_environment(tmp_path, "sandbox")
    assert loaded.environment is None
    return repr(loaded.diagnostics) + str(loaded.suspected_secrets)


MESSENGER = 'kind: channel\nname: page\ntype: messenger\npage_id: "1"\napp_id: "2"\napp_secret: env://A\n'


def test_s1_the_debug_log_of_the_http_libraries(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with Emulator({"maison-lune": 0}) as emulator, caplog.at_level(logging.DEBUG):
        httpx.get(f"{emulator.url('maison-lune')}/api/v2/groups?token={CANARY}", auth=("a", "b"))
        assert CANARY in caplog.text
    caplog.clear()
    page = resource(
        "channel",
        "page",
        type="messenger",
        page_id="1",
        app_id="2",
        app_secret="env://TOKEN",
        page_access_token="env://TOKEN",
    )
    with stage(tmp_path) as here, caplog.at_level(logging.DEBUG):
        here.world.environ = {**dict.fromkeys(here.world.environ, f"{CANARY}-credential"), "TOKEN": CANARY}
        assert 0 == here.apply(environment(page)).exit_code()
    assert CANARY not in caplog.text


def test_s3_the_status_errors_of_httpx(tmp_path: Path) -> None:
    request = httpx.Request("GET", f"https://maison-lune.zendesk.com/x?token={CANARY}")
    assert CANARY in told(raised(lambda: httpx.Response(500, request=request).raise_for_status()))
    with stage(tmp_path) as here:
        here.world.environ = dict.fromkeys(here.world.environ, CANARY)

        def refuse(request: httpx.Request) -> None:
            raise httpx.ConnectError(f"no route for {request.headers} {request.url}?{CANARY}", request=request)

        here.wire.before = refuse
        assert CANARY not in told(raised(lambda: here.plan(environment())))


def test_s4_the_errors_of_pydantic() -> None:
    class Model(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(hide_input_in_errors=True)
        token: int

    error = raised(lambda: Model.model_validate({"token": CANARY}))
    assert isinstance(error, pydantic.ValidationError)
    assert CANARY in repr(error.errors())


def test_s4_a_manifest_whose_fields_have_wrong_types_is_judged_without_them(tmp_path: Path) -> None:
    assert CANARY not in _judged(
        tmp_path, f"{MESSENGER}page_access_token: {{from: [{CANARY}], generation: {CANARY}}}\n"
    )


def test_s4_the_errors_of_jsonschema(tmp_path: Path) -> None:
    assert CANARY in told(raised(lambda: jsonschema.validate(CANARY, {"type": "integer"})))
    assert CANARY not in _judged(tmp_path, f"{MESSENGER}page_access_token: {CANARY}\n")


def test_s4_the_excerpts_of_pyyaml(tmp_path: Path) -> None:
    broken = f"{MESSENGER}page_access_token: {CANARY}: x\n"
    assert CANARY in told(raised(lambda: yaml.safe_load(broken)))
    assert CANARY not in repr(parse(broken.encode(), "channel.yaml").diagnostics)
    assert CANARY not in _judged(tmp_path, broken)


def test_s2_the_representation_of_deepdiff() -> None:
    assert CANARY in repr(deepdiff.DeepDiff({"token": CANARY}, {"token": "other"}))
    secret = Secret(CANARY)
    assert CANARY not in f"{secret!r} {secret} {secret:>9}" + describe_difference({"a": 1}, {"a": 2})


def test_s4_the_document_that_a_json_error_carries() -> None:
    body = f'{{"token": "{CANARY}"'.encode()
    assert CANARY in repr(getattr(raised(lambda: json.loads(body)), "doc", ""))
    error = raised(lambda: parse_json(body))
    assert isinstance(error, UnreadableAnswer)
    assert CANARY not in told(error)
    assert CANARY not in told(raised(lambda: parse_json(b'{"a": "' + CANARY.encode() + b'", "a": 1}')))
    assert Received(200, httpx.Headers(), body).is_json is False


def test_s4_the_address_with_a_password_of_httpx() -> None:
    url = httpx.URL(f"https://agent:{CANARY}@maison-lune.zendesk.com/")
    assert CANARY in str(url)
    error = raised(lambda: overridden_origin(str(url), insecure_base_url=True))
    assert isinstance(error, UsageError)
    assert CANARY not in told(error)
