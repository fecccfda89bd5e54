"""The few names the code itself must know: keys, dates and bookkeeping that every definition shares."""

from __future__ import annotations

HOUSEHOLDS = "households"
CHILDREN = "children"
VISITS = "visits"
ASSESSMENTS = "assessments"
FINDINGS = "findings"
ASSIGNMENTS = "assignments"
RATINGS = "ratings"
OVERRIDES = "overrides"

CHILD = "child_id"
HOUSEHOLD = "household_id"
VISIT = "visit_id"
FINDING = "finding_id"
REGION = "region_code"
VISITED_ON = "visited_on"
VISITOR = "visitor_id"
PURPOSE = "purpose"
MET = "met"
SEEN = "seen"
DOMAINS_ASSESSED = "domains_assessed"
DOMAIN = "domain"
SEVERITY = "severity"
STATUS = "status"
OPENS = "opens"
CLOSES = "closes"
DUE_ON = "due_on"
FILE_STATUS = "file_status"
REFUSED_ON = "model_refused_on"

VALID_FROM = "valid_from"
RECORDED_ON = "recorded_on"
RETRACTS = "retracts"
SOURCE = "source"
DEFINITION_VERSION = "definition_version"
ROW_ID = "row_id"

SIMULATED_SOURCE = "simulated"

COUNTY_DIGITS = 6
TOWNSHIP_DIGITS = 9
VILLAGE_DIGITS = 12
