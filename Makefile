# make run    start Attune on this machine            make test   everything the tests need, and all tests
# make lint   style, types, layers                    make bench  figures beside the floor, one run
#                                                     make bench-web  what pages cost, 100,000 runs, 200 open pages
PY := .venv/bin/python
export HOST PORT DATABASE_URL REDIS_URL ATTUNE_HOME ATTUNE_ADMIN_LOGIN ATTUNE_ADMIN_PASSWORD JWT_SECRET

.PHONY: run test lint bench bench-web lock format
run:
	@scripts/bootstrap.sh run
	@exec .venv/bin/attune up

test:
	@scripts/bootstrap.sh test
	$(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

lint:
	@scripts/bootstrap.sh test
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo
	@$(PY) scripts/check_repository.py
	@$(PY) scripts/settings_page.py --check
	@$(PY) scripts/cli_page.py --check

bench:
	@scripts/bootstrap.sh test
	$(PY) -m tests.benchmarks $(ARGS)

bench-web:
	@scripts/bootstrap.sh test
	$(PY) -m tests.benchmarks.web $(ARGS)

format:
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# Pins every package with its hashes; needs uv.
lock:
	uv pip compile -q --universal --generate-hashes --no-annotate --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --extra dev pyproject.toml -o requirements-dev.lock
	printf 'uv>=0.5\n' | uv pip compile -q --universal --generate-hashes --no-annotate --no-header --no-emit-index-url - -o requirements-uv.lock
