# Everything runs inside .venv, which these targets make and keep up to date.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test fault lint plans schemas clean

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m compileall -q reconciler
	@touch $@

demo: .venv/installed
	@$(BIN)/reconciler demo

test: .venv/installed
	$(BIN)/python -m pytest

fault: .venv/installed
	$(BIN)/python -m tests.fault.run

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

plans: .venv/installed
	$(BIN)/python -m tests.example_plans
	$(BIN)/python -m tests.readme_plan

schemas: .venv/installed
	$(BIN)/reconciler schema write

clean:
	rm -rf .venv .reconciler
