"""The gate of a running service: keys and scopes, sizes, times, and nothing personal in what it writes down."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.serving.service.conftest import Server
from tests.serving.service.requests import family

PROTECTED = (
    "/readyz",
    "/metrics",
    "/docs",
    "/docs.json",
    "/schema.json",
    "/v1/model",
    "/v1/score",
    "/static_content/x",
    "/no",
)


@pytest.mark.parametrize("path", PROTECTED)
def test_nothing_but_liveness_answers_without_a_key(server: Server, path: str) -> None:
    for key in ("wrong", "é"):
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}".encode()}) as stranger:
            answer = stranger.get(path)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "no_key")
            assert "model" not in answer.text


def test_liveness_needs_no_key(server: Server) -> None:
    assert httpx.get(f"{server.url}/livez").status_code == 200


def test_a_key_opens_only_what_it_is_for(server: Server, narrow_key: str) -> None:
    with server.client(narrow_key) as narrow:
        assert narrow.get("/v1/model").status_code == 200
        assert narrow.get("/readyz").status_code == 200
        for path in ("/metrics", "/docs", "/docs.json", "/schema.json"):
            assert narrow.get(path).json()["error"]["code"] == "scope"
        assert narrow.post("/v1/score", json={}).status_code == 403
        assert narrow.get("/").status_code == 403


def test_unknown_paths_and_methods_are_said_to_be_so(client: httpx.Client) -> None:
    assert client.get("/v2/score").json()["error"]["code"] == "no_such_path"
    assert client.get("/v1/score").status_code == 405
    assert client.delete("/v1/model").status_code == 405


def test_only_json_is_read(client: httpx.Client) -> None:
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/vnd.bentoml+pickle",
    ):
        answer = client.post("/v1/score", content=b"x=1", headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "not_json")


def test_a_large_body_is_refused_by_what_it_says_and_by_what_it_is(client: httpx.Client) -> None:
    large = 9 * 2**20

    def chunks() -> Iterator[bytes]:
        for _ in range(large // 2**16):
            yield b" " * 2**16

    headers = {"Content-Type": "application/json"}
    stated = client.post("/v1/score", content=b" " * large, headers=headers)
    chunked = client.post("/v1/score", content=chunks(), headers=headers)
    assert stated.status_code == chunked.status_code == 413


@pytest.mark.parametrize(
    "body",
    ["", "{", "[" * 100_000, '{"as_of": NaN}', '{"a": "\\ud800"}', '"text"' * 3, '{"as_of": Infinity}'],
    ids=["empty", "half", "deep", "nan", "surrogate", "three", "infinity"],
)
def test_what_is_no_json_is_refused_in_words(client: httpx.Client, body: str) -> None:
    answer = client.post("/v1/score", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_json")


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": "2018-02-30"}, {"as_of": 5}, {"as_of": None}, {"region": "12"}, {"language": "fr"}, {"more": 1},
        {"children": {}}, {"area": [{"region_code": "1"}]}, {"households": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_request_that_is_none_is_refused_in_words(client: httpx.Client, change: dict[str, Any]) -> None:
    answer = client.post("/v1/score", json={"as_of": "2018-06-30", "region": "520121"} | change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not_a_request")


def test_numbers_that_are_too_large_reach_nobody(client: httpx.Client, county_request: dict[str, Any]) -> None:
    child = county_request["children"][0]["child_id"]
    request = family(county_request, child)
    text = json.dumps(request).replace('"distance_school_km": ', '"distance_school_km": 1e999, "was": ', 1)
    answer = client.post("/v1/score", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert "Infinity" not in answer.text
    record = next(record for record in answer.json()["records"] if record["child_id"] == child)
    assert record["status"] == "invalid"
    assert "distance_school_km" in {fault["field"] for fault in record["faults"]}


def test_a_slow_sender_costs_nobody_else(server: Server, county_request: dict[str, Any]) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    head = f"POST /v1/score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    slow = [socket.create_connection((host, int(port))) for _ in range(40)]
    try:
        for each in slow:
            each.sendall(head.encode())
        with server.client() as client:
            request = family(county_request, county_request["children"][0]["child_id"])
            started = time.monotonic()
            assert client.post("/v1/score", json=request).status_code == 200
            assert time.monotonic() - started < 5
    finally:
        for each in slow:
            each.close()


def test_a_caller_that_leaves_costs_nobody(server: Server, county_request: dict[str, Any]) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    body = json.dumps(county_request).encode()
    head = f"POST /v1/score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    for part in (len(body), len(body) // 2, 0):
        with socket.create_connection((host, int(port))) as gone:
            gone.sendall(head.encode() + body[:part])
    with server.client() as client:
        assert client.get("/v1/model").status_code == 200


def test_log_and_metrics_hold_nothing_that_was_sent(server: Server, county_request: dict[str, Any]) -> None:
    child = county_request["children"][0]["child_id"]
    request = family(county_request, child)
    name = "王小明 13800138000"
    request["children"][0] = {**request["children"][0], "schooling": name, name: 1}
    with server.client() as client:
        client.post("/v1/score", json=request)
        client.post("/v1/score", content=f'{{"{name}": '.encode(), headers={"Content-Type": "application/json"})
        client.get(f"/children/{child}", params={"name": name})
        client.get(f"/v1/explain/{child}")
        client.post("/v1/explain", json={**request, "child_id": "nobody"})
        written = server.log.read_text() + client.get("/metrics").text
    for personal in (name, "王小明", child, request["children"][0]["household_id"]):
        assert personal not in written


def test_metrics_count_children_by_what_they_got(client: httpx.Client, county_request: dict[str, Any]) -> None:
    request = family(county_request, county_request["children"][0]["child_id"])
    client.post("/v1/score", json=request)
    text = client.get("/metrics").text
    assert 'mopai_request_seconds_count{route="/v1/score",status="200"}' in text
    assert 'mopai_records_total{status="scored"}' in text


def test_answers_are_not_to_be_kept_or_framed(client: httpx.Client) -> None:
    headers = client.get("/v1/model").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers or "BentoML" not in headers["server"]
