# make demo        set up what it needs and show the whole product; Ctrl-C ends it
# make check       set up what it needs, run every check and the tests
# make check-long  the same with the long forms: every test on both databases, every kill, more random cases, soak, machines
# make fuzz        change samples at random for hours: a million pushes, readers and simulator for an hour each
# make check-pythons  the quick tests on Python 3.12 and 3.13, as far as they are installed; part of check-long
# make test-quick  the tests to run at every save: SQLite, no browser, nothing slow, a few cases of tests with many
# make screenshots  keep a picture of every page in var/screenshots, for phone, tablet and desk, light and dark
# make handbook-pictures  draw the pictures of the editors' handbook anew, from the sample
# make looks       weight, accessibility and pictures of the public pages, and of articles beside other converters'
# make bench       measure against the rivals, side by side

PYTHON ?= python3.11
OTHER_PYTHONS := 3.12 3.13
VENV := .venv
BIN := $(VENV)/bin
RUN_PINS := config/requirements.txt
ALL_PINS := config/requirements-dev.txt

# Python keeps what it compiles: tests start some hundred processes, and each worker of pytest reads every test.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: handbook-pictures looks translations screenshots demo check check-long check-pythons test-quick bench setup lint types layers docs compile test pins fuzz

demo: $(VENV)/.run
	@$(BIN)/wxbot demo

# The quick checks side by side first, then the tests, whose last line is the last of all.
check: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j 2 types lint layers docs compile
	@$(MAKE) --no-print-directory test

bench: $(VENV)/.dev
	@$(BIN)/python -m bench

looks: $(VENV)/.dev
	@$(BIN)/python -m bench.looks
	@$(BIN)/python -m bench.article_looks

setup: $(VENV)/.dev

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m tests.conventions
	$(BIN)/python -m tests.advisories

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

docs: $(VENV)/.dev
	$(BIN)/interrogate -q tests

# Once before the workers start, because each of them would compile all tests.
compile: $(VENV)/.dev
	@$(BIN)/pytest --collect-only -n 0 >/dev/null

# Four at once on two processors: some tests wait, for a report, a lease or a browser.
test: $(VENV)/.dev
	$(BIN)/pytest -n 4 --dist loadgroup

check-long: lint types layers docs compile
	WXBOT_TEST_BOTH_DATABASES=1 WXBOT_TEST_EVERY_LINE=1 WXBOT_TEST_MANY_KILLS=1 WXBOT_TEST_EXAMPLES=2000 WXBOT_TEST_REQUESTS=2000 WXBOT_TEST_ENDURANCE=1 $(BIN)/pytest -n 4 --dist loadgroup --timeout 3600
	@$(MAKE) --no-print-directory check-pythons
	@$(MAKE) --no-print-directory fuzz

# Seeded: the same seed makes the same inputs. What does harm is kept in var/fuzz.
FUZZ_SEED ?= 1
FUZZ_PUSHES ?= 1000000
FUZZ_SECONDS ?= 3600

fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.fuzz webhook --inputs $(FUZZ_PUSHES) --seed $(FUZZ_SEED)
	$(BIN)/python -m tests.fuzz webhook --inputs $(FUZZ_PUSHES) --seed $(FUZZ_SEED) --database postgresql
	$(BIN)/python -m tests.fuzz readers --seconds $(FUZZ_SECONDS) --seed $(FUZZ_SEED)
	$(BIN)/python -m tests.fuzz simulator --seconds $(FUZZ_SECONDS) --seed $(FUZZ_SEED)

# The quick tests on the other Python versions that are installed; says which are not.
check-pythons:
	@for version in $(OTHER_PYTHONS); do \
	  found=; \
	  for python in python$$version $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python$$version; do \
	    $$python -c '' 2>/dev/null && found=$$python; \
	  done; \
	  if [ -z "$$found" ]; then echo "Python $$version is not installed: not tested"; continue; fi; \
	  echo "Python $$version: $$found"; \
	  $(MAKE) --no-print-directory test-quick PYTHON=$$found VENV=.venv-$$version || exit 1; \
	done

test-quick: $(VENV)/.dev
	$(BIN)/pytest -n 2 --dist loadgroup --databases sqlite -m "not browser and not slow"

screenshots: $(VENV)/.dev
	WXBOT_SCREENSHOTS=$(CURDIR)/var/screenshots $(BIN)/pytest -q -n 0 --databases sqlite tests/web/console/test_every_page.py

handbook-pictures: $(VENV)/.dev
	WXBOT_HANDBOOK_PICTURES=1 $(BIN)/pytest -q -n 0 --databases sqlite tests/web/console/test_every_page.py -k handbook

# Compile the Chinese texts of the command line after a change; needs the program msgfmt (package gettext).
translations:
	msgfmt --check -o wxbot/cli/locale/zh/LC_MESSAGES/messages.mo wxbot/cli/locale/zh/LC_MESSAGES/messages.po

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
