# The two commands: `make demo` runs the whole pipeline on the embedded sample, `make test` runs every check.
# Everything is installed into .venv (Python) and .cache (data for tests); nothing is asked.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_DIR ?= build/demo
comma := ,

.DEFAULT_GOAL := help
.PHONY: help demo test check lint fmt docs dist bench fuzz sweep clean setup system

help:  ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(BIN)/notion2jekyll: pyproject.toml constraints.txt
	@echo "==> Setting up Python in $(VENV)"
	@PYTHON="$(PYTHON)" sh scripts/venv.sh "$(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(BIN)/notion2jekyll scripts/requirements-dev.txt
	@echo "==> Installing the tools for tests"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r scripts/requirements-dev.txt
	@touch $@

setup: $(VENV)/.dev  ## Install everything Python needs

system:
	@sh scripts/system.sh

demo: $(BIN)/notion2jekyll  ## Run the whole pipeline on the embedded sample (into build/demo, or DEMO_DIR=...)
	@$(BIN)/notion2jekyll demo "$(DEMO_DIR)"

test: setup system lint  ## Run every check and test, installing what they need
	@echo "==> Running the tests"
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: setup  ## Check format, style, types, import contracts and workflows
	@echo "==> Format and style (ruff)"
	@$(BIN)/ruff format --check --quiet . || { echo "Run 'make fmt'."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@echo "==> Types (mypy)"
	@$(BIN)/mypy
	@echo "==> Import contracts (import-linter)"
	@$(BIN)/lint-imports
	@echo "==> Workflows and the action (check-jsonschema, zizmor)"
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml
	@$(BIN)/zizmor --quiet --offline --no-progress .github/workflows action.yml

fmt: setup  ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet .

docs: setup  ## Write anew what the documents take from the code: options and messages
	@$(BIN)/python scripts/docs.py
	@$(BIN)/python scripts/messages.py

dist: setup  ## Build what is published (into dist), and try it in an environment of its own
	@rm -rf dist build/try
	@$(BIN)/python -m build --no-isolation
	@$(PYTHON) -m venv build/try
	@build/try/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt dist/*.whl
	@build/try/bin/notion2jekyll demo build/try/demo

bench: setup system  ## Measure requests, time, memory and needless escapes, and write docs/performance.md (SIZES=10,100 for a short run)
	@$(BIN)/python -m benchmarks $(if $(SIZES),--sizes $(SIZES) --rivals $(firstword $(subst $(comma), ,$(SIZES))) --real "" --keep)

fuzz: setup system  ## Hold N random pages and properties of Notion against their posts (N=1000, SEED=... to see the same again, KIND=trees, texts or properties)
	@cd tests && ../$(BIN)/python -m fuzz --number $(or $(N),1000) $(if $(SEED),--seed $(SEED)) $(if $(KIND),--kind $(KIND))

sweep: setup system  ## Try every fault and kill at every request of a sync (minutes; make test tries some)
	@$(BIN)/python -m pytest --numprocesses auto tests/test_sweep.py --whole

clean:  ## Remove everything that was installed or built
	rm -rf $(VENV) .cache build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
