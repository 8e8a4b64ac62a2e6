# Two targets matter to most people: `make run` and `make test`. Python 3.11 or later is all they need.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STORE ?= store
HOST ?= 127.0.0.1
PORT ?= 8000

FRONTEND := $(wildcard server/frontend/*.mjs server/frontend/package*.json server/frontend/src/*)

.PHONY: run test test-remote bench bench-questions bench-endpoint soak quality setup setup-dev lint types imports ontology frontend frontend-check forms territories golden score quality clean

run: setup  ## Set up, ingest the sample notices, validate, answer the Russia question, serve on http://127.0.0.1:8000
	$(BIN)/seloste ingest examples/notices --store $(STORE)
	$(BIN)/seloste validate --store $(STORE) --summary
	$(BIN)/seloste ask transfers-to-country --param country=RU --store $(STORE)
	$(BIN)/seloste serve --store $(STORE) --host $(HOST) --port $(PORT)

test: setup-dev lint types imports ontology frontend-check  ## Everything that must hold: style, types, import contracts, ontology, tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.lock pyproject.toml hatch_build.py $(FRONTEND)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml hatch_build.py $(FRONTEND)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@ $(VENV)/.installed

lint:
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

imports:
	$(BIN)/lint-imports

ontology:  ## The reasoner's gate on our own ontology; needs a Java runtime (default-jre-headless)
	$(BIN)/python -m ontology.reasoning

frontend:  ## Build the scripts of the pages (server/frontend) where they do not fit their sources, as every installation does
	$(BIN)/pip install --disable-pip-version-check --no-deps -e . -v 2>&1 | grep -F 'no scripts' && exit 1 || test -f server/assets/manifest.json

frontend-check:  ## The types of the scripts, and what their browser tests need; skipped where there is no npm
	@if command -v npm >/dev/null 2>&1; then \
	  cd server/frontend && { cmp -s package-lock.json node_modules/.checked || \
	    { npm ci --silent --ignore-scripts --no-audit --no-fund && cp package-lock.json node_modules/.checked; }; } && npm run --silent check; \
	else echo "There is no npm here: the types of the scripts are not checked."; fi

forms:  ## Inflect what is new in the Finnish lexicon (development only: omorfi is GPL-3 and not needed to run)
	$(BIN)/pip install --quiet --disable-pip-version-check 'pyomorfi==1.0.1'
	$(BIN)/python -m ontology.inflection

territories:  ## Take names of countries from CLDR (development only)
	$(BIN)/pip install --quiet --disable-pip-version-check 'Babel>=2.18,<3'
	$(BIN)/python -m ontology.territory_names

golden:  ## Write the golden graphs of the sample notices anew; look at the difference before you commit it
	$(BIN)/python -m tests.golden

REFERENCE ?= ../shared
score:  ## Score extraction (all together, then each language apart) and completeness against the annotations beside the checkout
	@set -e; apart=$$(mktemp -d); trap 'rm -rf "$$apart"' EXIT; \
	mkdir "$$apart/all"; cp $(REFERENCE)/gold/*.json "$$apart/all"; \
	for language in all fi sv en; do \
	  mkdir -p "$$apart/$$language"; \
	  [ $$language = all ] || grep -lE "\"language\": *\"$$language\"" $(REFERENCE)/gold/*.json | xargs -I{} cp {} "$$apart/$$language"; \
	  echo "== $$language"; \
	  $(BIN)/python $(REFERENCE)/gold/score.py --gold "$$apart/$$language" --texts $(REFERENCE)/notices \
	    --map '$(BIN)/seloste map {} --format trig' --broader $(REFERENCE)/dpv/2.3/*.ttl ontology/*.ttl; \
	done
	$(BIN)/python $(REFERENCE)/gold/completeness.py --gold $(REFERENCE)/gold --texts $(REFERENCE)/notices \
	  --validate '$(BIN)/seloste validate {} --format json'

quality:  ## Score each language apart and write precision and recall per facet into the dataset graph of the store
	@set -e; scores=$$(mktemp -d); trap 'rm -rf "$$scores"' EXIT; measured=; \
	for language in fi sv en; do \
	  mkdir "$$scores/$$language"; \
	  grep -lE "\"language\": *\"$$language\"" $(REFERENCE)/gold/*.json | xargs -I{} cp {} "$$scores/$$language"; \
	  if [ -n "$$(ls "$$scores/$$language")" ]; then \
	    $(BIN)/python $(REFERENCE)/gold/score.py --gold "$$scores/$$language" --texts $(REFERENCE)/notices --json \
	      --map '$(BIN)/seloste map {} --format trig' --broader $(REFERENCE)/dpv/2.3/*.ttl ontology/*.ttl > "$$scores/$$language.json"; \
	    measured="$$measured --score-json $$language=$$scores/$$language.json"; \
	  fi; \
	done; \
	$(BIN)/python -m ingest.quality --store $(STORE) --date "$$(date +%F)" $$measured

clean:
	rm -rf $(VENV) $(STORE) .jena build dist *.egg-info server/assets server/frontend/node_modules

NOTICES ?= examples/notices
BENCH_STORE ?= .bench-store
BENCH_NOTICES ?= 10000
SOAK_SECONDS ?= 600
bench: bench-endpoint  ## How fast text becomes N-Quads on one core, and what each stage takes; how fast each engine validates; the endpoint
	$(BIN)/python -m tests.bench $(NOTICES) 200
	$(BIN)/python -m tests.bench_validation $(NOTICES)

bench-endpoint: $(BENCH_STORE)/current  ## Our endpoint beside Oxigraph's server and rdflib-endpoint, and each stored question, on 10,000 notices
	$(BIN)/python -m tests.bench_endpoint $(BENCH_STORE)

bench-questions: $(BENCH_STORE)/current  ## How long each stored question takes in one query process, all of its rows
	$(BIN)/python -m tests.bench_questions $(BENCH_STORE)

soak: $(BENCH_STORE)/current  ## Ten minutes of mixed load on a real server: nothing may break, leak or hang
	$(BIN)/python -m tests.soak $(BENCH_STORE) $(SOAK_SECONDS)

$(BENCH_STORE)/current:  # made once, which takes some minutes
	rm -rf $(BENCH_STORE)
	$(BIN)/python -m tests.multiplied $(BENCH_STORE) $(BENCH_NOTICES)

FUSEKI ?= 5.6.0
JENA := .jena
test-remote: setup-dev  ## The tests of remote stores against Apache Jena Fuseki (from Maven Central; needs Java 17 and Maven)
	test -f $(JENA)/jena-fuseki-server-$(FUSEKI).jar || mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
	  -Dartifact=org.apache.jena:jena-fuseki-server:$(FUSEKI) -DoutputDirectory=$(CURDIR)/$(JENA)
	$(BIN)/python -m tests.fuseki $(JENA)/jena-fuseki-server-$(FUSEKI).jar -- $(BIN)/python -m pytest tests/test_remote.py
