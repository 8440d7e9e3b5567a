# Edgewright: `make pipeline` and `make test` set up all they need; `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PATH := $(CURDIR)/node_modules/node/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PATH
READY := node_modules/.edgewright-ready
ARGS ?=

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## Install the pinned dependencies and runtime

$(READY): package.json package-lock.json
	@npm install --no-save --no-audit --no-fund --loglevel=error || { echo "make: npm could not install the dependencies; is the npm registry reachable?" >&2; exit 1; }
	@test -x node_modules/node/bin/node || npm rebuild node --loglevel=error
	@touch $@

.PHONY: pipeline
pipeline: $(READY) ## Data to verdict on the embedded demo data
	@./edgewright pipeline $(ARGS)

.PHONY: test
test: $(READY) check ## Check types, floors, style, then run every test
	vitest run

.PHONY: check
check: $(READY) ## Types, lint, floors and format
	tsc --noEmit
	oxlint --type-aware
	node scripts/check-floors.ts
	biome format .

.PHONY: format
format: $(READY) ## Rewrite the code in the house style
	biome format --write .

.PHONY: clean
clean: ## Remove what runs left behind (results, models); never your data
	rm -rf results models dist
