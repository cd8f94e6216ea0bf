# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.jucuo-installed
export PATH := $(CURDIR)/$(BIN):$(PATH)
export MLFLOW_DISABLE_TELEMETRY := true
export DVC_NO_ANALYTICS := true

.PHONY: setup demo repro test lint format lock serve ship clean

setup: $(STAMP)

# pip reads the lock as constraints, so that one file serves every extra and only what is asked for is installed.
$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(f"Python 3.11 or newer is needed, {v.major}.{v.minor} found; name one with make PYTHON=python3.11" if v < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@

demo: setup
	$(BIN)/jucuo doctor
	$(BIN)/dvc repro
	@$(BIN)/jucuo tour

repro: setup
	$(BIN)/dvc repro

# The pipe comes before the tests: they look at what it makes, and the lock must come out as it went in.
test: setup lint
	$(BIN)/dvc repro --quiet
	git diff --exit-code dvc.lock
	$(BIN)/python -m pytest -n 2

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Plain names and versions only: no index addresses, no hashes of one machine's files, no local version of torch.
lock: setup
	$(BIN)/uv pip compile --quiet pyproject.toml --all-extras --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --find-links "$${PIP_FIND_LINKS:-.}" | sed 's/+cpu//' > requirements.lock.new
	mv requirements.lock.new requirements.lock

serve: setup
	$(BIN)/jucuo serve

# Copies the classifier the pipe has just trained on the sample corpus into the package, for workspaces without one.
ship: repro
	$(BIN)/python -m pipeline.stages.ship

clean:
	rm -rf $(VENV) data/interim data/features data/models data/processed data/metrics
