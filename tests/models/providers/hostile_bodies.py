"""What no vendor answers with, though it comes whole: bodies, and bodies with statuses and headers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vendor_protocols import Json, Protocol
from vendor_questions import KEY

REPLY: Json = {
    "diary": "quiet", "directive": "wait", "goals": ["live"], "intent": "", "messages": [], "orders": [],
    "reasoning": "", "relationships": {}, "summary": "quiet",
}  # fmt: skip
"""It has the fields of every step."""
MB = 2**20


def answer(protocol: Protocol, text: str | None = None) -> Json:
    return protocol.answer(json.dumps(REPLY) if text is None else text)


def packed(body: Any) -> bytes:
    return json.dumps(body).encode()


def counted(number: Any) -> Callable[[Protocol], bytes]:
    """A good answer of which every count is this."""

    def count(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: count(inner) for name, inner in value.items()}
        return "NUMBER" if isinstance(value, int) else value

    def made(protocol: Protocol) -> bytes:
        body = answer(protocol)
        usage = next(name for name in ("usage", "usageMetadata") if name in body)
        return packed(body | {usage: count(body[usage])}).replace(b'"NUMBER"', str(number).encode())

    return made


def stopped(reason: str) -> Callable[[Protocol], bytes]:
    """A good answer whose reason to stop is something else."""

    def made(protocol: Protocol) -> bytes:
        body = packed(answer(protocol) | {"incomplete_details": {"reason": "REASON"}})
        for said in (b'"stop"', b'"end_turn"', b'"STOP"', b'"REASON"', b'"completed"'):
            body = body.replace(said, reason.encode())
        return body

    return made


def shaped(value: Any) -> Callable[[Protocol], bytes]:
    """A good answer in which everything below the first level is something else."""
    return lambda protocol: packed(dict.fromkeys(answer(protocol), value))


def said(text: str) -> Callable[[Protocol], bytes]:
    return lambda protocol: packed(answer(protocol, text))


def body(value: Any) -> Callable[[Protocol], bytes]:
    return lambda _: value if isinstance(value, bytes) else packed(value)


def failed(status: int) -> Callable[[Protocol], bytes]:
    return lambda protocol: packed(protocol.error(status, f"No luck for {KEY} today."))


def good(protocol: Protocol) -> bytes:
    return packed(answer(protocol))


def _tools(protocol: Protocol) -> bytes:
    call = {"arguments": "to {be} or not", "name": "x"}
    message = {"content": None, "tool_calls": [{"function": call}, None, 3], "reasoning": [1]}
    return packed(
        {
            "choices": [{"finish_reason": "tool_calls", "message": message}],
            "output": [{"type": "function_call", **call}, {"type": "reasoning", "summary": 4}],
            "candidates": [{"content": {"parts": [{"functionCall": {"args": [1]}}]}, "finishReason": "STOP"}],
            "content": [{"type": "tool_use", "input": 7}],
            "stop_reason": "tool_use",
        }
    )


def _deep_error(_: Protocol) -> bytes:
    return b'{"error":' * 900 + b'"x"' + b"}" * 900


BODIES: dict[str, Callable[[Protocol], bytes]] = {
    "fine": good,
    "text_of_a_megabyte": said("x" * (MB + 300_000)),
    "text_of_nul": said("\x00" * 300_000),
    "text_of_braces": said("{" * 500_000),
    "text_of_objects": said('{"orders": [' * 50_000),
    "text_with_the_key": said(json.dumps(REPLY | {"diary": f"it is {KEY}, {KEY[4:16]}", "goals": [KEY]})),
    "text_with_a_page": said(json.dumps(REPLY | {"diary": "<script>alert(1)</script><img src=x onerror=alert(1)>"})),
    "text_with_escapes": said(json.dumps(REPLY | {"diary": "\x1b[2J\x9b2J\u202e\u2066\u200b\U000e0041\x07"})),
    "text_with_surrogates": said("{\"diary\": \"\\ud800\", \"goals\": [\"\ud83d\"]}"),
    "text_is_nothing": said(""),
    "text_is_a_refusal": said("I cannot help with that."),
    "text_is_half": said('{"orders": ["A PAR - BUR", "A MAR S A PAR - B'),
    "text_twice": said(json.dumps(REPLY) * 2),
    "byte_order_mark": lambda protocol: b"\xef\xbb\xbf" + good(protocol),
    "nul_behind": lambda protocol: good(protocol) + b"\x00" * 100,
    "nul_alone": body(b"\x00" * 1000),
    "utf_16": lambda protocol: good(protocol).decode().encode("utf-16"),
    "latin_1": lambda protocol: good(protocol).replace(b"quiet", "très gênés".encode("latin-1")),
    "twice": lambda protocol: good(protocol) * 2,
    "half": lambda protocol: good(protocol)[:-40],
    "duplicate_keys": lambda protocol: good(protocol)[:-1] + b"," + good(protocol)[1:],
    "deep_lists": body(b"[" * 100_000),
    "deep_objects": body(b'{"error":' * 100_000),
    "deep_error": _deep_error,
    "empty_lists": body(b'{"choices":[' + b"[]," * (MB // 2) + b"[]]}"),
    "many_choices": body({name: [{}] * 100_000 for name in ("choices", "output", "content", "candidates")}),
    "nothing": body(b""),
    "null": body(None),
    "number": body(7),
    "list": body([[], {}]),
    "text": body("hello"),
    "page": body(b"<!doctype html><html><body>Just a moment...</body></html>"),
    "counts_nan": counted("NaN"),
    "counts_infinite": counted("1e999"),
    "counts_of_4000_digits": counted("1" + "0" * 4000),
    "counts_of_5000_digits": counted("1" + "0" * 5000),
    "counts_zero": counted(0),
    "counts_below_zero": counted(-5),
    "counts_text": counted('"many"'),
    "counts_lists": counted("[1]"),
    "counts_of_billions": counted(9 * 10**9),
    "stop_is_a_list": stopped('["stop"]'),
    "stop_is_an_object": stopped('{"a": {}}'),
    "stop_is_a_number": stopped("4"),
    "stop_is_null": stopped("null"),
    "shape_null": shaped(None),
    "shape_numbers": shaped(3.5),
    "shape_lists": shaped([[None, 1, "x", [], {}]]),
    "shape_objects": shaped({"error": [], "text": {}, "content": {"parts": 7}}),
    "tools": _tools,
    "error_overloaded": body({"type": "error", "error": {"type": "overloaded_error", "message": KEY}}),
    "error_without_words": body({"error": {"code": ["x"], "status": {}}}),
    "error_of_lists": body({"error": [{"message": "no"}] * 1000}),
    "error_is_a_word": body({"error": "the dog ate it"}),
}  # fmt: skip

STATUSES: dict[str, tuple[int | str, Callable[[Protocol], bytes], dict[str, str]]] = {
    "status_099": (99, failed(500), {}),
    "status_204": ("HTTP/1.1 204 X", body(b""), {}),
    "status_206": (206, good, {}),
    "status_304": (304, body(b""), {}),
    "status_301_nowhere": (301, failed(500), {}),
    "status_424": (424, failed(424), {}),
    "status_429_for_ages": (429, failed(429), {"Retry_After": "9" * 30}),
    "status_429_for_nan": (429, failed(429), {"Retry_After": "nan", "retry_after_ms": "-inf"}),
    "status_500": (500, failed(500), {}),
    "status_503_page": (503, body(b"<html>" + b"x" * MB), {"Content_Type": "text/html"}),
    "status_500_deep": (500, _deep_error, {}),
    "status_503_charset": (503, body(b"\xff\xfe\x00"), {"Content_Type": "text/plain; charset=utf-99"}),
    "status_600": (600, failed(500), {}),
    "status_999": (999, failed(500), {}),
    "charset": (200, good, {"Content_Type": "application/json; charset=utf-99"}),
    "content_type": (200, good, {"Content_Type": "video/;;;=\x80"}),
    "packed_badly": (200, body(b"\x1f\x8b nothing of the sort"), {"Content_Encoding": "gzip"}),
    "packed_in_br": (200, body(b"\x8b\x00\x80"), {"Content_Encoding": "br"}),
    "packed_in_zstd": (200, body(b"\x28\xb5\x2f\xfd\x00"), {"Content_Encoding": "zstd"}),
    "packed_in_words": (200, good, {"Content_Encoding": "words, of, the, prophet"}),
    "length_negative": (200, good, {"Content-Length": "-7"}),
    "length_text": (200, good, {"Content-Length": "many"}),
    "length_huge": (200, good, {"Content-Length": "1" + "0" * 30}),
    "length_short": (200, good, {"Content-Length": "20"}),
    "length_twice": (200, good, {"Content-Length": "20\r\nContent-Length: 30"}),
    "length_and_chunks": (200, good, {"Transfer_Encoding": "chunked"}),
    "protocol_2": ("HTTP/2 200 X", good, {}),
    "protocol_none": ("hello", good, {}),
}  # fmt: skip

FATAL: dict[str, tuple[int, Callable[[Protocol], bytes], dict[str, str]]] = {
    "error_of_the_key": (200, body({"type": "error", "error": {"type": "authentication_error", "message": "no"}}), {}),
    "error_of_the_place": (200, body({"error": "Unexpected endpoint or method. (POST /chat/completions)"}), {}),
    "status_401": (401, failed(401), {}),
    "status_404_of_a_megabyte": (404, body({"error": {"message": "x" * MB}}), {}),
    "status_418": (418, body(b"I am a teapot"), {}),
    "redirect_elsewhere": (307, body(b""), {"Location": "http://localhost:1/v1"}),
    "redirect_to_a_file": (307, body(b""), {"Location": "file:///etc/passwd"}),
    "redirect_in_circles": (307, body(b""), {"Location": "again"}),
}  # fmt: skip
"""What ends a game before it begins, as it should."""
