# Every target sets up what it needs: `make demo` works from a bare checkout with Node, npm and make.
# Commands run through npm, which puts the project's own Node.js first in the PATH.

NPM := npm --silent
INSTALLED := node_modules/.package-lock.json
GENERATED := src/generated/csi.ts

.DEFAULT_GOAL := help
.PHONY: help setup demo run test verify update conformance e2e packaging bench build image clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) $(GENERATED) ## Install the locked dependencies (without install scripts) and generate the CSI types

$(INSTALLED): package.json package-lock.json
	npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

$(GENERATED): proto/csi.proto $(INSTALLED)
	$(NPM) run generate
	@touch $@

demo: setup ## Show the plugin at work against the ECS emulator; needs no cloud account
	@$(NPM) start -- demo

run: setup ## Start emulator and plugin and leave them running (Ctrl-C ends both)
	@$(NPM) run dev

test: setup ## Type check, lint, unit and integration tests
	$(NPM) run check
	@$(NPM) test

verify: setup ## Like test, and the unit tests only
	$(NPM) run check
	@$(NPM) run test:unit

update: setup ## Apply every fixer: generated code, formatting, printed tables
	$(NPM) run generate
	$(NPM) run format
	$(NPM) run docs

conformance: setup ## Run csi-sanity against plugin and emulator (needs Go)
	@$(NPM) run conformance

e2e: setup ## Tell every story in a real Kubernetes control plane, with the chart installed (needs Go)
	@$(NPM) run e2e

packaging: setup ## Build and start as the image does; the image itself too, where docker or podman runs
	@$(NPM) run packaging

bench: setup ## Measure the memory that the plugin takes with 10,000 snapshots (about 2 minutes)
	@$(NPM) run bench

build: setup ## Compile to dist/
	$(NPM) run build

image: ## Build the container image (needs docker or podman)
	@sh scripts/build-image.sh

clean: ## Remove everything that was built or installed
	rm -rf node_modules dist coverage .cache src/generated
