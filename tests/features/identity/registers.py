"""Registers of made-up families: every name, number and telephone is drawn, and who lives with whom is known."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from features.identity.id_number import check_character

COUNTY = "520123"
# Shares of surnames of a county: a few are many.
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉萍红梅建国志文斌波宇浩鑫佳雪婷晨欣怡子涵梓轩"


def number(birth: date, order: int, region: str = COUNTY) -> str:
    """A sound ID number: region, birth date, order number (odd: a man)."""
    digits = f"{region}{birth:%Y%m%d}{order:03d}"
    return digits + check_character(digits)


@dataclass(frozen=True, slots=True)
class Made:
    """A register and, by row, the family each child truly belongs to."""

    rows: pl.DataFrame
    family: dict[int, int]


def made_register(families: int, seed: int, *, villages: int = 0, slips: float = 0.06, gaps: float = 0.15) -> Made:
    """A register without household numbers and without numbers of guardians: the hard case.

    Args:
        families: how many; each has one to three children.
        seed: of every draw.
        villages: how many they live in; 0: one for 150 families.
        slips: share of values with one character wrong.
        gaps: share of values left out.
    """
    draw = random.Random(seed)
    villages = villages or max(1, families // 150)
    rows, family_of = [], {}
    places = draw.sample(
        range(5400 * 998), 3 * families
    )  # of birth dates and order numbers: no two children share both
    for family in range(families):
        home = _home(draw, villages)
        for _ in range(draw.choices((1, 2, 3), (0.55, 0.36, 0.09))[0]):
            row = len(rows) + 1
            family_of[row] = family
            rows.append({"_row": row, **_child(draw, places.pop(), home), **_slipped(draw, home, slips, gaps)})
    return Made(pl.DataFrame(rows, infer_schema_length=None), family_of)


def _name(draw: random.Random, surname: str | None = None) -> str:
    family = surname or draw.choices(SURNAMES, [1 / (rank + 3) for rank in range(len(SURNAMES))])[0]
    return family + "".join(draw.choices(GIVEN, k=draw.choice((1, 2, 2))))


def _home(draw: random.Random, villages: int) -> dict[str, str]:
    father = _name(draw)
    return {
        "region_code": f"{COUNTY}{1 + draw.randrange(villages):06d}",
        "father_name": father,
        "mother_name": _name(draw),
        "guardian_name": _name(draw, father[0] if draw.random() < 0.5 else None),
        "guardian_phone": f"1{draw.randrange(3 * 10**8, 10**9):09d}{draw.randrange(10)}",
        "address": f"{draw.randrange(1, 9)}组{draw.randrange(1, 60)}号" if draw.random() < 0.5 else "",
    }


def _child(draw: random.Random, place: int, home: dict[str, str]) -> dict[str, str | None]:
    birth, order = date(2001, 1, 1) + timedelta(days=place % 5400), 1 + place // 5400
    return {
        "name": _name(draw, home["father_name"][0]),
        "birth_date": birth.isoformat(),
        "sex": "boy" if order % 2 else "girl",
        "id_number": number(birth, order) if draw.random() < 0.9 else None,
        "valid_from": "2016-07-31",
    }


def _slipped(draw: random.Random, home: dict[str, str], slips: float, gaps: float) -> dict[str, str | None]:
    """What the form of one child says of its home: some of it left out, some with a wrong character."""
    said: dict[str, str | None] = {"region_code": home["region_code"]}
    for name in ("father_name", "mother_name", "guardian_name", "guardian_phone", "address"):
        value = home[name]
        chance = draw.random()
        if not value or chance < gaps:
            said[name] = None
        elif chance < gaps + slips:
            place = draw.randrange(1, len(value))
            said[name] = (
                value[:place] + draw.choice("0123456789" if name == "guardian_phone" else GIVEN) + value[place + 1 :]
            )
        else:
            said[name] = value
    return said
