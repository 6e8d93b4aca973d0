# Thin: each target is a command that can be typed as well. The build itself is meson's (meson.build).
# make help lists the targets.

BUILD  ?= build
PREFIX ?= /usr/local
# Compiler warnings end the build where Cleat is developed and in CI (WERROR=true), not where it is only used.
WERROR ?= false
# -Dlibvirt=enabled: without the headers of libvirt the build fails, instead of leaving its driver out.
LIBVIRT ?=
PYTHON  = $(BUILD)/venv/bin/python
SETUP   = tools/setup

.PHONY: help deps build demo demo-real run test test-deps real-deps test-build lint test-lint test-unit test-api test-system test-real test-asan \
	test-tsan bench fuzz docs proof install clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

deps: ## install what the build needs (Debian packages; asks first)
	@tools/install-deps demo

build: deps ## build build/cleat
	@$(SETUP) $(BUILD) -Dwerror=$(WERROR)
	@meson compile -C $(BUILD) cleat

demo: build ## install, build, start a server, detach a disk from a running instance, stop
	@$(BUILD)/cleat demo

demo-real: real-deps ## the same with real machines: two guests of a libvirt of their own, without KVM
	@$(SETUP) $(BUILD) -Dwerror=$(WERROR) -Dlibvirt=enabled
	@meson compile -C $(BUILD) cleat cleat_libvirt
	@tools/demo-real $(BUILD)/cleat

run: build ## serve on 127.0.0.1:7480 with the key cleat / cleat-secret until Ctrl-C
	@exec $(BUILD)/cleat serve --dev-key --log text $(ARGS)

test-deps:
	@tools/install-deps test
	@tools/venv $(BUILD)/venv tests/requirements.txt
	@tools/node-modules $(BUILD)/node tests/node

test-build: test-deps
	@$(SETUP) $(BUILD) -Dwerror=$(WERROR) $(LIBVIRT)
	@meson compile -C $(BUILD)

real-deps:
	@tools/install-deps real
	@tools/guest-image $(BUILD)/guest

test: real-deps ## install, build and run every test, sanitizers too
	@$(MAKE) --no-print-directory test-build LIBVIRT=-Dlibvirt=enabled
	@$(PYTHON) tools/run-tests --build $(BUILD)

test-unit: test-build ## lint, unit and contract tests (seconds)
	@$(PYTHON) tools/run-tests --build $(BUILD) lint unit contract

test-api: test-build ## the official clients against the server, and the command line
	@$(PYTHON) tools/run-tests --build $(BUILD) api system

test-real: real-deps ## the driver of libvirt on real machines (QEMU without KVM)
	@$(MAKE) --no-print-directory test-build LIBVIRT=-Dlibvirt=enabled
	@$(PYTHON) tools/run-tests --build $(BUILD) real

test-asan: test-deps ## unit, contract and api tests under AddressSanitizer and UBSan
	@$(PYTHON) tools/run-tests --build $(BUILD) asan

test-tsan: test-deps ## the same under ThreadSanitizer
	@$(PYTHON) tools/run-tests --build $(BUILD) tsan

bench: build ## measure against nginx and raw SQLite (bench/run)
	@bench/run $(ARGS)

fuzz: ## build the fuzz targets with clang and run each for FUZZ_SECONDS (60)
	@tools/install-deps fuzz
	@CC=clang $(SETUP) build-fuzz -Dfuzz=true -Dtests=disabled -Db_sanitize=address,undefined -Db_lundef=false
	@meson compile -C build-fuzz
	@tools/run-fuzz build-fuzz $${FUZZ_SECONDS:-60}

docs: build ## print again what docs/ takes from the program: man page, reference, operations
	@tools/docs $(BUILD)/cleat

proof: test-build ## run the api tests and write down which test proves what (docs/operations.md)
	@CLEAT_PROOF_OUT=$(CURDIR)/tests/data/proof.json $(PYTHON) tools/run-tests --build $(BUILD) api
	@tools/docs $(BUILD)/cleat

install: build ## install the binary, man page and systemd unit under PREFIX (/usr/local)
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@meson install -C $(BUILD)

clean: ## remove everything that was built
	rm -rf build build-asan build-tsan build-fuzz build-bench
