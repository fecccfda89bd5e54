"""Every rule that any check knows is said in a clerk's words, in both languages."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import features
from features.definition import load_definition
from features.definition.loader import DEFINITIONS
from features.definition.model import Language
from features.identity.definition import load_identity
from features.workbook.words import (
    column_wanted,
    fault_words,
    field_label,
    find_column,
    load_words,
    value_label,
    wanted_words,
)

DEFINITION, IDENTITY = load_definition(), load_identity()
ROOT = Path(features.__file__).parent
CHINESE = re.compile("[\u4e00-\u9fff]")
# Which argument of a call is the code of a rule.
RULE_AT = {"Check": 0, "file_fault": 2, "fault_rows": 2, "register_faults": 2}


def trees(package: str) -> Iterator[ast.Module]:
    for path in sorted((ROOT / package).glob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"))


def constants(tree: ast.Module) -> dict[str, str]:
    """The names a module gives to texts."""
    found: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        names = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else node.targets
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for name, value in zip(names, values, strict=False):
            if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[name.id] = value.value
    return found


def rules_of(package: str) -> set[str]:
    """Codes written into calls that make faults, or into constants that such calls are given."""
    found: set[str] = set()
    for tree in trees(package):
        named = constants(tree)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            if name == "alias" and isinstance(call.args[0], ast.Constant) and call.args[0].value == "rule":
                inner = call.func.value if isinstance(call.func, ast.Attribute) else None
                found |= {arg.value for arg in getattr(inner, "args", []) if isinstance(arg, ast.Constant)}
            if name not in RULE_AT or len(call.args) <= RULE_AT[name]:
                continue
            arg = call.args[RULE_AT[name]]
            if isinstance(arg, ast.Constant):
                found.add(str(arg.value))
            elif isinstance(arg, ast.Name) and arg.id in named:
                found.add(named[arg.id])
    return found


def identity_rules() -> set[str]:
    named = {value for tree in trees("identity") for value in constants(tree).values()}
    declared = tomllib.loads((DEFINITIONS / "left_behind" / "identity.toml").read_text(encoding="utf-8"))["rules"]
    return {value for value in named if re.match("(id|known|duplicate|no)_[a-z_]+$", value)} | set(declared)


def left_out_reasons() -> set[str]:
    """What ``_why_left_out`` can answer, and the heading once more."""
    tree = ast.parse((ROOT / "workbook" / "header.py").read_text(encoding="utf-8"))
    why = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "_why_left_out")
    answers = [node.value for node in ast.walk(why) if isinstance(node, ast.Return)]
    said = {str(answer.value) for answer in answers if isinstance(answer, ast.Constant) and answer.value}
    return said | {constants(tree)["_HEADING_AGAIN"]}


def known_rules() -> set[str]:
    workbook = constants(ast.parse((ROOT / "workbook" / "ledger_faults.py").read_text(encoding="utf-8")))
    left_out = {f"left_out_{why}" for why in left_out_reasons()}
    return (
        rules_of("ledger") | rules_of("workbook") | rules_of("identity") | identity_rules() | left_out
        | {workbook["UNKNOWN_WORD"], workbook["UNREADABLE_DATE"]}
    )  # fmt: skip


def test_the_search_finds_the_rules_it_is_meant_to_find() -> None:
    found = known_rules()
    assert {"required", "range", "retracts", "unreadable", "unknown column", "fields"} <= found
    assert {"hidden_row", "id_rounded", "household_differs", "left_out_total", "unmapped_value"} <= found
    assert {"id_checksum", "id_sex", "duplicate_child", "age_not_of_register", "no_identity"} <= found


def test_every_rule_has_words() -> None:
    assert known_rules() - load_words().rules.keys() == set()
    assert left_out_reasons() == load_words().left_out.keys()


@pytest.mark.parametrize("rule", sorted(load_words().rules))
def test_words_are_of_their_language_and_whole(rule: str) -> None:
    said = {
        language: fault_words(rule, "birth_date", "2009", DEFINITION, IDENTITY, language, other="表!7")
        for language in ("zh", "en")
    }
    assert CHINESE.search(said["zh"])
    assert not CHINESE.search(said["en"].replace("表!7", ""))
    assert not re.search("[{}]", said["zh"] + said["en"])
    titles = load_words().of_rule(rule).title
    assert CHINESE.search(titles.zh)
    assert not CHINESE.search(titles.en)


@pytest.mark.parametrize(
    ("rule", "field", "detail", "language", "wanted"),
    [
        ("required", "birth_date", "", "zh", "“出生日期”没有填写；填日期，写成 2016-07-31，在 1980-01-01 至"),
        ("range", "distance_school_km", "", "en", "wanted: a number from 0 to 200"),
        ("code", "sex", "", "zh", "可填：男、女"),
        ("id_sex", "sex", "girl", "zh", "身份证号表示女"),
        ("id_sex", "sex", "girl", "en", "which says girl"),
        ("id_length", "guardian_id_number", "", "zh", "填 18 位公民身份号码"),
        ("pattern", "region_code", "", "en", "wanted: 12 digits"),
        ("order", "closes", "not before 'opens'", "zh", "早于发现日期"),
        ("order", "closes", "not after 'recorded_on'", "zh", "晚于登记日期"),
        ("formula", "", "", "en", "a column of this row that is not read holds a formula"),
        ("duplicate_child", "name", "", "en", "already stands in another row"),
        ("unknown column", "自己的列", "", "zh", "不认识“自己的列”这一列"),
        ("a rule of elsewhere", "sex", "", "en", "'sex' breaks the rule 'a rule of elsewhere'"),
        ("type", "place_village", "", "zh", "“村名”"),
    ],
)  # fmt: skip
def test_words_name_the_column_and_what_is_wanted(
    rule: str, field: str, detail: str, language: Language, wanted: str
) -> None:
    assert wanted in fault_words(rule, field, detail, DEFINITION, IDENTITY, language)


def test_the_other_row_is_named() -> None:
    said = fault_words("duplicate_child", "name", "", DEFINITION, IDENTITY, "zh", other="表!7")
    assert said == "这名儿童在表!7已经填过；请只留正确的一行。"


def test_every_column_says_what_may_stand_in_it() -> None:
    for table in DEFINITION.tables.values():
        for column in table.columns.values():
            assert CHINESE.search(column_wanted(column, DEFINITION, "zh"))
            assert column_wanted(column, DEFINITION, "en")
    for name in IDENTITY.fields:
        assert wanted_words(name, DEFINITION, IDENTITY, "zh").startswith("填")
    assert wanted_words("no such column", DEFINITION, None, "en") == ""


def test_ranges_open_at_one_end_are_said() -> None:
    assert column_wanted(DEFINITION.tables["assignments"].columns["frame_size"], DEFINITION, "zh") == "填整数，不小于 1"


def test_columns_and_values_have_names() -> None:
    assert find_column("recorded_on", DEFINITION) is not None
    assert field_label("", DEFINITION, None).en == "the whole row"
    assert field_label("name", DEFINITION, IDENTITY).zh == "儿童姓名"
    assert value_label("file_status", "active", DEFINITION).zh == "在册"
    assert value_label("valid_from", "recorded_on", DEFINITION).zh == "登记日期"
    assert value_label("recorded_on", "2016-08-01", DEFINITION).en == "2016-08-01"
