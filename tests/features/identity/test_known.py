"""Of those known a register sees whom its rows may speak of, as they are known last, and nobody else."""

from __future__ import annotations

import polars as pl

from features.identity.definition import IdentityDefinition
from features.identity.known import KnownPersons, index_name, known_schema

NUMBER, PLACE = index_name(["id_number"]), index_name(["region_code", "household_no"])


def person(identity: IdentityDefinition, child: str, **said: str) -> pl.DataFrame:
    row = dict.fromkeys(known_schema(identity)) | {"child_id": child, "has_number": True} | said
    return pl.DataFrame([row], schema=known_schema(identity))


def index(number: int) -> str:
    return f"{number:032x}"


def test_an_index_is_the_same_text_again(identity: IdentityDefinition) -> None:
    highest = 2**128 - 1
    people = [person(identity, f"c{number}", **{NUMBER: index(number)}) for number in (0, 1, highest)]
    known = KnownPersons.nobody(identity).and_also(people)
    assert known.frame.equals(pl.concat(people).sort("child_id"))


def test_about_are_those_who_share_an_index_or_are_named(identity: IdentityDefinition) -> None:
    known = KnownPersons.nobody(identity).and_also(
        [
            person(identity, "c1", **{NUMBER: index(1)}),
            person(identity, "c2", **{PLACE: index(1)}),
            person(identity, "c3", **{PLACE: index(3)}),
            person(identity, "c4"),
            person(identity, "c5", **{NUMBER: index(3)}),
        ]
    )
    rows = pl.concat([person(identity, "x", **{NUMBER: index(1), PLACE: index(3)}), person(identity, "y")])
    assert sorted(known.about(rows, ["c4", None, "c9"]).frame["child_id"]) == ["c1", "c3", "c4"]
    assert known.about(rows.tail(1), []).frame.is_empty()


def test_the_last_word_on_a_child_counts_whatever_word_it_is_found_by(identity: IdentityDefinition) -> None:
    earlier = person(identity, "c1", household_id="h1", **{NUMBER: index(1)})
    later = person(identity, "c1", household_id="h2", **{NUMBER: index(2)})
    known = KnownPersons.nobody(identity).and_also([earlier]).and_also([later])
    assert known.about(earlier, []).frame.equals(later)
    assert known.frame.equals(later)


def test_households_somebody_lives_in(identity: IdentityDefinition) -> None:
    people = [person(identity, "c1", household_id="h1"), person(identity, "c2", household_id="h2")]
    known = KnownPersons.nobody(identity).and_also(people)
    assert known.households_among(["h2", "h3", "h1"]) == {"h1", "h2"}
    assert known.households_among([]) == set()
