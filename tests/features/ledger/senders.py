"""Files as a sender writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from features.ledger.faults import Faults

COUNTY = "520101"
VILLAGE = "520101001001"

HOUSEHOLDS = f"""row_id,household_id,region_code,valid_from,recorded_on,dwelling,dibao,aid_received
r1,h1,{VILLAGE},2016-07-01,2016-07-05,sound,true,dibao;medical
r2,h2,{VILLAGE},2016-07-01,2016-07-05,poor,false,
"""
CHILDREN = """row_id,child_id,household_id,birth_date,file_status,valid_from,recorded_on
r1,c1,h1,2009-03-04,active,2016-07-01,2016-07-05
r2,c2,h2,2011-12-30,active,2016-07-01,2016-07-05
"""
VISITS = """row_id,visit_id,household_id,visited_on,purpose,met,valid_from,recorded_on
r1,v1,h1,2016-08-01,routine,true,2016-08-01,2016-08-03
r2,v2,h2,2016-08-01,report,true,2016-08-01,2016-08-03
"""
ASSESSMENTS = """row_id,visit_id,child_id,seen,domains_assessed,valid_from,recorded_on
r1,v1,c1,true,living;medical,2016-08-01,2016-08-03
"""
FINDINGS = """row_id,finding_id,visit_id,household_id,child_id,domain,severity,status,opens,valid_from,recorded_on
r1,f1,v1,h1,c1,living,2,open,2016-08-01,2016-08-01,2016-08-03
"""
GOOD: Mapping[str, str] = {
    "households": HOUSEHOLDS,
    "children": CHILDREN,
    "visits": VISITS,
    "assessments": ASSESSMENTS,
    "findings": FINDINGS,
}


def send(folder: Path, county: str = COUNTY, **tables: str) -> Path:
    """Write CSV tables into ``folder/county``, its code in place of ours; with none given, a whole good county."""
    target = folder / county
    target.mkdir(parents=True, exist_ok=True)
    for name, text in (tables or GOOD).items():
        (target / f"{name}.csv").write_text(text.replace(VILLAGE, f"{county}001001"), encoding="utf-8")
    return folder


def found(faults: Faults) -> set[tuple[str, int | None, str, str]]:
    """The faults as (table file without folder and ending, row, column, rule)."""
    return {
        (Path(fault["file"]).stem, fault["row"], fault["column"], fault["rule"])
        for fault in faults.iter_rows(named=True)
    }


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
