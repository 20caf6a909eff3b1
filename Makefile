# make run    opens the dashboard (with no configuration of your own: this machine)
# make test   installs what the tests need and runs all of them
# make check  format, lint, types, import contracts, the wheel in an empty environment
# make bench  figures and ratios against peers
# make soak   the long trials, by hand
# make train  learns the classifier's weights again; the same texts give the same file
# make pictures  the README's pictures, drawn by the program

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check -q
TESTS ?= tests
CONFIG ?= $(firstword $(wildcard $(FLEETTUI_CONFIG) $(or $(XDG_CONFIG_HOME),$(HOME)/.config)/fleettui/fleet.toml) fleet.toml)

.PHONY: run test check bench soak train pictures clean lab

run: $(VENV)/.run
	@$(BIN)/fleettui --config $(CONFIG)

test: $(VENV)/.test lab
	$(BIN)/python -m pytest $(TESTS) -n 2 --dist loadfile

check: $(VENV)/.check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	sh tests/wheel.sh $(BIN)/python

bench: $(VENV)/.test
	$(BIN)/python -m bench

soak: $(VENV)/.test lab
	FLEETTUI_SOAK=1 $(BIN)/python -m pytest tests -m soak -s

train: $(VENV)/.run
	$(PIP) install -c constraints.txt -e '.[train]'
	$(BIN)/python -m training.train

pictures: $(VENV)/.run
	$(BIN)/python docs/pictures.py

# What the tests drive for real. As root on Debian it is installed; elsewhere it must be there.
lab:
	@sh tests/lab/install.sh

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@

$(VENV)/.check: $(VENV)/.test
	$(PIP) install -c constraints.txt -e '.[test,check]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
