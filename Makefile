# make demo    set up what it needs and show the whole line; Ctrl-C ends it
# make check   set up what it needs and run every check and test
# make bench   measure against the rivals, side by side

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
RUN_PINS := config/requirements.txt
ALL_PINS := config/requirements-dev.txt

.PHONY: demo check bench setup lint types floors docs test pins

demo: $(VENV)/.run
	@$(BIN)/wxbot demo

check: lint types floors docs test

bench: $(VENV)/.dev
	@$(BIN)/python -m bench

setup: $(VENV)/.dev

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

floors: $(VENV)/.dev
	$(BIN)/lint-imports

docs: $(VENV)/.dev
	$(BIN)/interrogate -q tests

# Five at once on two processors: half of the time tests wait, for a report, a lease or a browser.
test: $(VENV)/.dev
	$(BIN)/pytest -n 5 --dist loadgroup

# New pins after a change of pyproject.toml; the files hold names, versions and hashes, no address.
pins: $(VENV)/.dev
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  -q --upgrade pyproject.toml --group build -o $(RUN_PINS)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  -q --upgrade -c $(RUN_PINS) pyproject.toml --group build --group dev -o $(ALL_PINS)

$(BIN)/python:
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || python3 -m venv $(VENV)

$(VENV)/.run: $(RUN_PINS) pyproject.toml | $(BIN)/python
	@echo "安装依赖（只在第一次）…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(RUN_PINS)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(ALL_PINS) pyproject.toml | $(BIN)/python
	@echo "安装依赖（只在第一次）…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(ALL_PINS)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run
