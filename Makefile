# Handline's commands. `make run` shows the demo practice, `make test` proves the rest.
PORT ?= 8000
export PORT

.PHONY: run test test-fast lint fmt bench soak audit sbom

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

soak: ## The long trials of docs/assurance.md (ONLY="name name", SMALL=1 for a tenth of each)
	@bash .ci/packages test
	@bash .ci/venv test
	@.venv/bin/python .ci/soak.py $(if $(SMALL),--small) $(ONLY)

audit: ## Hashes, bill of materials, secrets, rules, known vulnerabilities
	@bash .ci/venv test
	@bash .ci/audit

sbom: ## Write docs/sbom.cdx.json, the bill of materials
	@bash .ci/venv test
	@.venv/bin/python .ci/sbom.py
