# The front door. `make` lists what can be done; every other target first makes .venv with the chaupal command in it.
# It needs make, git and any Python 3 to begin; uv is brought by tools/bootstrap.sh and finds a Python >= 3.12 itself.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export UV_PYTHON_DOWNLOADS = never

PYTEST = .venv/bin/pytest -n 2 --dist loadfile --hypothesis-profile=ci
PO     = $(wildcard src/chaupal/web/locales/*/LC_MESSAGES/messages.po)
MO     = $(PO:.po=.mo)
COUNTRY = src/chaupal/assets/country.mmdb

.NOTPARALLEL:
.PHONY: help run test check fmt map messages catalogues assets services bench bench-compare clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 | \2/p' Makefile | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z-]*\):.*## /  make \1: /p' Makefile

run: .stamps/run catalogues assets ## a seeded village to play in, at http://localhost:8000
	.venv/bin/chaupal serve --village --data village --port 8000

test: .stamps/dev catalogues assets services ## all tests (brings PostgreSQL and Chromium where it may)
	$(PYTEST) $(ARGS)

check: .stamps/dev ## lint, format, types, arrows, map
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/basedpyright
	.venv/bin/pytest tests/test_architecture.py tests/test_docs.py

fmt: .stamps/dev map ## format, mend what lint can mend, draw the map anew
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

map: .stamps/dev ## write docs/map.md and docs/settings.md anew from the code
	.venv/bin/python tools/make_map.py
	.venv/bin/python -m chaupal.app.described docs/settings.md

messages: .stamps/dev ## gather the words of the pages into the catalogues
	.venv/bin/pybabel -q extract -F babel.cfg --no-location --sort-output -o src/chaupal/web/locales/messages.pot .
	.venv/bin/pybabel -q update -D messages -i src/chaupal/web/locales/messages.pot -d src/chaupal/web/locales --no-fuzzy-matching

catalogues: .stamps/run $(MO) ## compile the message catalogues

%.mo: %.po
	.venv/bin/pybabel -q compile -D messages -i $< -o $@

assets: .stamps/run $(COUNTRY) ## bring the country file (IP address to country)

$(COUNTRY):
	@tools/assets.sh

services: .stamps/dev ## install what tests need beside Python (as root on Debian)
	@tools/services.sh

bench: .stamps/dev catalogues assets ## measure speed, as ratios to a bare ASGI app
	.venv/bin/python -m bench $(ARGS)

bench-compare: .stamps/dev catalogues assets ## the same, put beside an earlier run: BASE=bench/runs/….json
	.venv/bin/python -m bench --compare $(BASE) $(ARGS)

clean: ## remove what make and tools have made (not your data)
	rm -rf .venv .tools .stamps .assets dist src/chaupal/assets $(MO) .pytest_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.tools/bin/uv:
	@tools/bootstrap.sh uv

.stamps/run: pyproject.toml uv.lock | .tools/bin/uv
	@tools/bootstrap.sh venv --no-dev --inexact
	@mkdir -p .stamps && touch $@

.stamps/dev: pyproject.toml uv.lock | .tools/bin/uv
	@tools/bootstrap.sh venv
	@mkdir -p .stamps && touch $@ .stamps/run
