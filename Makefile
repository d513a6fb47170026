# The words a person types are the words that CI runs. Each target sets up .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint lint-deploy audit bench chaos clean

demo: $(STAMP)  ## the whole job in a minute: embedded PostgreSQL, simulated TDX, two passes
	@$(BIN)/ticket-queue-daemon demo

# Three on two cores: who waits for a lease, a window or an outage leaves its core to another.
test: lint audit  ## everything that CI checks
	$(BIN)/pytest -n 3 --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lint-deploy: $(STAMP)  ## deploy/ by its own linters: hadolint, the schemas of Compose and Kubernetes
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[deploy-lint]'
	$(BIN)/pytest -q -n 0 tests/house/test_deploy.py

audit: $(STAMP)  ## the dependencies, as far as it goes without a network; see SECURITY.md
	@$(BIN)/python -m pip --disable-pip-version-check check

bench: $(STAMP)  ## ratios, not seconds
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

chaos: $(STAMP)  ## the crash tests at full size, every interleaving of the protocol, a week's soak; minutes
	$(BIN)/python tests/chaos/matrix.py
	CHAOS=full $(BIN)/pytest tests/crash -n 2 --dist loadfile --durations=5
	$(BIN)/python tests/crash/teeth.py
	$(BIN)/python tests/model/explore.py
	$(BIN)/python tests/soak/soak.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml constraints.txt
	@echo "Setting up $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
