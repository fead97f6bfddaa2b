.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# One process a core, each with its own servers; PYTEST_FLAGS= runs the tests in one.
PYTEST_FLAGS ?= -n auto --maxprocesses 4 --dist worksteal
BENCH_FLAGS ?=
SOAK_MINUTES ?= 10
CHAOS_MINUTES ?= 10
CHAOS_FLAGS ?=

.PHONY: help demo serve test test-thorough test-fast lint types imports docs site picture vendor check check-figures simulate mutants wheel release-check constraints bench soak chaos clean clients

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

demo: $(VENV)/.installed  ## Print the report of the bundled sample (no network but the package index)
	@$(BIN)/horde-model-reference deletion-risk image_generation --demo

serve: $(VENV)/.installed  ## Serve the bundled sample on http://127.0.0.1:19800
	@$(BIN)/horde-model-reference serve --demo

test: $(VENV)/.installed-dev  ## Run the tests
	@$(BIN)/python -m pytest -m "not thorough" $(PYTEST_FLAGS)

test-thorough: $(VENV)/.installed-dev  ## Run the tests that repeat others with many more cases, or take long
	@$(BIN)/python -m pytest -m thorough $(PYTEST_FLAGS)

test-fast: $(VENV)/.installed-dev  ## Run the tests that need no browser, Redis, PostgreSQL, nginx or container
	@$(BIN)/python -m pytest -m "not browser and not redis and not postgresql and not nginx and not image and not thorough" $(PYTEST_FLAGS)

lint: $(VENV)/.installed-dev  ## Check style, the example workflows, and the Dockerfile
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/actionlint examples/workflows/*.yml
	@$(BIN)/hadolint Dockerfile

types: $(VENV)/.installed-dev  ## Check types
	@$(BIN)/mypy
	@$(BIN)/mypy --platform win32 --no-warn-unreachable --cache-dir .mypy_cache/windows src

imports: $(VENV)/.installed-dev  ## Check that imports go one way
	@$(BIN)/lint-imports

docs: $(VENV)/.installed-dev  ## Write the generated parts of the documentation anew
	@$(BIN)/python docs/generate.py

site: $(VENV)/.installed  ## Build the documentation as a site into build/site
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs build/site

picture: $(VENV)/.installed-dev  ## Draw the README's picture of the web page anew (needs chromium)
	@$(BIN)/python docs/draw_page.py

vendor: $(VENV)/.installed  ## Fetch the page's files of others anew and check their hashes (needs npm; VENDOR=--accept writes new ones)
	@$(BIN)/python tools/vendor.py $(VENDOR)

clients: $(VENV)/.installed-dev  ## Generate clients from the OpenAPI document, and let them ask the demo (needs npm)
	@$(BIN)/python tools/generated_clients.py

check: lint types imports test test-thorough  ## Everything a change must pass

check-figures: $(VENV)/.installed-dev  ## Compare 5,000 random cases with a second implementation (SEED=... repeats one)
	@$(BIN)/python -m tests.oracle --seed '$(SEED)' $(if $(NUMBER),--number $(NUMBER))

simulate: $(VENV)/.installed-dev  ## Live through a simulated year and compare it with the truth (SEED=1, DAYS=365)
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(DAYS),--days $(DAYS))

mutants: $(VENV)/.installed-mutants  ## Mutate the analysis and count what the tests notice (MUTANTS='--sample 20 flags')
	@$(BIN)/python -m tests.mutants $(MUTANTS)

wheel: $(VENV)/.installed  ## Build the wheel into dist/
	@rm -rf dist && $(BIN)/pip wheel -q --no-deps -w dist .

release-check: $(VENV)/.installed-release  ## Build both distributions into dist/; check metadata, contents and clean installations
	@$(BIN)/python tools/release_check.py

constraints: $(VENV)/.installed-dev  ## Pin the versions that are installed now
	@$(BIN)/pip install -q --disable-pip-version-check -e '.[docs,mutants,release]'
	@$(BIN)/pip freeze --exclude-editable --exclude pip --exclude setuptools | grep -v ' @ ' > constraints.txt

bench: $(VENV)/.installed-dev  ## Measure, and write benchmarks/RESULTS.md (BENCH_FLAGS=--quick to try it)
	@$(BIN)/python -m benchmarks $(BENCH_FLAGS)

soak: $(VENV)/.installed-dev  ## Serve for SOAK_MINUTES while the Horde and Redis fail, and as long on three hosts (needs redis-server)
	@$(BIN)/python -m benchmarks soak hosts --minutes $(SOAK_MINUTES)

chaos: $(VENV)/.installed-dev  ## Attack, kill and starve everything for CHAOS_MINUTES (needs redis-server)
	@$(BIN)/python -m benchmarks chaos --minutes $(CHAOS_MINUTES) $(CHAOS_FLAGS)

clean:  ## Remove what the other targets made
	@rm -rf $(VENV) dist build .coverage coverage.json .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Python 3.11 or newer is needed; PYTHON=/path/to/python3 names one." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "error: $(PYTHON) has no venv; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing into $(VENV) ..." >&2
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(VENV)/.installed-release: $(VENV)/.installed
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[release]'
	@touch $@

$(VENV)/.installed-mutants: $(VENV)/.installed-dev
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[mutants]'
	@touch $@
