"""The page: a key opens it, no key stands in it, and it shows the scored region."""

from __future__ import annotations

import httpx

from serving.batch.folder import ScoreFolder
from tests.serving.service.conftest import Server


def visitor(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=60)


def test_a_visitor_is_asked_for_a_key_and_then_sees_the_region(server: Server, scored: ScoreFolder) -> None:
    with visitor(server) as browser:
        asked = browser.get("/")
        assert asked.status_code == 200
        assert 'name="key"' in asked.text
        assert scored.manifest.model_id not in asked.text
        opened = browser.post("/session", data={"key": server.key})
        assert (opened.status_code, opened.headers["location"]) == (303, "/")
        cookie = opened.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert server.key not in cookie
        page = browser.get("/")
        assert page.status_code == 200
        assert scored.between(1, 1)["household_id"][0] in page.text
        assert server.key not in page.text
        assert 'lang="zh"' in page.text
        assert 'lang="en"' in page.text


def test_a_wrong_key_opens_nothing(server: Server, narrow_key: str) -> None:
    with visitor(server) as browser:
        for key in ("wrong", narrow_key, ""):
            refused = browser.post("/session", data={"key": key})
            assert refused.status_code == 401
            assert "set-cookie" not in refused.headers
            assert 'role="alert"' in refused.text


def test_a_page_session_opens_the_page_alone(server: Server) -> None:
    with visitor(server) as browser:
        browser.post("/session", data={"key": server.key})
        assert browser.get("/v1/model").status_code == 401
        assert browser.post("/v1/score", json={}).status_code == 401


def test_the_documents_name_every_question(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    for path in ("/v1/score", "/v1/explain", "/v1/model"):
        assert path in page.text


def test_bentomls_own_client_knows_the_questions(client: httpx.Client) -> None:
    routes = {route["route"]: route for route in client.get("/schema.json").json()["routes"]}
    assert set(routes) == {"/v1/score", "/v1/explain"}
    assert "children" in routes["/v1/score"]["input"]["properties"]
