# Syncline: `make demo` sets up what is missing and runs it, `make test` proves it. Everything else serves these two.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Handed to the command: `make demo ARGS=--fresh`, `make bench ARGS=--help`.
ARGS ?=
TARGET := $(or $(CARGO_TARGET_DIR),target)
BINARY := $(TARGET)/release/syncline
# What the bundle is made from. Cargo, wasm-bindgen and the compressor each skip what did not change; these files decide
# whether to ask them at all.
BUNDLE_SOURCES := $(shell find app style public scripts -type f -o -type d) Cargo.toml Cargo.lock

.PHONY: build demo test bench screenshots vitals wasm help

build: ## The release binary, with its assets inside
build: wasm
	@. scripts/lib.sh; need_build_tools; say "building $(BINARY)"
	@. scripts/lib.sh; cargo build --release "$${locked[@]}" --package server

demo: ## Build what is missing and run the demo on http://127.0.0.1:3000 (ARGS=--fresh begins anew)
demo: build
	@exec $(BINARY) demo $(ARGS)

test: ## Every check and every test, the browser's too
	@scripts/test.sh

bench: ## The table of what must be fast, as ratios measured in one run
bench: build
	@exec $(BINARY) bench $(ARGS)

# What a picture or a page's speed is taken with.
measure = . scripts/lib.sh; need_chromium; SYNCLINE_BINARY=$(abspath $(BINARY)) node_modules/.bin/playwright test --config end2end/measure.config.ts

screenshots: ## The README's pictures, in end2end/screenshots
screenshots: build
	@$(measure) screenshots

vitals: ## How fast pages are for people, by Lighthouse
vitals: build
	@$(measure) vitals

wasm: ## What the browser loads: target/site
wasm: target/site.stamp

target/site.stamp: $(BUNDLE_SOURCES) node_modules/.package-lock.json
	@scripts/bundle.sh
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	@. scripts/lib.sh; need_build_tools; say "installing the locked npm tools"; npm ci --ignore-scripts </dev/null >&2
	@touch $@

help: ## What there is to make
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' Makefile
