# make run     everything on this machine: embedded PostgreSQL and Redis, web, worker and beat
# make test    style, types and every test
# make bench   what pages cost, in units of a page that does nothing; SIZES="10000 1000000" ROUNDS=30
# make messages  the catalogues of the languages, after a change of words
# make check-all  the whole product in a browser: page x role x language x width (long)
# make fuzz    20,000 made-up REST calls as five roles, against a server and database of their own
# make mutants each policy of the database taken away or loosened in turn, and each branch of what
#              decides turned over: which does no test notice?
# make canaries  200 invented victims in six scripts, looked for wherever nobody may be named
# make tampering  1,000 ways to falsify the audit trail, each of which has to be found
# make reveals  10,000 requests for identities while the web is killed: as many on record as were shown
# make lives   5,000 lives of a case, fifty steps each: whatever people try, what must hold holds;
#              tells how many lives got how far, and fails where too few do
# make beds    fifty workers want twenty beds at once, 200 times: never two people in one
# make register  a register of 100,000 people brought in while the worker is killed: none lost, none
#              there twice, and no more memory for many than for few; ROWS=5000 KILLS=3
# make attack  releases of statistics attacked by somebody who knows every rule, at four sizes, and
#              every figure of docs/statistics.md measured anew
# make setup   the environment in .venv; the others call it
#
# PORT=8001 make run      another port
# PYTHON=python3.11 make  another interpreter than the newest suitable one
# PYTEST_ARGS="tests/cases -x" make test
# CHECK_ARGS="-k 'caseworker and ar'" make check-all

SHELL := /bin/sh
PORT ?= 8000
PYTHON ?=
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder
CHECK_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/development.txt

SIZES ?= 10000 100000
ROUNDS ?= 100

.PHONY: setup run stop test suite bench lint messages lock check-all fuzz mutants canaries tampering reveals lives beds register attack

# Quick when nothing has changed: the stamp names the lock file and the interpreter.
setup:
	@set -e; \
	stamp="$$(cksum < $(LOCK))"; \
	version='import sys; print(sys.version)'; \
	if ! made="$$($(BIN)/python -c "import pip; $$version" 2>/dev/null)"; then rm -rf $(VENV); \
	elif [ -n "$(PYTHON)" ] && [ "$$made" != "$$($(PYTHON) -c "$$version" || true)" ]; then rm -rf $(VENV); \
	fi; \
	if [ ! -x $(BIN)/python ]; then \
		found=""; \
		for candidate in $(if $(PYTHON),"$(PYTHON)",python3.12 python3.11 python3 python); do \
			if "$$candidate" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
				2>/dev/null; then found="$$candidate"; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "No suitable Python was found: install Python 3.11 or 3.12 with its venv module (on Debian and Ubuntu: python3-venv), or name one with PYTHON=…" >&2; \
			exit 1; \
		fi; \
		echo "Making the environment in $(VENV) with $$("$$found" --version) …"; \
		"$$found" -m venv $(VENV); \
	fi; \
	if [ "$$(cat $(VENV)/.locked 2>/dev/null)" != "$$stamp" ]; then \
		echo "Installing the locked packages (a minute or two) …"; \
		$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input \
			--require-hashes --no-deps --requirement $(LOCK); \
		echo "$$stamp" > $(VENV)/.locked; \
	fi

run: setup
	@exec $(BIN)/python -m nrm.local run --port $(PORT) --end-with-parent

stop: setup
	@$(BIN)/python -m nrm.local stop

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# Side by side: checking types takes one processor for half a minute, and tests seldom take two whole
# ones.
test: setup
	@$(MAKE) --no-print-directory -j2 lint suite

suite: setup
	@$(BIN)/python -m pytest -p tests.skips $(PYTEST_ARGS)

bench: setup
	@$(BIN)/python -m tools.bench --sizes $(SIZES) --rounds $(ROUNDS)

# After a change of words: brings the catalogues of locale/ up to the sources, and compiles them.
messages: setup
	@$(BIN)/python tools/messages.py

# Not part of the suite. Two browsers side by side, a line a page and a table at the end.
check-all: setup
	@$(BIN)/python -m pytest tests/browser/everything.py tests/browser/slow_line.py -n 2 --dist load -v --tb=short $(CHECK_ARGS)

CALLS ?= 20000
fuzz: setup
	@$(BIN)/python -m tests.fuzz --calls $(CALLS)

# Some minutes. ONLY=cases_note: those of one table.
ONLY ?=
mutants: setup
	@$(BIN)/python -m tests.second_lock mutants -k "$(ONLY)"
	@test -n "$(ONLY)" || $(BIN)/python -m tests.second_lock branches

# Some minutes each, with servers of their own.
VICTIMS ?= 200
canaries: setup
	@$(BIN)/python -m tests.leaks --victims $(VICTIMS)

TRIALS ?= 1000
tampering: setup
	@$(BIN)/python -m tests.trail tampering --trials $(TRIALS)

REVEALS ?= 10000
reveals: setup
	@$(BIN)/python -m tests.trail reveals --requests $(REVEALS)

RUNS ?= 5000
lives: setup
	@$(BIN)/python -m tests.life --runs $(RUNS) --side-by-side 2

TURNS ?= 200
beds: setup
	@NRM_ROUNDS=$(TURNS) $(BIN)/python -m pytest -q tests/protection/test_shelter.py -k fifty

ROWS ?= 100000
KILLS ?= 6
register: setup
	@$(BIN)/python -m tests.exchange --rows $(ROWS) --kills $(KILLS)

# Some minutes.
attack: setup
	@$(BIN)/python -m tools.attack

# After a change of dependencies in pyproject.toml; needs uv on the PATH, the project itself does not.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header \
		--extra development pyproject.toml --output-file $(LOCK)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--constraints $(LOCK) pyproject.toml --output-file requirements/production.txt
