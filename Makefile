# Needs Python 3.11 or later with venv, and make. Everything else lands in .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: dev demo test test-clients lint format bench lock generated clean

dev: $(STAMP)  ## Everything for working on sharedbox

$(STAMP): requirements/dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP)  ## Plan, apply, check and audit on an emulated tenant
	@$(BIN)/sharedbox demo

test: $(STAMP)  ## The whole suite
	$(BIN)/python -m pytest -n auto

test-clients: $(STAMP) .venv-clients/.installed  ## Other people's clients (GAM) against the emulator; takes a minute
	$(BIN)/python -m tests.clients

.venv-clients/.installed: requirements/clients.txt
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/clients.txt
	@touch $@

lint: $(STAMP)  ## Style, types and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## Ratios, measured in one run
	@$(BIN)/python -m bench

generated: $(STAMP)  ## Write the generated parts: JSON Schema, field reference
	$(BIN)/python -m tests.generate

lock:  ## Write requirements/dev.lock anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras \
	  --python-version 3.11 --extra dev pyproject.toml -o requirements/dev.lock

clean:
	rm -rf .venv .venv-clients .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
