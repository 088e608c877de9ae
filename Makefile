# `make demo` shows presslift at work, offline; `make test` runs the tests. Both make .venv and install what is pinned.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: setup demo test check format bench ratchet lock clean

setup: .venv/.dev  ## the environment for development

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit("presslift needs Python 3.11 or newer, %s is %s: name one with make PYTHON=python3.12 …" % (sys.executable, sys.version.split()[0]) if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	@touch $@

# The package itself is installed in place, without building in isolation, so that nothing unpinned is fetched.
.venv/.run: .venv/.made requirements.lock pyproject.toml
	$(PIP) install --quiet --no-deps --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	$(PIP) install --quiet --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

demo: .venv/.run  ## migrate the built-in site, change it, sync it, show the result
	@$(BIN)/presslift demo

test: .venv/.dev  ## the tests; arguments in ARGS
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: .venv/.dev  ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy presslift
	$(BIN)/lint-imports --no-cache

format: .venv/.dev  ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.dev  ## accuracy beside the peers; needs the pages, see benchmarks/README.md
	$(BIN)/python benchmarks/accuracy.py

ratchet: .venv/.dev  ## whether accuracy is what it was; needs the pages too
	$(BIN)/python benchmarks/accuracy.py --check

lock: .venv/.made  ## pin anew what pyproject.toml asks for
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --extra dev -c requirements.lock pyproject.toml requirements-build.in -o requirements-dev.lock

clean:
	rm -rf .venv build dist *.egg-info
