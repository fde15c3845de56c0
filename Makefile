# `make` lists what there is. Python 3.11 or newer is all that has to be installed.

.DEFAULT_GOAL := help
.PHONY: help run demo dev test check bench format clean
.SILENT:

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --root-user-action=ignore

help: ## What can be done here
	grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: .venv/installed ## Serve the studio at http://localhost:3000
	exec $(BIN)/python -m kaleipix_app serve

demo: .venv/installed-dev ## The same with emulated providers and two sample accounts: everything can be tried offline
	exec $(BIN)/python -m tests.emulators.demo

dev: .venv/installed-dev ## The same with hot reload, for developers (reload the page after a change)
	$(BIN)/python -m kaleipix_app migrate
	exec $(BIN)/reflex run --env preview

test: check ## Every test: lint, types, import contracts, unit, integration, browser
	CHROMIUM="$$(.ci/browser)" && POSTGRES_BIN="$$(.ci/postgres)" && export CHROMIUM POSTGRES_BIN && $(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder

check: .venv/installed-dev ## Lint, format, types, import contracts: no browser needed
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }
	echo "Lint, format, types and import contracts are fine."

bench: .venv/installed-dev .venv-bench/installed ## The benchmarks, side by side with bare and Gradio; writes bench/results/
	$(BIN)/python -m bench

format: .venv/installed-dev ## Put the source into the common form
	$(BIN)/ruff check --fix --quiet
	$(BIN)/ruff format --quiet

clean: ## Remove everything that was made here, but never data
	rm -rf .venv .venv-bench .web .build .states .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache tests/artefacts

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Kaleipix needs Python 3.11 or newer: make PYTHON=/path/to/python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { echo "Python cannot make .venv; on Debian: apt-get install python3-venv" >&2; exit 1; }

.venv/installed: requirements.txt | .venv/bin/python
	echo "Installing what the studio needs …"
	$(PIP) -r requirements.txt
	touch $@

.venv-bench/installed: bench/requirements.txt | .venv/bin/python
	echo "Installing Gradio to measure against, in .venv-bench …"
	{ $(BIN)/python -m venv .venv-bench && .venv-bench/bin/python -m pip install --quiet --quiet --disable-pip-version-check -r $< && touch $@; } || \
		echo "Gradio cannot be installed here: measuring without it." >&2

.venv/installed-dev: requirements.txt requirements-dev.txt | .venv/bin/python
	echo "Installing what the tests need …"
	$(PIP) -r requirements-dev.txt
	touch $@ .venv/installed
