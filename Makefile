# Gemba: every command a person needs. `make help` lists them.
# Needs python3 (3.11 or newer, with venv), git and make; Node and everything else come from the locks.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

ROOT := $(CURDIR)
VENV := $(ROOT)/.venv
STAMPS := $(VENV)/stamps
# As the server reads them: GEMBA_PORT before PORT. `make run PORT=9000` goes before both.
PORT := $(or $(GEMBA_PORT),$(PORT),8080)
PHONES ?= 1000
K ?=
DB ?= sqlite
SEEDS ?= 5000
FIRST ?= 1
# The wheel's own node first (its wrapper in .venv/bin costs 45 ms per start), then the tools.
export PATH := $(VENV)/node:$(VENV)/bin:$(PATH)
export PLAYWRIGHT_NODEJS_PATH := $(VENV)/node/node
export PYTHONDONTWRITEBYTECODE :=
NPX := npx --no-install
# Most linters and compilers work on one core. What one says stays together, and the first failure is that of the whole.
SIDE_BY_SIDE := $(MAKE) -j2 --output-sync=target

.PHONY: help run test check generate e2e bench bench-import bench-peers storm soak soak-selftest soak-core soak-client soak-client-selftest soak-real faults faults-selftest locks install install-test build system server-tests pwa-tests check-server check-phone shots clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-20s %s\n", $$1, $$2}'

# ---- what a person does ------------------------------------------------------------------------

run: build ## start the demo plant on PORT (or GEMBA_PORT, 8080); GEMBA_DATABASE_URL switches to PostgreSQL
	@scripts/run.sh "$(PORT)"

test: system ## everything: checks, server on both databases, phone, whole stories
	@$(SIDE_BY_SIDE) build check-server check-phone pwa-tests
	@$(MAKE) server-tests
	@$(MAKE) e2e
	@echo "make test: all green"

check: ## linters, types, import rules of server and phone
	@$(SIDE_BY_SIDE) check-server check-phone

check-server: install-test generate
	ruff check .
	ruff format --check .
	mypy --strict server sync
	lint-imports
	python scripts/planted_violation.py
	@git diff --quiet -- docs/openapi.json docs/settings.md || { echo "docs/openapi.json or docs/settings.md changed with the code: look at the difference and git add it"; exit 1; }

check-phone: install-test generate
	cd pwa && npm run --silent check
	cd pwa && npm run --silent lint
	cd pwa && npm run --silent house

server-tests: install-test generate
	pytest -q -n 2 --dist loadgroup tests --ignore=tests/e2e

pwa-tests: install generate
	cd pwa && $(NPX) vitest run

e2e: system install-test build ## whole stories in a real browser; K=main picks files by name, DB=postgresql the database
	E2E_DATABASE=$(DB) scripts/e2e.sh "$(K)"

shots: install-test build ## the same stories, and their pictures into docs/screenshots
	GEMBA_SHOTS=1 scripts/e2e.sh "$(K)"

bench: system install-test build ## figures of the phone and of the wire, as ratios to the floor of the same run
	python bench/run.py $(BENCH)

storm: install-test generate ## PHONES=1000 phones come online at once, with 12 finished evaluations each; both databases
	python -m bench.storm.run --phones $(PHONES)

bench-import: system install-test generate ## a million values through the bulk path beside a bare load; COUNT="100000 sqlite" for less
	python -m bench.values $(COUNT)

bench-peers: install-test generate ## Gemba beside a bare server on the same workload, as ratios of one run
	python -m bench.peers.run $(BENCH)

soak: install-test generate ## the simulator: SEEDS seeds of phones, faults and the real server, every invariant after every step
	python -m tests.sim.soak seeds $(SEEDS) $(FIRST)

soak-selftest: install-test generate ## each rule switched off once: the simulator must notice; BUG=name plays one
	python -m tests.sim.soak selftest $(BUG)

soak-core: install-test ## the merge core under 20,000 random scripts per rule
	GEMBA_SOAK=1 pytest -q tests/sync

soak-client: install-test generate ## the phone's own code under SEEDS (5000) random weathers, against the real server
	python -m tests.soak_client.run --seeds $(SEEDS) --first $(FIRST)

soak-client-selftest: install-test generate ## known bugs, planted in the phone's code: each must be caught
	python -m tests.soak_client.run --selftest

soak-real: system install-test generate ## the long form of the hostile tests: every door under the whole corpus, and its table, on both databases
	GEMBA_SOAK=1 pytest -q tests/server/test_hostile.py tests/server/test_stranger.py tests/server/test_unknown_fields.py tests/server/rights tests/server/sync_api tests/server/imports/test_bounds.py tests/server/imports/test_many.py

faults: system install-test build ## the catalogue of faults against real servers and databases, with its table; K= picks scenarios
	GEMBA_FAULTS=all pytest -q -s tests/faults/test_long.py tests/faults/test_cursor_long.py -k "$(K)"

faults-selftest: system install-test build ## every fault once more with its defence taken out: the test must notice
	GEMBA_FAULTS=selftest pytest -q tests/faults/test_long.py tests/faults/test_cursor_long.py -k "$(K)"

# ---- what is made from what --------------------------------------------------------------------

install: $(STAMPS)/run $(STAMPS)/npm
install-test: $(STAMPS)/test $(STAMPS)/npm
generate: $(STAMPS)/generated ## contract, client types, rules and words from their sources
build: $(STAMPS)/built

SERVER_SOURCES := $(shell find server sync -name '*.py' -o -path '*/locales/*.json' 2>/dev/null)
PWA_SOURCES := $(shell find pwa/src pwa/public pwa/scripts -type f -not -path '*/generated/*' 2>/dev/null) $(wildcard pwa/*.ts pwa/*.js pwa/*.cjs pwa/*.html pwa/*.json pwa/project.inlang/settings.json)
WORDS := $(shell find pwa/messages/parts -name '*.json' 2>/dev/null)

$(STAMPS)/uv: requirements/uv.txt
	@test -x $(VENV)/bin/python || python3 -m venv $(VENV)
	@mkdir -p $(STAMPS)
	$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(STAMPS)/run: requirements/run.txt $(STAMPS)/uv pyproject.toml
	uv pip install -q --python $(VENV)/bin/python --require-hashes -r requirements/run.txt
	@scripts/link.sh
	@touch $@

# Only adds to what `run` installed: nothing is ever thrown out.
$(STAMPS)/test: requirements/test.txt $(STAMPS)/run
	uv pip install -q --python $(VENV)/bin/python --require-hashes -r requirements/test.txt
	@touch $@

$(STAMPS)/npm: pwa/package-lock.json pwa/package.json $(STAMPS)/run
	cd pwa && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/generated: $(STAMPS)/run $(STAMPS)/npm $(SERVER_SOURCES) $(WORDS) pwa/scripts/merge-messages.mjs pwa/project.inlang/settings.json
	@scripts/generate.sh
	@touch $@

$(STAMPS)/built: $(STAMPS)/generated $(PWA_SOURCES)
	cd pwa && $(NPX) vite build --logLevel warn
	@touch $@

system: ## the browser, fonts and database that the tests need (Debian packages, only where missing)
	@scripts/system.sh

locks: $(STAMPS)/uv ## make the lock files anew from pyproject.toml
	uv pip compile -q --generate-hashes requirements/uv.in -o requirements/uv.txt
	uv pip compile -q --generate-hashes --universal pyproject.toml --group build -o requirements/run.txt
	uv pip compile -q --generate-hashes --universal pyproject.toml --group build --group test -c requirements/run.txt -o requirements/test.txt

clean: ## what was built (the demo's data in var/ stays)
	rm -rf pwa/dist pwa/src/generated $(STAMPS)/generated $(STAMPS)/built
