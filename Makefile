# Every habit of this project is one line here; `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
# one worker a core; a test process uses one thread of torch
WORKERS ?= $(shell nproc)
# whole studios at once: each starts its own, and a file of tests stays with one
STUDIOS ?= 2

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps trackeval==1.3.0 \
		datumaro==1.13.12 supervision==0.31.2
	touch $@

install: .venv/ready ## make the virtual environment and install everything into it

run: install ## start the studio on this machine: make run ARGS="--port 8000 --data FOLDER --no-browser"
	$(BIN)/python manage.py up $(ARGS)

page: install ## build the browser's half, if its source changed
	$(BIN)/python manage.py page

doctor: install ## say what is missing or slow on this machine
	$(BIN)/python manage.py doctor

test: install page check ## everything: style, types, floors, tests of the server, the page and both together
	$(BIN)/python manage.py page --run test
	$(BIN)/pytest -n $(WORKERS) -m "not whole"
	$(BIN)/pytest -n $(STUDIOS) --dist loadfile --no-loadscope-reorder -m whole

faults: install page ## try every promise about faults as often as it says, and print a table: make faults ONLY="J1 U2"
	$(BIN)/python tests/faults/run.py $(ONLY)

check: install page ## style, types and floors only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py page --run check

audit: install ## ask the advisory services about every dependency; fails on a weakness, and where they cannot be reached
	$(BIN)/pip-audit --strict --skip-editable --progress-spinner off
	cd frontend && npm audit --audit-level=moderate

format: install ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## measure this machine against the original's way of running the network
	$(BIN)/python -m tracking bench

clean: ## remove what make made, but no data
	rm -rf .venv frontend/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache *.egg-info

.PHONY: help install run page doctor test faults check audit format bench clean
.DEFAULT_GOAL := help
