"""How figures of monitoring are written for people."""

from __future__ import annotations

from features.definition import Label

NOT_RECORDED = Label("没有记录", "not recorded")
NOT_KNOWN_YET = Label("尚无标签", "no label yet")
TOO_SMALL = Label("人数太少，不显示", "too few to show")
WHOLE_REGION = Label("全区域", "whole region")
LEVEL_WORDS = {"info": Label("提示", "note"), "warn": Label("注意", "warning"), "hard": Label("暂停", "suspends")}


def percent(share: float) -> str:
    """A share in whole per cent."""
    return f"{100 * share:.0f}%"


def share_of(part: int, whole: int) -> str:
    """A part in per cent of the whole; a dash where there is nothing."""
    return percent(part / whole) if whole else "-"


def between(ends: tuple[float, float] | None) -> str:
    """An interval in whole per cent; a dash where there is none."""
    return "-" if ends is None else f"{percent(ends[0])}-{percent(ends[1])}"
