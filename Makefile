# Two commands do all set-up from nothing: `make demo` and `make test`.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
BIN := .venv/bin
PIP_QUIET ?= -q
CODE := src tests benchmarks examples tools docs/_build
SHARED ?= $(or $(SEEHEAR_SHARED),../shared)
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# tests start hundreds of processes: without its compiled files each would compile the package anew
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test lint docs install install-test weights constraints fuzz check-restaged cluster-check tables zero-shot bench wheel-check light-check \
	late-answers mutants bom test-oldest screenshots dry-run gpu clean

demo: weights  ## the main job: a small world of clips, everything run on it, and a report
	$(BIN)/seehear demo --out out/demo

test: install-test weights  ## everything CI runs
	$(MAKE) -j 2 lint docs
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal --durations 20  # a thread a worker

lint: install-test
	$(BIN)/ruff format --check -q $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy

docs: install-test  ## the documentation site, into site/; warnings are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

screenshots: install-test weights  ## the pictures of the page in README and site, after a change of the page
	$(BIN)/python tools/screenshots.py

install: .venv/.installed
install-test: .venv/.installed-test

# one virtual environment; the stamps keep a second run from touching the network
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "seehear needs Python 3.11 or newer with venv; set PYTHON=/path/to/python"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install $(PIP_QUIET) -c constraints.txt -e '.[offline,train,plot,library,web]'
	@touch $@

.venv/.installed-test: .venv/.installed
	$(BIN)/python -m pip install $(PIP_QUIET) -c constraints.txt -e '.[all,test,docs]'
	@touch $@

weights: .venv/.installed  ## pretrained weights of the offline preset, verified; fetched once
	$(BIN)/seehear models fetch --preset offline

constraints: install-test  ## pin what is installed now; names and versions only
	(echo "# The versions every test runs on; regenerate with: make constraints"; \
	$(BIN)/python -m pip freeze --exclude-editable | grep == | sort -f) > constraints.txt

bench: install-test  ## every benchmark in short, one dated table with machine facts (about 20 minutes)
	$(BIN)/python benchmarks/run_all.py --folder .cache/bench --out out/bench

fuzz: install-test  ## 100,000 damaged files of every format, 5,000 of media; FUZZ=N FIRST=SEED MEDIA=N for others (about 20 minutes)
	$(BIN)/python tests/foreign/fuzz.py $(or $(FUZZ),100000) --first $(or $(FIRST),0) --keep out/fuzz
	SEEHEAR_BROKEN_MEDIA=$(or $(MEDIA),5000) $(BIN)/python -m pytest tests/media/test_broken_media.py -k no_change

mutants: install-test  ## one change at a time in modules of the core: does a test notice? MODULES="time/spans.py"; goes on where it was (hours)
	$(BIN)/python -m pip install $(PIP_QUIET) -c constraints.txt -e '.[mutants]'
	$(BIN)/python tools/mutants.py $(MODULES)

late-answers: install-test  ## tests in a browser, every answer of the server late: what does not wait for one fails
	SEEHEAR_LATE_S=0.7 $(BIN)/python -m pytest -m "browser and not shared" tests/web

cluster-check: install-test  ## parsing on a cluster whose nodes, driver and storage are lost, and extraction on one (minutes)
	SEEHEAR_CLUSTER=1 $(BIN)/python -m pytest tests/parser/test_cluster.py tests/extraction/test_ray.py

check-restaged: install-test weights  ## the development clips end to end: features, labels, three seeds, figures (about 40 minutes)
	$(BIN)/seehear extract $(SHARED)/restaged --visual conse --audio yamnet --out out/restaged/features
	$(BIN)/seehear reproduce table1 $(SHARED)/restaged --features out/restaged/features --out out/restaged/tables

tables: install-test weights  ## the seven tables on the development clips, into benchmarks/tables; goes on where it was (hours)
	$(BIN)/seehear extract $(SHARED)/restaged --visual conse --audio yamnet --out out/restaged/features
	$(BIN)/python benchmarks/measure_tables.py $(SHARED)/restaged --features out/restaged/features --out out/restaged/tables

zero-shot: install-test weights  ## the figures of docs/zero-shot.md, on made and real clips, into benchmarks/results (8 minutes)
	$(BIN)/python benchmarks/zero_shot_figures.py --shared $(SHARED) --folder .cache/zero-shot --out benchmarks/results/$(shell date +%F)-zero-shot.json

dry-run: install-test  ## every row of the tables at LLP's full size and width for an epoch: time and memory (hours, 8 GB in .cache)
	$(BIN)/python benchmarks/dry_run.py --llp $(SHARED)/llp --folder .cache/dry-run --keep benchmarks/tables/dry-run.json

gpu: install-test  ## a CUDA device's losses beside the CPU's, an epoch of each system on it, CLIP's speed (about 6 minutes)
	$(BIN)/python -m pytest -m gpu tests/train/test_run_gpu.py tests/encoders/test_precision.py tests/extraction/test_extract.py tests/cli/test_reproduce.py
	$(BIN)/python benchmarks/gpu.py --llp $(SHARED)/llp --folder .cache/dry-run --out out/gpu.json

wheel-check: install-test  ## wheel and sdist install and run outside the checkout
	$(BIN)/python tools/check_wheel.py

light-check: install-test weights  ## parsing, search and the page in a new environment without PyTorch, from the wheel
	$(BIN)/python tools/check_wheel.py --light

bom: install-test  ## the software bill of materials of all extras, as CycloneDX, into out/bom.json
	$(BIN)/python -m venv .cache/bom
	.cache/bom/bin/python -m pip install $(PIP_QUIET) -c constraints.txt cyclonedx-bom==7.5.0
	$(BIN)/python tools/bom.py .cache/bom/bin/cyclonedx-py --out out/bom.json

test-oldest: install-test  ## the lower bounds of pyproject.toml still work
	$(BIN)/python tools/oldest.py --run .cache/oldest

clean:
	rm -rf .venv out build dist site .pytest_cache .mypy_cache .ruff_cache
