"""What is said of a summary, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from features.definition import Label

FAULTS: Mapping[str, Label] = {
    "not_a_count": Label("不是整数（没有请填0）：{seen}", "no whole number (write 0 for none): {seen}"),
    "identity": Label("勾稽不符：{seen}，而 {wanted}", "identity broken: {seen}, but {wanted}"),
    "sum_of_rows": Label("合计为 {seen}，各行相加为 {wanted}", "the total says {seen}, the rows add up to {wanted}"),
    "ledger": Label("填报 {seen}，台账为 {wanted}", "says {seen}, the ledger {wanted}"),
}
CHECKED = Label(
    "工作表“{sheet}”：已按勾稽关系核对 {rows} 行{against}",
    "sheet '{sheet}': {rows} rows checked by the identities{against}",
)
AGAINST = Label("，并与台账核对", " and against the ledger")
NO_FAULTS = Label("没有发现问题", "no faults")
FAULTS_FOUND = Label("共 {count} 处问题", "{count} faults")
PLACES = Label(
    "{places} 个地区，截至 {day} 在册儿童 {children} 名", "{places} places, {children} children on file on {day}"
)
COUNTED = Label(
    "计入第1至{last}列 {counted} 名，每行均符合勾稽关系",
    "{counted} counted in columns 1 to {last}; the identities hold in every row",
)
LEFT_OUT = Label(
    "{left_out} 名因有情况未知而未计入，见“未计入”表",
    "{left_out} left out because a fact is not known; see the sheet 'left out'",
)
WRITTEN = Label("已写入 {path}", "written: {path}")
