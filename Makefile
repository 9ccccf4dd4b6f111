# A bare checkout with Python >= 3.11 -> a running, tested sluice. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv

# Size of the wheels on Linux x86-64; torch with CUDA is 3.0 GB of it, and 6.1 GB of disk is what they fill.
# Measured with `pip download --no-deps -r requirements/run.txt -d wheels && du -sm wheels`; cpu: without CUDA.
FETCH_run := about 3.3 GB
FETCH_dev := about 3.4 GB
FETCH_cpu := about 0.5 GB

# Progress on a terminal, silence off it.
QUIET := $(shell test -t 2 || echo --quiet)

# Where `make study` keeps embeddings and results, and the name of the file of results.
STUDY := build/study
RUNS := runs

# The machines that this must be quick on have two cores; a third of the time tests wait for processes and brokers.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n 3 --dist worksteal

# Hundreds of processes start in the tests: each would compile all that it imports, for seconds.
unexport PYTHONDONTWRITEBYTECODE

# `make check FAST_TESTS=` leaves them to the `make test` that follows.
FAST_TESTS := yes

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo install install-cpu test check format dashboards bench study chaos simulate attack lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: install ## the whole system on real texts, with simulated reviewers; ends by itself
	$(BIN)/sluice demo

install: $(VENV)/installed-run ## what `make demo` needs, from the hash-pinned lock

install-cpu: $(UV) ## the same with a small torch for CPUs only; from an index of its own, and untested here
	$(call say_fetch,cpu)
	$(UV) pip sync $(QUIET) --python $(BIN)/python --torch-backend=cpu requirements/cpu.txt
	$(call install_sluice,run)

test: $(VENV)/installed-dev ## every test
	$(PYTEST) --durations=10

check: $(VENV)/installed-dev ## format, lint, types, imports, fast tests; a minute and a half
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(if $(FAST_TESTS),$(PYTEST) -m "not slow")

format: $(VENV)/installed-dev ## put the sources into form
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

dashboards: $(VENV)/installed-dev ## grafana/dashboards/*.json anew from the code in grafana/
	$(BIN)/python -m grafana

bench: $(VENV)/installed-dev ## the benchmarks: benchmarks/results/*.json and a table
	$(BIN)/python -m benchmarks

study: $(VENV)/installed-dev ## learning over many sets and budgets: make study DATA=folder OPTIONS="--seeds 2"; hours, resumable
	$(BIN)/python -m benchmarks.learning --data $(DATA) --cache $(STUDY)/embeddings --results $(STUDY)/$(RUNS).jsonl $(OPTIONS)
	$(BIN)/python -m benchmarks.learning.tables $(STUDY)/$(RUNS).jsonl

chaos: $(VENV)/installed-dev ## kills, pauses, a broken network, full disks, a soak: make chaos OPTIONS="kafka --share 0.1"; hours
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.chaos $(OPTIONS)

attack: $(VENV)/installed-dev ## a million malformed records through decoding, and through the intake on a real Kafka; an hour
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.attack

simulate: $(VENV)/installed-dev ## 20,000 simulated runs of the learner under faults of every kind; half an hour
	$(BIN)/python -m tests.simulation --seeds 20000 --jobs 2

lock: $(UV) ## resolve requirements/*.txt anew; UPGRADE=--upgrade moves the pins that still fit
	echo uv | $(COMPILE) - -o requirements/uv.txt
	$(COMPILE) pyproject.toml --group build --group dev -o requirements/dev.txt
	$(COMPILE) pyproject.toml --group build -c requirements/dev.txt -o requirements/run.txt
	$(BIN)/python requirements/without_cuda.py < requirements/run.txt > requirements/cpu.txt

clean: ## remove what can be made again, the virtual environment included
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find stream services tests benchmarks grafana -name __pycache__ -prune -exec rm -r {} +

# Installing. A stamp file says what the environment holds; dev holds all of run.

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-find-links \
	--no-header $(UPGRADE)

say_fetch = @echo "Fetching and installing requirements/$(1).txt into $(VENV): $(FETCH_$(1)) where nothing is cached yet." >&2

define install_sluice
@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
@rm -f $(VENV)/installed-dev
@touch $(VENV)/installed-run $(VENV)/installed-$(1)
endef

$(VENV)/installed-%: requirements/%.txt pyproject.toml | $(UV)
	$(call say_fetch,$*)
	@$(UV) pip sync $(QUIET) --python $(BIN)/python --require-hashes $<
	$(call install_sluice,$*)

$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "sluice needs Python 3.11 or later; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null \
		|| { echo "$(PYTHON) cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
