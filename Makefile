# Requires Python 3.11 or later with venv, and make. Everything else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# Compiled tests are kept, so that a run need not rewrite their assertions again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: dev demo test test-slow test-clients node-clients test-browser lint format bench lock generated clean

dev: $(STAMP)  ## Install everything that you need to work on sharedbox

$(STAMP): requirements/dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP)  ## Plan, apply, check and audit on an emulated tenant
	@$(BIN)/sharedbox demo

test: $(STAMP)  ## Run the suite: all tests but the slowest
	$(BIN)/python -m pytest -n auto -m "not slow"

test-slow: $(STAMP)  ## Run the slowest tests and the rest of large matrices, as CI does once
	$(BIN)/python -m pytest -n auto -m slow

test-clients: $(STAMP) .venv-clients/.installed node-clients  ## Run clients of other makers against the emulator; takes some minutes
	$(BIN)/python -m tests.clients

.venv-clients/.installed: requirements/clients.txt
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/clients.txt
	@touch $@

NODE_CLIENTS := .venv-clients/node

node-clients: .venv-clients/.installed
	@if command -v node >/dev/null && command -v npm >/dev/null; then $(MAKE) --no-print-directory $(NODE_CLIENTS)/.installed; \
	else echo "CLI for Microsoft 365 is skipped: it needs node (20 or later) and npm, which are not installed."; fi

$(NODE_CLIENTS)/.installed: tests/clients/package.json tests/clients/package-lock.json
	@mkdir -p $(NODE_CLIENTS)
	cp tests/clients/package.json tests/clients/package-lock.json $(NODE_CLIENTS)/
	cd $(NODE_CLIENTS) && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

test-browser: $(STAMP) .venv-browser/.installed  ## Try the HTML report in Chromium; needs node, npm and Chromium, Chrome or Edge
	$(BIN)/python -m tests.browser "$$(.venv-browser/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" .venv-browser/node

.venv-browser/.installed: requirements/browser.txt tests/browser/package.json tests/browser/package-lock.json
	@command -v npm >/dev/null || { echo "The tests in a browser need node (20 or later) and npm, which are not installed."; exit 1; }
	$(PYTHON) -m venv .venv-browser
	.venv-browser/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/browser.txt
	@mkdir -p .venv-browser/node
	cp tests/browser/package.json tests/browser/package-lock.json .venv-browser/node/
	cd .venv-browser/node && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

lint: $(STAMP)  ## Check style, types and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## Measure speed and memory; prints ratios and sizes
	@$(BIN)/python -m bench

generated: $(STAMP)  ## Write the JSON Schemas, the field reference, the German catalogue and the transcripts
	$(BIN)/python -m tests.generate

lock:  ## Update requirements/dev.lock (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras \
	  --python-version 3.11 --extra dev pyproject.toml -o requirements/dev.lock

clean:
	rm -rf .venv .venv-clients .venv-browser .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
