# Handline's commands. `make run` shows the demo practice, `make test` proves the rest.
PORT ?= 8000
export PORT

.PHONY: run test test-fast lint fmt bench soak

run: ## Serve the demo practice on http://127.0.0.1:8000 (PORT=8001 for another port)
	@bash .ci/serve

test: ## Everything: checks, SQLite, PostgreSQL, browser
	@bash .ci/test

test-fast: ## The suite on SQLite, without browser
	@bash .ci/test fast

lint: ## Ruff, mypy, missing migrations
	@bash .ci/test lint

fmt: ## Put the code into its form
	@bash .ci/venv test
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format .

bench: ## Ratios against plain references (ONLY="name name" for some)
	@bash .ci/packages test
	@bash .ci/venv test
	@.venv/bin/python .ci/bench.py $(ONLY)

soak: ## Kill the browser 200 times while somebody charts (KILLS=20 for fewer)
	@bash .ci/packages test
	@bash .ci/venv test
	@.venv/bin/python -m tests.soak.charting_kills --kills $(or $(KILLS),200)
