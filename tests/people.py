"""Families and children for workbooks, with valid ID numbers. Every person is made up."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

COUNTY = "520101"
VILLAGES = ("520101001201", "520101001202", "520101001203")
INVESTIGATED = date(2016, 7, 31)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_CHECK_DIGITS = "10X98765432"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Family:
    """One simulated household and what the form says of it."""

    number: int
    village: str
    guardian: str
    guardian_id: str
    phone: str
    guardian_type: str
    father: str
    mother: str
    away_since: date
    dwelling: str
    dibao: bool


@dataclass(frozen=True, slots=True)
class Child:
    """One simulated child with a valid ID number."""

    name: str
    girl: bool
    birth: date
    id_number: str
    ethnicity: str
    hukou: bool
    health: str
    schooling: str
    family: Family


def id_number(region: str, birth: date, order: int, *, girl: bool) -> str:
    """A number of 18 digits with the right check digit; the last order digit is even for women."""
    order = order * 2 if girl else order * 2 + 1
    body = f"{region[:6]}{birth:%Y%m%d}{order % 1000:03d}"
    return body + _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def serial(day: date) -> int:
    """A date as a spreadsheet counts it."""
    return (day - _EPOCH).days


def families(count: int, seed: int = 0) -> list[Family]:
    """Simulated households, by village."""
    draw = random.Random(seed)
    made = []
    for number in range(count):
        born = date(1950 + draw.randrange(12), 1 + draw.randrange(12), 1 + draw.randrange(28))
        made.append(
            Family(
                number=number + 1,
                village=VILLAGES[number * len(VILLAGES) // count],
                guardian=f"模拟监护{_letters(number)}",
                guardian_id=id_number("520102", born, number, girl=number % 2 == 0),
                phone=f"199{number:08d}",
                guardian_type=draw.choice(["祖父母或外祖父母"] * 6 + ["亲属", "无人监护"]),
                father=draw.choice(["省外务工", "省内务工", "死亡"]),
                mother=draw.choice(["省外务工", "省内务工", "失联"]),
                away_since=date(2010 + draw.randrange(6), 1 + draw.randrange(12), 1 + draw.randrange(28)),
                dwelling=draw.choice(["安全", "安全", "简陋", "危房"]),
                dibao=draw.random() < 0.4,
            )
        )
    return made


def children(count: int, seed: int = 0) -> list[Child]:
    """Simulated children, some of them siblings, in the order of their families."""
    draw = random.Random(seed + 1)
    homes = families(max(1, count * 2 // 3), seed)
    chosen = sorted([*homes, *draw.choices(homes, k=count - len(homes))], key=lambda home: home.number)
    return [_child(number, home, draw) for number, home in enumerate(chosen)]


def _child(number: int, home: Family, draw: random.Random) -> Child:
    birth = date(2001, 1, 5) + timedelta(days=draw.randrange(365 * 14))
    age = (INVESTIGATED - birth).days // 365
    girl = draw.random() < 0.45
    return Child(
        name=f"模拟{_letters(number)}",
        girl=girl,
        birth=birth,
        id_number=id_number("520101", birth, number, girl=girl),
        ethnicity=draw.choice(["汉族", "苗族", "布依族"]),
        hukou=draw.random() < 0.95,
        health=draw.choice(["健康"] * 8 + ["患病", "残疾"]),
        schooling="未入学" if age < 3 else "幼儿园" if age < 6 else "小学" if age < 12 else "初中",
        family=home,
    )


def _letters(number: int) -> str:
    """甲, 乙 ... 癸, 甲甲, 甲乙 ...: names nobody has."""
    word = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, len(_STEMS))
        word = _STEMS[rest] + word
    return word
