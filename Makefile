# Everything here starts from a bare machine: git, make and some Python 3.8 or newer.

.DEFAULT_GOAL := help
.PHONY: help run test train evaluate lint requirements setup setup-dev

# Rasa reports to outside services unless told not to before it is imported.
export RASA_TELEMETRY_ENABLED = false

# Compiled anew by each process, what Rasa consists of takes it three seconds more to start.
unexport PYTHONDONTWRITEBYTECODE

# The Python that sets things up; Guichet's own, 3.10, is in .venv.
PYTHON ?= python3
OTHER_PYTHONS = python3.13 python3.12 python3.11 python3.10 python3.9 python3.8 python /usr/bin/python3

# Files of tests are shared out among processes, in the order that tests/conftest.py gives them;
# PARALLEL= runs them one after the other.
PARALLEL = -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Runs a script with the first Python that truly runs and is new enough: a pyenv shim on PATH may not.
# .venv's own comes first, without its site-packages, since it starts fastest.
define bootstrap
@for python in ".venv/bin/python -ES" "$(PYTHON)" $(OTHER_PYTHONS); do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then \
		exec $$python $(1); \
	fi; \
done; \
echo "No Python 3.8 or newer was found: install one, or name it with make PYTHON=/path/to/python3." >&2; \
exit 1
endef

help:  ## Show this list
	@echo "Guichet, a French help desk assistant. make with one of:"
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-14s %s\n' "$$name" "$$text"; \
	done

run: setup  ## Serve on http://127.0.0.1:8080, with a model trained and a database made if need be
	@exec .venv/bin/guichet serve

test: setup-dev  ## Run all tests; those that lack a browser, Dovecot or PostgreSQL are reported as skipped
	@exec .venv/bin/python -m pytest $(PARALLEL) $(ARGS)

train: setup  ## Train the model that understands and decides
	@exec .venv/bin/guichet train

evaluate: setup  ## Score how well the model understands
	@exec .venv/bin/guichet evaluate

lint: setup-dev  ## Check style, format, imports and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports --no-logo --no-cache
	@.venv/bin/mypy

requirements:  ## Pin what requirements/*.in ask for (UPGRADE=1: at the newest versions that fit)
	$(call bootstrap,scripts/compile_requirements.py $(if $(UPGRADE),--upgrade))

setup:
	$(call bootstrap,scripts/setup.py)

setup-dev:
	$(call bootstrap,scripts/setup.py --dev)
