# make demo   set up, run the main job and serve   make test      set up and run the tests (fast tier)
# make demo-stop  end what the demo left running
# make lint types contracts notebooks bench        make test-all  adds the slow tier
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A module stays with one process, so that what its tests share is made once. Slow ones are taken in the order of
# tests/conftest.py, the longest first.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadscope
# Measuring branches slows Python code by a third or more: CI does it, with a least share.
COVERAGE ?=

.PHONY: help setup demo demo-stop test test-slow test-all lint types contracts notebooks bench lock clean

help:
	@sed -n 's/^# //p' Makefile

setup: $(READY)

$(READY): requirements.lock pyproject.toml .ci/check-system
	@sh .ci/check-system "$(PYTHON)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (one to three minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip check --quiet --disable-pip-version-check
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: setup
	@$(BIN)/mopai demo --serve

demo-stop: setup
	@$(BIN)/mopai demo --stop

test: setup
	$(PYTEST) -m "not slow" $(COVERAGE)

test-slow: setup
	$(PYTEST) --no-loadscope-reorder -m slow

test-all: test test-slow

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

notebooks: setup
	$(BIN)/python -m pytest -n 2 --nbmake --nbmake-timeout=600 notebooks

bench: setup
	$(BIN)/python -m tests.benchmarks.features
	$(BIN)/python -m tests.benchmarks.explain
	$(BIN)/python -m tests.benchmarks.service

lock: setup
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade --output-file requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .coverage .coverage.*
