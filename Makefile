# make demo | test | lint | bench: each sets up .venv by itself; a second run builds only what changed.
# Needs cargo, a C compiler as linker, CPython >= 3.10 with venv, and a package index that pip reaches.

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/stamps
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
RUST := Cargo.toml Cargo.lock rust/Cargo.toml $(shell find rust -name '*.rs')
# clippy and the tests must not see another interpreter than the one the package is built for.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python

.PHONY: demo test lint bench build clean

demo: build
	$(BIN)/dedup scan examples/articles
	$(BIN)/dedup clean examples/articles -o demo/clean --force
	@rm -rf demo/restored  # --force replaces what clean wrote, nothing else
	$(BIN)/dedup restore demo/clean -o demo/restored
	@diff -r examples/articles demo/restored && echo "diff -r: examples/articles and demo/restored are the same"

# What takes more than some ten seconds is marked `slow` and left out; `make test PYTEST=` runs it too.
PYTEST ?= -m 'not slow'

test: build $(STAMPS)/test
	cargo test --quiet
	$(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST)

lint: build $(STAMPS)/lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	cargo fmt --check
	cargo clippy --quiet --all-targets -- -D warnings
	cargo clippy --quiet --all-targets --features python -- -D warnings
	@if $(BIN)/python -c 'import unicodedata; exit(unicodedata.unidata_version != "14.0.0")'; then \
	  echo rust/tables/generate.py --check; $(BIN)/python rust/tables/generate.py --check; fi

# Peers are installed into environments of their own, under benchmarks/.venvs.
bench: build $(STAMPS)/test
	$(BIN)/python benchmarks/run.py --quick

build: $(STAMPS)/package

clean:
	rm -rf .venv target demo dedup/_core.abi3.so

# pip 25.1 is the first that installs dependency groups.
$(STAMPS)/tools: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --upgrade "pip>=25.1" "maturin>=1.9,<2"
	mkdir -p $(STAMPS) && touch $@

# In place and optimised: Python files are used as they stand, the core is built when it changed.
$(STAMPS)/package: $(STAMPS)/tools $(RUST)
	. $(BIN)/activate && maturin develop --release --quiet
	$(BIN)/python -m compileall -q dedup
	touch $@

$(STAMPS)/test: $(STAMPS)/tools
	$(PIP) --group test
	touch $@

$(STAMPS)/lint: $(STAMPS)/tools
	$(PIP) --group lint
	touch $@
