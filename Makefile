PY := .venv/bin/python

.PHONY: lint test
lint:
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports

test:
	$(PY) -m pytest
