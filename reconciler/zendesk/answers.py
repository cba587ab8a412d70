"""What an answer's bytes say: bounded reading, strict JSON, the service's own words; it refuses to judge them."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from reconciler.zendesk.clock import Clock

DECODED_BYTES_CAP = 50_000_000
DEEPEST_NESTING = 200
LONGEST_NUMBER = 40
LONGEST_WORDS = 500


class UnreadableAnswer(Exception):
    """The answer came, but it is not what an API sends; the text says why and holds nothing of the body."""


@dataclass(frozen=True, slots=True)
class Received:
    """A whole answer: `content` is decoded and within the cap, and nothing of it was judged yet."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the answer says that it is JSON."""
        return self.media_type == "application/json" or (
            self.media_type.startswith("application/") and self.media_type.endswith("+json")
        )

    @property
    def is_page(self) -> bool:
        """Whether the answer is a web page: a login form, a proxy, or an address without an account."""
        return self.media_type in ("text/html", "application/xhtml+xml")


def read_answer(response: httpx.Response, clock: Clock, deadline_at: float, decoded_bytes_cap: int) -> Received:
    """Reads the whole body; raises UnreadableAnswer past the cap, httpx.ReadTimeout past the deadline.

    Compressed bodies are decoded here and not by httpx, which would inflate a whole chunk before anyone can object.
    """
    chunks: list[bytes] = []
    size = 0
    for chunk in _decoded(response, decoded_bytes_cap):
        size += len(chunk)
        if size > decoded_bytes_cap:
            raise UnreadableAnswer(f"its body is longer than {decoded_bytes_cap} bytes")
        if clock.monotonic() > deadline_at:
            raise httpx.ReadTimeout("the request's total deadline has passed")
        chunks.append(chunk)
    return Received(response.status_code, response.headers, b"".join(chunks))


def parse_json(content: bytes) -> Any:
    """The value of a JSON text as RFC 8259 has it; raises UnreadableAnswer for what Python would let pass.

    Refused are invalid UTF-8, half surrogates, duplicate keys, NaN and infinities, numbers past 40 digits and nesting
    deeper than 200.
    """
    problem = ""
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_finite,
        )
        if b"\\u" in content:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        problem = "its body is not valid UTF-8"
    except RecursionError:
        problem = f"its JSON is nested deeper than {DEEPEST_NESTING}"
    except json.JSONDecodeError as error:
        problem = f"its body is not valid JSON (position {error.pos} of {len(error.doc)})"
    # The decoder's error holds the whole body, so nothing is raised while it is being handled.
    if not problem and _is_too_deep(value):
        problem = f"its JSON is nested deeper than {DEEPEST_NESTING}"
    if problem:
        raise UnreadableAnswer(problem)
    return value


def error_codes(received: Received) -> frozenset[str]:
    """The codes of an error body, in any of its shapes."""
    body = _error_body(received)
    if not isinstance(body, dict):
        return frozenset()
    parts = [body.get("error"), *(body["errors"] if isinstance(body.get("errors"), list) else ())]
    codes = (part.get("code") if isinstance(part, dict) else part for part in parts)
    return frozenset(code for code in codes if isinstance(code, str))


def service_words(received: Received) -> str:
    """What the service says about its refusal, in reading order, or an empty string; not yet redacted or cut.

    Known shapes: `{"error", "description", "details": {field: [{"description"}]}}`, `{"errors": [{"code", "title",
    "detail"}]}`, `{"error": {"title", "message"}}`, `{"error": {"code", "description"}}`, and plain text. Of any
    other JSON every text is taken.
    """
    if received.is_page:
        return "The answer is a web page."
    body = _error_body(received)
    if isinstance(body, str):
        return body.strip()
    if not isinstance(body, dict):
        return "; ".join(_texts(body))
    words: list[str] = []
    error = body.get("error")
    words += [error] if isinstance(error, str) else _joined(error)
    words += [body["description"]] if isinstance(body.get("description"), str) else []
    details = body.get("details")
    if isinstance(details, dict):
        words += [f"{field}: {'; '.join(_texts(problems, 'description'))}" for field, problems in details.items()]
    errors = body.get("errors")
    if isinstance(errors, list):
        words += [word for one in errors for word in _joined(one)]
    return "; ".join(words or _texts(body))


def printable(text: str) -> str:
    """`text` on one line with control characters escaped, cut to 500 characters."""
    escaped = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return escaped if len(escaped) <= LONGEST_WORDS else escaped[: LONGEST_WORDS - 1] + "…"


def _decoded(response: httpx.Response, cap: int) -> Iterator[bytes]:
    if response.is_stream_consumed:
        yield response.content
        return
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip"):
        raise UnreadableAnswer("its body is compressed in a way that was not asked for")
    inflator = zlib.decompressobj(wbits=31)
    for chunk in response.iter_raw():
        pending = chunk
        while pending and not inflator.eof:
            yield _inflated(inflator, pending, cap)
            pending = inflator.unconsumed_tail
        if pending or inflator.unused_data:
            raise UnreadableAnswer("its compressed body does not end where it says")
    if not inflator.eof:
        raise UnreadableAnswer("its compressed body is cut off")


def _inflated(inflator: zlib._Decompress, data: bytes, cap: int) -> bytes:
    try:
        return inflator.decompress(data, min(cap + 1, 1_000_000))
    except zlib.error:
        raise UnreadableAnswer("its compressed body is damaged") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise UnreadableAnswer("its JSON holds a key twice in one object")
    return value


def _no_constant(word: str) -> Any:
    raise UnreadableAnswer("its JSON holds NaN or an infinity")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise UnreadableAnswer(f"its JSON holds a number of more than {LONGEST_NUMBER} digits")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise UnreadableAnswer("its JSON holds a number beyond what a float can hold")
    return value


def _is_too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(DEEPEST_NESTING):
        if not level:
            return False
        children = (child for one in level for child in (one.values() if isinstance(one, dict) else one))
        level = [child for child in children if isinstance(child, (dict, list))]
    return bool(level)


def _error_body(received: Received) -> Any:
    if received.is_json:
        try:
            return parse_json(received.content)
        except UnreadableAnswer:
            return None
    if received.media_type == "text/plain":
        return received.content.decode("utf-8", "replace")
    return None


def _joined(error: Any) -> list[str]:
    """One error object as one piece: `code: title: detail`, whichever it has."""
    if not isinstance(error, dict):
        return _texts(error)
    known = [error[key] for key in ("code", "title", "message", "description", "detail") if key in error]
    texts = [str(part) for part in known if isinstance(part, (str, int))]
    return [": ".join(dict.fromkeys(texts))] if texts else _texts(error)


def _texts(value: Any, key: str = "") -> list[str]:
    """Every text inside `value`; of objects only the member `key` where they have it."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        inside = [value[key]] if key in value else list(value.values())
        return [text for child in inside for text in _texts(child, key)]
    if isinstance(value, list):
        return [text for child in value for text in _texts(child, key)]
    return []
