# `make demo` shows it, `make test` proves it. Whatever they need is set up first, once; both may be run again.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DIRS ?= ../shared/corpus ../shared/real
STAMP := $(VENV)/.installed
ODCS := .venv-odcs
AUDIT := .venv-audit
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(STAMP): requirements.lock pyproject.toml
	@echo "[setup 1/2] virtual environment in $(VENV)"
	@test -x $(BIN)/python || .ci/make-venv $(PYTHON) $(VENV)
	@echo "[setup 2/2] packages, pinned with hashes (a minute or two the first time)"
	@$(PIP) install --no-deps --require-hashes -r requirements.lock  # the lock is complete; nothing is left to resolve
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

setup: $(STAMP)  ## Virtual environment and packages

demo: setup  ## A realistic site, loaded; then dashboards and Dagster
	@$(BIN)/shiftledger demo

test: setup system check  ## Everything CI runs: system packages, linters, types, tests
	@echo "[test] pytest"
	@$(BIN)/python -m pytest

check: setup  ## Linters and types only
	@echo "[check 1/4] ruff check"
	@$(BIN)/ruff check .
	@echo "[check 2/4] ruff format"
	@$(BIN)/ruff format --check .
	@echo "[check 3/4] import-linter"
	@$(BIN)/lint-imports
	@echo "[check 4/4] mypy"
	@$(BIN)/mypy

bench: setup  ## Benchmarks against the bars of the design; slow
	@$(BIN)/python -m tests.bench.year --work .cache/bench
	@$(BIN)/python -m tests.bench.drafts

accuracy: setup  ## Known mistakes in made-up plants: what is found, where, and why; slow; then make docs
	@$(BIN)/python -m tests.bench.accuracy --seeds 20 --first 5000

corpus: setup  ## Every file of ../shared/corpus and ../shared/real is read or refused with a reason; DIRS=... for others
	@$(BIN)/python -m tests.corpus $(DIRS)

$(ODCS)/.installed: requirements-odcs.lock
	@test -x $(ODCS)/bin/python || .ci/make-venv $(PYTHON) $(ODCS)
	@$(ODCS)/bin/python -m pip --quiet --disable-pip-version-check install --no-deps --require-hashes -r requirements-odcs.lock
	@touch $@

odcs: setup $(ODCS)/.installed  ## The exported contracts pass datacontract's lint, and it counts the violations that we count
	@$(BIN)/python -m tests.odcs --datacontract $(ODCS)/bin/datacontract

$(AUDIT)/.installed: requirements-audit.lock
	@test -x $(AUDIT)/bin/python || .ci/make-venv $(PYTHON) $(AUDIT)
	@$(AUDIT)/bin/python -m pip --quiet --disable-pip-version-check install --no-deps --require-hashes -r requirements-audit.lock
	@touch $@

advisories: setup $(AUDIT)/.installed  ## Known vulnerabilities of pinned packages; fails where that cannot be looked up
	@echo "[advisories] pip-audit"
	@$(BIN)/python -m tests.advisories --pip-audit $(AUDIT)/bin/pip-audit $(WHERE_POSSIBLE)

docs: setup  ## Reference pages, from the code
	@$(BIN)/python -m tests.docs.generate

pictures: export SHIFTLEDGER_KEY_DIR = .cache/pictures/keys
pictures: setup system  ## Pictures of every page, from a fresh demo site
	@rm -rf .cache/pictures
	@$(BIN)/shiftledger demo --no-serve --days 21 --home .cache/pictures/site
	@$(BIN)/python -m tests.browser.pictures --site .cache/pictures/site --out docs/pictures

system:
	@.ci/system-packages

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

lock:  ## Write requirements.lock and those of other tools anew (needs uv)
	$(LOCK) pyproject.toml --group dev -o requirements.lock
	$(LOCK) requirements-odcs.in -o requirements-odcs.lock
	$(LOCK) requirements-audit.in -o requirements-audit.lock

.PHONY: help setup demo test check bench accuracy corpus odcs advisories docs pictures system lock
