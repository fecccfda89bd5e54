"""What a section of an audit reads, opened once per test process on the shared trained model."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from features.definition import load_definition
from tests.training.trained import trained
from training.audit.context import AuditContext, audit_context


@cache
def audited(ledger: Path) -> AuditContext:
    """The context of the model that ``trained`` made of a ledger; its rows stay until the process ends."""
    run, stack = trained(ledger), ExitStack()
    atexit.register(stack.close)
    opened = audit_context(ledger, run.home, run.result.model_id, load_definition(), threads=1)
    return stack.enter_context(opened)
