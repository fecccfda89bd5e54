"""Monthly retraining: train when something changed, audit, compare with the release; promote nothing."""
