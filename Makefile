# Each target sets up what it needs: .venv from the two locks, Chromium from Debian.
# A fresh Debian 12 with python3, make and git is enough.

python := .venv/bin/python
environment := .venv/installed

# Without compiled files, each program that a test starts would compile all of its source anew.
unexport PYTHONDONTWRITEBYTECODE

# Marks are set by tests/conftest.py; the folders are not even read.
quick := not browser and not terminal and not processes and not thorough
without := $(addprefix --ignore tests/,long console end_to_end portal self_help wizard/terminal)

# One more than a small machine has processors: many tests wait for a browser or a server.
at_once := 3
gate := --ignore tests/long
checks := .venv/bin/ruff check --quiet && .venv/bin/ruff format --check --quiet && .venv/bin/mypy && .venv/bin/lint-imports --no-logo

.PHONY: help demo demo-live screenshots check test test-long lint serve bench bench-page bench-growth lighthouse words vendored lock clean lint-js demo-machine test-machine

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: demo-machine $(environment) ## Show the main job in a throw-away folder, with screenshots
	@exec $(python) -m demo

demo-live: $(environment) ## The same with your own phone: LAN=1 lets it in, CERT=… KEY=… NAME=… for HTTPS
	@exec $(python) -m demo.live $(if $(LAN),--lan) $(if $(CERT),--certfile '$(CERT)') $(if $(KEY),--keyfile '$(KEY)') $(if $(NAME),--name '$(NAME)')

screenshots: demo-machine $(environment) ## Make every picture anew in build/pictures; those that docs show go there
	@$(python) -m demo.wizard_pictures
	@$(python) -m demo.console_pictures
	@$(python) -m demo.phone_pictures
	@$(python) -m demo.self_help_pictures
	@$(python) -m demo.mail_pictures
	@$(python) -m demo.portal_pictures
	@exec $(python) -m demo.shown_pictures

# The checks take one processor, as does reading all tests for the first time, which each worker would do for itself.
# What they say comes last, where it is seen.
test: test-machine $(environment) ## Check and test everything
	@mkdir -p build
	@($(checks)) >build/lint.txt 2>&1 & checks=$$!; \
	trap 'kill $$checks 2>/dev/null' INT TERM; \
	[ -e tests/__pycache__ ] || $(python) -m pytest -qq --collect-only $(gate) >/dev/null; \
	$(python) -m pytest -n $(at_once) --dist worksteal $(gate); tests=$$?; \
	wait $$checks || tests=1; cat build/lint.txt; exit $$tests

check: lint ## A part of it, in 90 seconds: the checks, and the tests without browser, terminal, server or sweep
	@$(python) -m pytest -q -n 2 --dist worksteal -m '$(quick)' $(without)
	@echo 'This was a part: no browser, no terminal, no running server, no sweep. The gate is: make test'

test-long: test-machine $(environment) ## Run the tests that take longer, also in Safari's engine and Firefox
	@demo/prepare.sh engines
	@$(python) -m pytest -n 2 --dist worksteal tests/long
	@exec $(python) -m pytest -n 2 --dist worksteal --engine postgresql tests/core tests/server tests/faces

lint: $(environment) ## Only the checks: style, types, arrows
	@$(checks)

lint-js: ## Check the pages' JavaScript: types and style (needs Node 18 or newer)
	@demo/prepare.sh javascript
	@cd .javascript && node_modules/.bin/tsc -p tsconfig.json && node_modules/.bin/tsc -p tsconfig.worker.json
	@cp tests/pwa/eslint.config.js .javascript/pwa.eslint.config.js
	@cd .javascript && node_modules/.bin/eslint --config pwa.eslint.config.js --max-warnings 0 pwa/js pwa/sw.js static

serve: $(environment) ## Serve the instance folder (KEYFERRY_HOME, default instance/) on 127.0.0.1:8000
	@.venv/bin/keyferry init
	@exec .venv/bin/keyferry serve

bench: test-machine $(environment) ## Measure what is costly, and servers under load, as ratios
	@exec $(python) -m bench

bench-page: demo-machine $(environment) ## Measure what a person waits for on a slow line
	@exec $(python) -m bench.phone_page

bench-growth: test-machine $(environment) ## Load up to a million licenses, and time lists, searches and activations (takes long)
	@exec $(python) -m bench.growth

lighthouse: demo-machine $(environment) ## Have Lighthouse judge the pages: 95 or better (needs Node 20 or newer)
	@demo/prepare.sh javascript
	@exec $(python) -m bench.lighthouse

words: $(environment) ## Collect what the web pages say, and bring every translation up to date
	@exec $(python) -m demo.catalogs

vendored: ## Make the key fonts and the icons anew from their packages (needs npm)
	@demo/prepare.sh vendored

lock: ## Resolve the dependencies again, those that run and those that develop (needs uv)
	@demo/prepare.sh lock

clean: ## Remove what was made here, never an instance folder
	@rm -rf .venv .javascript build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

demo-machine:
	@demo/prepare.sh demo

test-machine:
	@demo/prepare.sh tests

# A stamp is written last: without it, what lies in .venv is not trusted and made anew.
.venv/locked: requirements.lock requirements-dev.lock
	@demo/prepare.sh environment
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	@demo/prepare.sh project
	@touch $@
