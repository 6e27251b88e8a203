# The two commands that a newcomer needs are `make demo` and `make test`.
# What is built goes to ./target, or to the folder that PORTOLAN_TARGET_DIR names.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

ifdef PORTOLAN_TARGET_DIR
export CARGO_TARGET_DIR := $(PORTOLAN_TARGET_DIR)
endif

CARGO_DENY_VERSION := 0.20.2

.PHONY: help
help: ## Says what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: setup-demo assets ## Builds and runs the demo; with ARGS=--play it plays the people too, and ends by itself
	cargo run --locked -- demo $(ARGS)

.PHONY: test
test: setup-test assets ## Runs all checks and tests, on SQLite and on PostgreSQL
	scripts/test.sh

.PHONY: check
check: assets ## Runs the quick checks only: format, lints and the documentation's links
	cargo fmt --all -- --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --locked --workspace --no-deps --document-private-items --quiet

.PHONY: build
build: setup-demo assets ## Builds the program for use: target/release/portolan
	cargo build --locked --release

.PHONY: audit
audit: ## Checks the dependencies' licences, bans and sources (see deny.toml)
	@if ! cargo deny --version >/dev/null 2>&1; then \
	  echo "audit: cargo-deny is missing; installing it takes some minutes" >&2; \
	  cargo install --locked cargo-deny --version $(CARGO_DENY_VERSION); \
	fi
	cargo deny --locked check bans licenses sources

.PHONY: bench
bench: setup-bench assets ## Measures against peers and writes docs/performance.md; ARGS chooses what
	cargo build --locked --release --package portolan --package portolan-benches
	$(or $(CARGO_TARGET_DIR),target)/release/portolan-benches $(ARGS)

.PHONY: e2e
e2e: setup-e2e assets ## Plays people's journeys in a browser, on a phone and at a desktop; ARGS=WORDS those whose name matches
	cargo build --locked --bin portolan
	node --test --test-reporter=spec $(if $(ARGS),--test-name-pattern='$(ARGS)') e2e/journeys.test.mjs

.PHONY: pages
pages: setup-e2e assets ## Checks every page with axe and weighs it; WRITE=1 also writes docs/page-weights.md
	cargo build --locked --bin portolan --example pages
	cargo run --locked --quiet --example pages
	PORTOLAN_WRITE_WEIGHTS=$(WRITE) npm run --silent pages

.PHONY: screens
screens: setup-screens assets ## Takes pictures of the pages; ARGS=--demo=http://127.0.0.1:8080 those of a running demo
	npm run --silent screens -- $(ARGS)

.PHONY: screenshots
screenshots: setup-screenshots assets ## Writes docs/screens: every page, both sizes, both themes
	cargo build --locked --bin portolan --example pages
	cargo run --locked --quiet --example pages
	npm run --silent screenshots

.PHONY: assets
assets: assets/vendor/LICENCES.txt ## Fetches and builds the portal's style sheet and scripts

# What npm fetched, by the lock file.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

# The style sheet holds only the rules that some template uses.
assets/vendor/LICENCES.txt: node_modules/.package-lock.json scripts/assets.mjs $(shell find templates assets -type f -not -path 'assets/vendor/*' 2>/dev/null)
	npm run --silent build
	@touch $@

.PHONY: setup-demo setup-test setup-bench setup-screens setup-screenshots setup-e2e
setup-demo setup-test setup-bench setup-screens setup-screenshots setup-e2e: setup-%:
	@scripts/setup.sh $*
