"""A scoring endpoint as tutorials write it: FastAPI, a booster, and ``shap.TreeExplainer`` made for every request."""

from __future__ import annotations

import sys
from typing import Any

import lightgbm
import numpy as np
import shap
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Question(BaseModel):
    """Finished feature values, one list per child; null is not known."""

    rows: list[list[float | None]]


def build(booster_file: str) -> FastAPI:
    """The application around one booster."""
    booster = lightgbm.Booster(model_file=booster_file)
    app = FastAPI()

    @app.get("/ready")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/score")
    def score(question: Question) -> dict[str, Any]:
        matrix = np.array(question.rows, dtype=np.float64)
        explained = shap.TreeExplainer(booster).shap_values(matrix)
        return {"scores": np.asarray(booster.predict(matrix)).tolist(), "contributions": np.asarray(explained).tolist()}

    return app


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
