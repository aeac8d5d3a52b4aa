# Everything that people and CI run. A fresh machine needs make, git and Python 3.11 or newer; the rest installs itself.
.DEFAULT_GOAL := help
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
READY := .venv/ready

.PHONY: help demo test check lint docs rule benchmark lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## The chapter's story on a GitHub on this machine, in the browser; ARGS=--once for one table
	@$(BIN)/headgate demo $(ARGS)

test: $(READY) ## All tests; ARGS are pytest's. PostgreSQL and Chromium are installed if that is allowed
	@scripts/services
	@$(BIN)/pytest --numprocesses auto $(ARGS)

check: lint test ## What CI runs: lint, types, generated pages, all tests

lint: $(READY) ## The part of check that is no test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/flake8
	$(BIN)/mypy
	$(BIN)/python -m scripts.docs --check
	$(BIN)/python -m scripts.readme --check
	$(BIN)/check-jsonschema --schemafile docs/headgate.schema.json .github/headgate.yml
	$(BIN)/hadolint Dockerfile
	$(BIN)/pre-commit validate-config .pre-commit-config.yaml
	$(BIN)/pre-commit validate-manifest .pre-commit-hooks.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[a-z]*-*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions actions/*/action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --quiet --offline --strict-collection --persona=auditor actions .github/workflows
	$(BIN)/python -m scripts.lint_actions

docs: $(READY) ## Write what is generated: docs/rules, docs/configuration.md, the JSON Schema, README's examples
	@$(BIN)/python -m scripts.docs
	@$(BIN)/python -m scripts.readme

rule: $(READY) ## Start a new rule: make rule NAME=stale-branch
	@$(BIN)/python -m scripts.rule "$(NAME)"

benchmark: $(READY) ## Measure, and print the tables of benchmarks/README.md; the server beside Probot if npm is there
	@for file in benchmarks/*.py; do $(BIN)/python "$$file" $(ARGS) || exit 1; done

lock: $(READY) ## Write requirements/*.txt from pyproject.toml; ARGS=--upgrade renews every pin
	@scripts/lock $(ARGS)

clean: ## Remove what was built, the virtual environment included
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml requirements/bootstrap.txt requirements/dev.txt scripts/bootstrap
	@scripts/bootstrap
