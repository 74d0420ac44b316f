# Everything that is generated goes to .cache. The first run of a target sets up what it needs; an environment keeps
# its Python until `make clean` or until PYTHON=... (PYTHON_OLDEST=... for the oldest ansible-core) names another.
SHELL := /bin/sh
BIN := .cache/venv/bin
GATES := $(BIN)/python tests/tools/gates.py

.PHONY: help bench demo demo-down test test-operations unit unit-oldest lint types sanity docs-lint docs browser integration molecule build clean venv venv-oldest

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{printf "make %-15s %s\n", $$1, $$2}'

demo: venv ## Five test hosts, a swarm, and an application on it
	$(BIN)/python -m tests.lab up
	ANSIBLE_CONFIG=.cache/lab/default/ansible.cfg $(BIN)/ansible-playbook apiary.swarm.site \
		-i .cache/lab/default/inventory.yml -i tests/demo/inventory
	@$(BIN)/python -m tests.demo
demo-down: venv ## Remove the test hosts of the demo
	$(BIN)/python -m tests.lab down

test: venv venv-oldest ## Every check: all targets below
	@$(GATES) unit unit-oldest lint types docs-lint docs build sanity sanity-oldest browser integration-cluster integration-stack operations molecule
unit: venv ## Unit tests, newest ansible-core (the quick loop)
	@$(GATES) unit
unit-oldest: venv venv-oldest ## Unit tests, oldest supported ansible-core
	@$(GATES) unit-oldest
lint: venv ## ruff, yamllint, ansible-lint
	@$(GATES) lint
types: venv ## mypy
	@$(GATES) types
docs-lint: venv ## antsibull-docs, antsibull-changelog
	@$(GATES) docs-lint
docs: venv ## Pages of all modules, plugins and roles, in .cache/docs/html
	@$(GATES) docs
build: venv ## Build the artefact, install it elsewhere and load all of it
	@$(GATES) build
sanity: venv venv-oldest ## ansible-test sanity, newest and oldest supported ansible-core
	@$(GATES) sanity sanity-oldest
browser: venv ## The status page in a real browser; Chromium is installed where it is missing
	@$(GATES) browser
integration: venv venv-oldest ## Tests against real Engines on test hosts
	@$(GATES) integration-cluster integration-stack
test-operations: venv ## Day two on test hosts, all of it: takes longer than make test allows for
	@$(GATES) operations-all
bench: venv ## Measured against what people use today, and against the limit: writes docs/performance.md
	$(BIN)/python -m tests.benchmarks --page $(if $(ROUNDS),--rounds $(ROUNDS))
molecule: venv ## Molecule scenarios on test hosts
	@$(GATES) molecule

clean: ## Remove all that was generated (test hosts: make demo-down)
	rm -rf .cache apiary-swarm-*.tar.gz

venv:
	@python=$${PYTHON:-$$(tests/tools/find-python $@)} && "$$python" tests/tools/bootstrap.py $@
venv-oldest:
	@python=$${PYTHON_OLDEST:-$$(tests/tools/find-python $@)} && "$$python" tests/tools/bootstrap.py $@
