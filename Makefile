# Everything that is typed here: `make help`. Works with sh on Debian 12 and 13, as root or not.
.POSIX:
.NOTPARALLEL:
.PHONY: help demo test check faults bench screenshots lock production development

BIN = .venv/bin
# Django's own commands work as the role that may change tables; these two need no database.
NO_DATABASE = "ignore:Got an error checking a consistent migration history:RuntimeWarning"
DJANGO = ECOUVILLON_ROLE=owner $(BIN)/python -W error -W $(NO_DATABASE) -m django
SETTINGS = --settings ecouvillon.settings

help:
	@echo "make demo    everything on this machine, with an invented patient; ARGS=--once ends by itself"
	@echo "make test    all checks, then all tests; ARGS=... goes to pytest"
	@echo "make check   format, lint, types, layers, Django's checks, missing migrations"
	@echo "make faults  kill -9 of each process, again and again; KILLS=500 SEED=1 for a long campaign"
	@echo "make bench   measure beside a yardstick on this machine; ARGS=... goes to the bench"
	@echo "make screenshots  the pictures of README.md, made anew"
	@echo "make lock    resolve requirements/*.in anew into hash-locked requirements/*.txt (needs uv)"

demo: production
	@$(BIN)/ecouvillon demo $(ARGS)

test: check
	@scripts/install-chromium
	@echo "tests"
	@$(BIN)/python -m pytest -n 2 $(ARGS)

check: development
	@echo "ruff: format"
	@$(BIN)/ruff format --check --quiet .
	@echo "ruff: lint"
	@$(BIN)/ruff check --quiet .
	@echo "mypy: types"
	@$(BIN)/mypy --no-error-summary
	@echo "import-linter: layers"
	@$(BIN)/lint-imports --no-logo
	@echo "Django: checks, missing migrations"
	@$(DJANGO) check $(SETTINGS)
	@$(DJANGO) makemigrations --check --dry-run $(SETTINGS)

faults: development
	@FAULTS_KILLS=$(KILLS) FAULTS_SEED=$(SEED) $(BIN)/python -m pytest -s tests/faults $(ARGS)

bench: development
	@$(BIN)/ecouvillon bench $(ARGS)

screenshots: development
	@scripts/screenshots

lock:
	@scripts/lock

production development:
	@scripts/set-up $@
