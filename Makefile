# From a fresh clone: `make run` starts Cred, `make test` proves it. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= 3
SCENARIO_JOBS ?= 4
unexport PYTHONDONTWRITEBYTECODE  # hundreds of processes are started: each would compile all of it anew

.DEFAULT_GOAL := help
.PHONY: help run test format lint types imports unit scenario browser soak bench pictures lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing locked dependencies into $(VENV) (the first time only)."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

run: $(VENV)/.run  ## start: the bot on your workspace if SLACK_BOT_TOKEN is set, else the sandbox workspace
	@if [ -n "$$SLACK_BOT_TOKEN" ]; then exec $(BIN)/cred serve; else exec $(BIN)/cred sandbox; fi

test: format lint types imports unit scenario browser  ## everything that must be green

format: $(VENV)/.test  ## formatting, checked
	@$(BIN)/ruff format --check --quiet . || { echo "Run '$(BIN)/ruff format .' and look at the difference."; exit 1; }

lint: $(VENV)/.test  ## ruff, all rules
	@$(BIN)/ruff check .

types: $(VENV)/.test  ## mypy --strict
	@$(BIN)/mypy

imports: $(VENV)/.test  ## who may import whom
	@$(BIN)/lint-imports --no-cache

unit: $(VENV)/.test  ## the rules, the ledger, the store, each room by itself
	@$(BIN)/pytest -n $(JOBS) -m "not scenario and not browser" --ignore tests/scenario --ignore tests/browser

scenario: $(VENV)/.test  ## the real program over the wire: kills, races, faults
	@$(BIN)/pytest -n $(SCENARIO_JOBS) -m scenario tests/scenario tests/cli  # each waits for nearly half of its time

browser: $(VENV)/.test  ## the sandbox page in a real Chromium
	@$(BIN)/pytest -n $(JOBS) -m browser tests/browser tests/sandbox_page

soak: $(VENV)/.test  ## the long ones: hundreds of kills, a fuzzer at every parser
	@$(BIN)/pytest tests/soak -n $(JOBS) -m "" --timeout 3600
	@CRED_TEST_THOROUGH=1 $(BIN)/pytest -n $(JOBS) -k at_any_touch_of_the_disk tests/cli tests/main

bench: $(VENV)/.test  ## speed and memory, each beside a floor or a peer
	@$(BIN)/python -m tests.bench

pictures: $(VENV)/.test  ## a picture of every card, form and Home, under tests/pictures/cards
	@CRED_PICTURES=1 $(BIN)/pytest -n $(JOBS) -m browser tests/sandbox_page/test_cards_of_the_bot.py

lock:  ## lock the dependencies anew (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --extra build -o requirements.txt pyproject.toml
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --extra build --extra postgres -c requirements.txt -o requirements-postgres.txt pyproject.toml
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --extra build --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml

clean:  ## remove the virtual environment and caches; the sandbox's data under var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
