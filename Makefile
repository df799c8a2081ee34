# Wellread from a fresh clone: `make run` and `make test` need git, make and Python 3.11 or newer.
# Arguments for the command underneath: make test ARGS='-k consent'

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run demo test lint types check bench lock clean

python := @sh ops/python.sh
base := $(python) -m ops.bootstrap base --
dev := $(python) -m ops.bootstrap dev --

help: ## What can be made
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1	/' | expand -t 16

run: ## Install, migrate, load the demo clinic once, serve it on PORT (8000)
	$(python) -m ops.bootstrap --check-place base -- -m ops.serve $(ARGS)

demo: ## Move the demo clinic's dates to today
	$(base) manage.py load_demo --renew $(ARGS)

test: ## All tests; PostgreSQL, Redis and browser ones where they can run
	$(dev) -m ops.test $(ARGS)

lint: ## Style of code and templates, and the layers
	$(dev) -m ops.checks lint $(ARGS)

types: ## Type annotations
	$(dev) -m ops.checks types $(ARGS)

check: ## Migrations, production settings, known vulnerabilities
	$(dev) -m ops.checks release

bench: ## Measurements against limits and peers
	$(dev) -m bench $(ARGS)

lock: ## Write requirements/*.txt anew from requirements/*.in
	$(dev) -m ops.lock $(ARGS)

clean: ## Remove the environment and caches; data in var/ stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
