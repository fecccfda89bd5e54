"""The language asked for wins, then that of the surroundings."""

from __future__ import annotations

import pytest

from features.cli.language import language_of


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh"),
        ({}, "en"),
    ],
)
def test_surroundings(monkeypatch: pytest.MonkeyPatch, said: dict[str, str], wanted: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert language_of(None) == wanted
    assert (language_of("zh"), language_of("en")) == ("zh", "en")
