"""From a ledger store to a registered, evaluated model: plan, cohort, labels, windows, fit, evaluation, tracking."""
