# Everything that is generated goes to .cache. The first run of a target sets up what it needs; an environment keeps
# its Python until `make clean` or until PYTHON=... names another (PYTHON_OLDEST=... and PYTHON_NEXT=... for the oldest
# and the next ansible-core).
SHELL := /bin/sh
BIN := .cache/venv/bin
GATES := $(BIN)/python -m tests.tools.gates
BOOTSTRAP := -m tests.tools.bootstrap

.PHONY: help bench check demo demo-down test test-operations unit unit-oldest unit-next lint types sanity docs-lint docs browser integration molecule build update clean venv venv-oldest venv-next venv-update

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{printf "make %-15s %s\n", $$1, $$2}'

demo: venv ## Five test hosts, a swarm, and an application on it
	$(BIN)/python -m tests.lab up
	ANSIBLE_CONFIG=.cache/lab/default/ansible.cfg $(BIN)/ansible-playbook apiary.swarm.site \
		-i .cache/lab/default/inventory.yml -i tests/demo/inventory
	@$(BIN)/python -m tests.demo
demo-down: venv ## Remove the test hosts of the demo
	$(BIN)/python -m tests.lab down

test: venv venv-oldest venv-next ## Every check: all targets below
	@$(GATES) unit unit-oldest unit-next lint types docs-lint docs build sanity sanity-oldest sanity-next browser integration-cluster integration-stack operations molecule
check: venv ## What needs no hosts, with the newest ansible-core: unit tests, lint, types, documentation, artefact
	@$(GATES) unit lint types docs-lint docs build
unit: venv ## Unit tests, newest ansible-core (the quick loop)
	@$(GATES) unit
unit-oldest: venv venv-oldest ## Unit tests, oldest supported ansible-core
	@$(GATES) unit-oldest
unit-next: venv venv-next ## Unit tests, next ansible-core
	@$(GATES) unit-next
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
sanity: venv venv-oldest venv-next ## ansible-test sanity, newest, oldest supported and next ansible-core
	@$(GATES) sanity sanity-oldest sanity-next
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

update: venv-update ## Lock files anew, with the newest releases of all tools
	.cache/venv-update/bin/python -m tests.tools.update
clean: ## Remove all that was generated (test hosts: make demo-down)
	rm -rf .cache apiary-swarm-*.tar.gz

venv venv-update:
	@python=$${PYTHON:-$$(tests/tools/find-python $@)} && "$$python" $(BOOTSTRAP) $@
# Where no Python fits one of these, its stages are not run, and the table of gates.py tells why.
venv-oldest:
	@python=$${PYTHON_OLDEST:-$$(tests/tools/find-python $@)} || exit 0; "$$python" $(BOOTSTRAP) $@
venv-next:
	@python=$${PYTHON_NEXT:-$$(tests/tools/find-python $@)} || exit 0; "$$python" $(BOOTSTRAP) $@
