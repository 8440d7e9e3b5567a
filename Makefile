# Edgewright: `make pipeline` and `make test` set up all they need; `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PATH := $(CURDIR)/node_modules/node/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PATH
READY := node_modules/.edgewright-ready
# Every room in one file, for a quicker start; a room that has changed since is loaded from its sources.
PACKED := node_modules/.cache/edgewright/packs/manifest.json
# Passed to the command line: make pipeline ARGS="--source synthetic"
ARGS ?=

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z -]+:.*## / { printf "  %-44s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(PACKED) ## Install the pinned dependencies and runtime

$(READY): package.json package-lock.json
	@npm install --no-save --no-audit --no-fund --loglevel=error || { echo "make: npm could not install the dependencies; is the npm registry reachable?" >&2; exit 1; }
	@test -x node_modules/node/bin/node || npm rebuild node --loglevel=error
	@touch $@

$(PACKED): $(READY) scripts/pack-rooms.ts $(shell find src -name '*.ts' ! -name '*.test.ts')
	@node scripts/pack-rooms.ts || echo "make: the rooms could not be packed; commands load their sources, which takes a little longer" >&2

.PHONY: pipeline
pipeline: $(PACKED) ## Data to verdict on the embedded demo data
	@./edgewright pipeline $(ARGS)

.PHONY: pipeline-fast
pipeline-fast: $(PACKED) ## The same with a smaller model, for a first look
	@./edgewright pipeline --set model.trees=60 --set model.shuffledControls=5 $(ARGS)

.PHONY: data features labels train calibrate
data features labels train calibrate: $(PACKED) ## One stage of the pipeline (earlier ones must be done)
	@./edgewright pipeline --stage $@ $(ARGS)

.PHONY: validate
validate: $(PACKED) ## The last two stages again: the model's backtest, gates and verdict
	@./edgewright pipeline --from-stage backtest $(ARGS)

.PHONY: train-all
train-all: $(PACKED) ## Training and everything after it, again
	@./edgewright pipeline --from-stage train $(ARGS)

.PHONY: backtest
backtest: $(PACKED) ## Backtest a strategy: make backtest ARGS="--strategy sma-cross --symbols AAPL"
	@./edgewright backtest $(if $(ARGS),$(ARGS),--strategy sma-cross --symbols AAPL)

.PHONY: analyze
analyze: $(PACKED) ## The verdict of the last run and where its tear sheet is
	@./edgewright report $(ARGS)

.PHONY: paper
paper: $(PACKED) ## Paper trading on the simulated venue
	@./edgewright paper $(ARGS)

.PHONY: live
live: $(PACKED) ## Refuses, and says what is missing
	@./edgewright --mode live

.PHONY: health
health: $(PACKED) ## Runtime, settings and the last verdict
	@node --version && ./edgewright --version && ./edgewright config show >/dev/null && echo "settings: fine" && { ./edgewright report --json >/dev/null 2>&1 && echo "last run: there is one, see make analyze" || echo "last run: none yet, try make pipeline"; }

.PHONY: test
test: $(PACKED) check ## Check types, floors, style, then run every test
	vitest run

.PHONY: check
check: $(READY) ## Types, lint, floors, format and WebAssembly kernels
	tsc --noEmit
	oxlint --type-aware
	node scripts/check-floors.ts
	node scripts/build-csv-kernel.ts --check
	node scripts/build-curve-kernel.ts --check
	node scripts/build-features-kernel.ts --check
	node scripts/build-gbdt-kernel.ts --check
	node scripts/build-resampling-kernel.ts --check
	node scripts/build-sweep-kernel.ts --check
	biome format .

.PHONY: format
format: $(READY) ## Rewrite the code in the house style
	biome format --write .

.PHONY: package
package: $(READY) ## Build dist/ as `npm pack` ships it
	node scripts/build-package.ts

.PHONY: docker-build docker-up docker-down docker-logs
docker-build docker-up docker-down docker-logs: ## Not there yet: says so
	@echo "make $@: there is no container set-up in this version; everything runs from this checkout (make pipeline)." >&2; exit 1

.PHONY: clean
clean: ## Remove what runs left behind (results, models); never your data
	rm -rf results models dist .edgewright
