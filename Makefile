# The front door. `make` lists what can be done; every other target first makes .venv with the chaupal command in it.
# It needs make, git and any Python 3 to begin; uv is brought by tools/bootstrap.sh and finds a Python >= 3.12 itself.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export UV_PYTHON_DOWNLOADS = never
# Compiled tests and modules are kept, whatever the machine asks for: else each process compiles what was changed anew.
unexport PYTHONDONTWRITEBYTECODE

WORKERS ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 1)))
# By file, and as they are gathered: what takes long (a browser, clients, a crash) begins, what is short fills the end.
# One worker more than cores: each waits now and then for a browser, a server or a database that it has asked.
PYTEST = .venv/bin/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --hypothesis-profile=ci
# Rooms that do no I/O, and the house as a whole; without plug-ins that take seconds to come in and are not needed for these.
QUICK  = tests/unit/policy tests/unit/text tests/unit/kernel tests/test_architecture.py tests/test_docs.py tests/test_glossary.py
LEAN   = -p no:schemathesis -p no:faker
PO     = $(wildcard src/chaupal/web/locales/*/LC_MESSAGES/messages.po)
MO     = $(PO:.po=.mo)
COUNTRY = src/chaupal/assets/country.mmdb
WORDS   = src/chaupal/assets/lexicon/words.hi.gz
SCRIPTS = $(shell find src/chaupal/web/script -name '*.ts')

.NOTPARALLEL:
.PHONY: help run villages dev quick test check fmt map messages catalogues assets scripts services bench bench-compare lighthouse pictures gallery cluster cluster-suite storm peers kills wheel clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 | \2/p' Makefile | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z-]*\):.*## /  make \1: /p' Makefile

run: .stamps/run catalogues assets scripts ## a seeded village to play in, at http://localhost:8000
	.venv/bin/chaupal serve --village --data village --port 8000

villages: .stamps/run catalogues assets scripts ## two villages that talk to each other, at http://localhost:8000 and :8001
	.venv/bin/python tools/villages.py $(ARGS)

dev: .stamps/dev catalogues assets scripts ## the village, begun again when code, a template, words or a script changes
	.venv/bin/python tools/dev.py --port 8000 $(ARGS)

quick: .stamps/dev ## what one runs every minute: lint, the law, language, arrows, papers; needs no services
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pytest -n $(WORKERS) $(LEAN) $(QUICK) $(ARGS)

test: .stamps/dev .stamps/node-dev catalogues assets scripts services ## all tests (brings PostgreSQL and Chromium where it may)
	TMPDIR=$$(tools/tmpdir.sh) $(PYTEST) $(ARGS)

# Packages are mostly waited for, and take one core: where tests come next, they are brought from the first moment, beside all else,
# and what these tests say of arrows and papers is said once.
TESTS_NEXT = $(filter test,$(MAKECMDGOALS))

check: .tools/bin/uv ## lint, format, types, arrows, map
	@$(if $(TESTS_NEXT),tools/services.sh,true) & packages=$$!; \
	$(MAKE) .stamps/dev .stamps/node-dev .stamps/script $(if $(TESTS_NEXT),catalogues assets) && \
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/pyrefly check && tools/npm.sh run --silent check && \
	$(if $(TESTS_NEXT),true,.venv/bin/pytest $(LEAN) tests/test_architecture.py tests/test_docs.py); rest=$$?; \
	wait $$packages && exit $$rest

fmt: .stamps/dev map ## format, mend what lint can mend, draw the map anew
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

map: .stamps/dev ## write anew what is drawn from the code: docs/map.md, api.md, moves.md, settings.md, and tables of log-entries.md, rule-of-law.md, report.md and decisions/README.md
	.venv/bin/python tools/make_map.py
	.venv/bin/python tools/make_api.py
	.venv/bin/python tools/make_moves.py
	.venv/bin/python tools/make_tables.py
	.venv/bin/python -m chaupal.app.described docs/settings.md

messages: .stamps/dev ## gather the words of the pages into the catalogues
	.venv/bin/pybabel -q extract -F babel.cfg --no-location --sort-output -o .stamps/messages.pot .
	.venv/bin/pybabel -q update -D messages -i .stamps/messages.pot -d src/chaupal/web/locales --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

catalogues: .stamps/run $(MO) ## compile the message catalogues

%.mo: %.po
	.venv/bin/pybabel -q compile -D messages -i $< -o $@

assets: .stamps/run $(COUNTRY) $(WORDS) ## bring the country file (IP address to country) and the words for typing

$(COUNTRY):
	@tools/assets.sh country

$(WORDS): tools/lexicon.py tools/pieces.py tools/dawg.py
	@tools/assets.sh words

scripts: .stamps/script ## build what pages bring to a browser (TypeScript, by esbuild)

.stamps/script: .stamps/node tools/script.mjs $(SCRIPTS)
	@tools/npm.sh run --silent build
	@mkdir -p .stamps && touch $@

# What pages are built with is a fifth of what tests and checks bring: browsers' other halves, clients, another server, Lighthouse.
.stamps/node: package-lock.json | .tools/bin/uv
	@tools/npm.sh ci --silent --omit=dev
	@mkdir -p .stamps && touch $@

.stamps/node-dev: package-lock.json | .tools/bin/uv
	@tools/npm.sh ci --silent
	@mkdir -p .stamps && touch $@ .stamps/node

services: ## install what tests need beside Python (as root on Debian)
	@tools/services.sh

bench: .stamps/dev catalogues assets scripts ## measure speed, as ratios to a bare ASGI app
	.venv/bin/python -m bench $(ARGS)

bench-compare: .stamps/dev catalogues assets scripts ## the same, put beside an earlier run: BASE=bench/runs/….json
	.venv/bin/python -m bench --compare $(BASE) $(ARGS)

CLUSTER = TMPDIR=$$(tools/tmpdir.sh) PYTHONPATH=tests:. .venv/bin/python -m

cluster: .stamps/dev catalogues assets scripts services ## three servers, two workers and all they stand on, on this machine, until Ctrl-C
	$(CLUSTER) cluster $(ARGS)

cluster-suite: .stamps/dev .stamps/node-dev catalogues assets scripts services ## what surfaces and clients must hold, in houses of two and through the balancer of a cluster of two
	STAGES=two TMPDIR=$$(tools/tmpdir.sh) $(PYTEST) tests/surfaces -k two $(ARGS)
	STAGES=cluster TMPDIR=$$(tools/tmpdir.sh) .venv/bin/pytest -n0 tests/surfaces/test_canary_cluster.py tests/clients $(ARGS)

storm: .stamps/dev catalogues assets scripts services ## people, the court and faults let loose on a cluster, and what they saw judged; SEED=… MINUTES=…
	$(CLUSTER) cluster.storm --seed $(or $(SEED),2021) --minutes $(or $(MINUTES),5) $(ARGS)

peers: .stamps/dev .stamps/node-dev catalogues assets scripts services ## other servers of the fediverse started beside ours, and a table of what went well with each; PEER=snac2
	TMPDIR=$$(tools/tmpdir.sh) PYTHONPATH=tests:. .venv/bin/python -m peers.table $(PEER) $(ARGS)

kills: .stamps/dev .stamps/node-dev catalogues assets scripts services ## ours and another server killed again and again while they speak, and what was lost by whom; PEER=snac2 TIMES=100
	TMPDIR=$$(tools/tmpdir.sh) PYTHONPATH=tests:. .venv/bin/python -m peers.storming --peer $(or $(PEER),Chaupal) --times $(or $(TIMES),100) $(ARGS)

lighthouse: .stamps/run .stamps/node-dev catalogues assets scripts ## scores of the main pages on a phone (Lighthouse, on Chromium); AT=http://… of a running village
	node tools/lighthouse.mjs $(or $(AT),http://localhost:8000) $(ARGS)

pictures: .stamps/dev catalogues assets scripts ## the pictures of the README (Chromium); AT=http://… of a running village
	.venv/bin/python tools/screenshots.py $(or $(AT),http://localhost:8000) docs/pictures readme

gallery: .stamps/dev .stamps/node-dev catalogues assets scripts ## every page in every look, to look at, with what a machine finds wrong; AT=http://… of a running village
	.venv/bin/python tools/screenshots.py $(or $(AT),http://localhost:8000) gallery $(ARGS)

wheel: .stamps/dev catalogues assets scripts ## the server as one file to install, in dist/: pages, words, countries and verifier in it
	.venv/bin/python -m hatchling build --directory dist --target wheel

clean: ## remove what make and tools have made (not your data)
	rm -rf .venv .tools .stamps .assets dist node_modules src/chaupal/assets src/chaupal/web/static/built $(MO) .pytest_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.tools/bin/uv:
	@tools/bootstrap.sh uv

.stamps/run: pyproject.toml verifier/pyproject.toml uv.lock | .tools/bin/uv
	@tools/bootstrap.sh venv --no-dev --inexact
	@mkdir -p .stamps && touch $@

.stamps/dev: pyproject.toml verifier/pyproject.toml uv.lock | .tools/bin/uv
	@tools/bootstrap.sh venv
	@mkdir -p .stamps && touch $@ .stamps/run
