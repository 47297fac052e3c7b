# `make` alone prints what there is. Works on a fresh machine with Python 3.11 or later, its venv module, and make.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
PORT ?= 6543
# Arguments for pytest: make test ARGS="-k repairs"
ARGS ?=
# Processes that run tests
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1

##@ Use it

.PHONY: demo
demo: build ## Run the demo: data, server and worker, in the foreground (PORT=6543)
	@exec $(BIN)/shuhua demo --port $(PORT)

.PHONY: demo-reset
demo-reset: ## Remove the demo's data, so that the next `make demo` starts over
	rm -rf var/demo

##@ Build it

.PHONY: install
install: $(VENV)/.installed ## Install Shuhua with its web part into .venv

.PHONY: build
build: install frontend locale ## Everything that a running Shuhua needs

.PHONY: frontend
frontend: install ## Bundle the front end, maps and fonts (when their sources have changed)
	@$(BIN)/python shuhua_web/frontend/build.py

.PHONY: locale
locale: install ## Compile the message catalogues
	@$(BIN)/python -m shuhua_core.locale_build

.PHONY: wheel
wheel: install ## Build the wheel into dist/
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

##@ Check it

.PHONY: test
test: install-test build test-tools lint typecheck ## Everything: linters, types and all tests, on SQLite and PostgreSQL
	@echo "== tests =="
	@$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

.PHONY: install-test
install-test: $(VENV)/.installed-test ## Install what the tests need as well

.PHONY: test-tools
test-tools: install-test ## Find PostgreSQL and Chromium for the tests; install them where that is possible
	@$(BIN)/python -m tests.tools

.PHONY: lint
lint: install-test ## Style and likely bugs (ruff)
	@echo "== ruff =="
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: format
format: install-test ## Put the code into its form
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

.PHONY: typecheck
typecheck: install-test ## Types (mypy, strict for the core)
	@echo "== mypy =="
	@$(BIN)/mypy

.PHONY: locale-check
locale-check: install-test ## List texts that have no Chinese translation
	@$(BIN)/python -m shuhua_core.locale_build --check

.PHONY: bench
bench: install-test build ## Benchmarks, beside their reference
	@$(BIN)/python -m tests.benchmarks.run $(ARGS)

.PHONY: uploads
uploads: install-test build ## A thousand uploads of 1 B to 50 MB by two clients through a link that is cut at random
	@$(BIN)/python -m pytest -n0 -m faults -s -k thousand $(ARGS) tests/web/media/test_bad_links.py

.PHONY: queue
queue: install-test build ## The phone's queue against its model, 10,000 sequences (SHUHUA_QUEUE_SEED=1 for the same ones)
	@SHUHUA_QUEUE_SEQUENCES=$${SHUHUA_QUEUE_SEQUENCES:-10000} $(BIN)/python -m pytest -n0 $(ARGS) tests/web/mobile/test_queue.py

.PHONY: queue-server
queue-server: install-test build ## A phone's queue against the server, 2,000 sequences on each database
	@SHUHUA_QUEUE_SEQUENCES=$${SHUHUA_QUEUE_SEQUENCES:-2000} $(BIN)/python -m pytest -n0 $(ARGS) tests/web/quarantine/test_queue_server.py

.PHONY: faults
faults: install-test build ## On each database, kill the server 200 times and cut the power at 5,000 moments
	@SHUHUA_KILLS=$${SHUHUA_KILLS:-200} SHUHUA_CUTS=$${SHUHUA_CUTS:-5000} $(BIN)/python -m pytest -n0 --timeout 7200 $(ARGS) tests/faults

.PHONY: api-roles
api-roles: install-test build ## Every operation of the API as every role: the answers are those that its document allows
	@SCHEMATHESIS_ROLES=all SCHEMATHESIS_EXAMPLES=$${SCHEMATHESIS_EXAMPLES:-6} $(BIN)/python -m pytest -n $(WORKERS) --timeout 3600 $(ARGS) tests/schemathesis

.PHONY: days
days: install-test build ## A day of six roles by mouse and keyboard, in both languages, at both sizes; pictures in tests/artefacts/days
	@SHUHUA_DAYS=all $(BIN)/python -m pytest -n0 --timeout 3600 $(ARGS) tests/browser -k the_day_of

##@ Tidy up

.PHONY: clean
clean: ## Remove what was built (not .venv, not the demo's data)
	rm -rf build dist shuhua.egg-info shuhua_web/static/dist shuhua_web/frontend/generated shuhua_core/assets/fonts
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/artefacts
	find shuhua_core shuhua_web -name '*.mo' -delete
	find . -name __pycache__ -not -path './$(VENV)/*' -not -path '*/node_modules/*' -prune -exec rm -rf {} +

.PHONY: clean-all
clean-all: clean ## The same, with .venv and the front end's packages
	rm -rf $(VENV) shuhua_web/frontend/node_modules

.PHONY: help
help:
	@awk 'BEGIN { FS = ":.*## " } \
	/^##@ / { printf "\n%s\n", substr($$0, 5) } \
	/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo

# The environment. A stamp is newer than what it was made from, so that a second run takes no time.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Shuhua needs Python 3.11 or later: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "== creating $(VENV) =="
	@$(PYTHON) -m venv $(VENV) \
	|| { rm -rf $(VENV); echo "No venv module: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }

# The tools of the build first, so that they are there without pip's isolated copy of them.
$(VENV)/.build-tools: pyproject.toml | $(BIN)/python
	@echo "== installing the build's tools =="
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
	> $(VENV)/build-requires.txt
	@$(BIN)/pip install -r $(VENV)/build-requires.txt
	@touch $@

$(VENV)/.installed: setup.cfg $(VENV)/.build-tools
	@echo "== installing Shuhua =="
	@SHUHUA_ASSETS=skip $(BIN)/pip install --no-build-isolation --editable '.[web,media]'
	@touch $@

$(VENV)/.installed-test: setup.cfg $(VENV)/.installed
	@echo "== installing what the tests need =="
	@SHUHUA_ASSETS=skip $(BIN)/pip install --no-build-isolation --editable '.[web,media,postgres,test]'
	@touch $@
