# Everything here needs Python >= 3.10, make and the package index; the first target that runs makes .venv.
PYTHON      ?= python3
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH       ?= 2.13.0
BIN         := .venv/bin
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= false

.PHONY: decimals filters texts help demo test docs notebooks drift pages readme data bench torture clean

help:
	@echo "make demo   embed the headlines, build the index, answer three queries"
	@echo "make test   drift check, every notebook, then tests/"
	@echo "make docs   the site, in _docs/"
	@echo "make bench  measure against other libraries: ARGS='--quick' for a few minutes, ARGS='--help' for more"
	@echo "make torture  kills, power cuts, failing disks, traffic, damage and nonsense for the durable storage, interrupts and many processes: about an hour on two cores"
	@echo "make filters   the long random comparison of filters"
	@echo "make texts  the long comparison of the embedding model with sentence-transformers"
	@echo "make pages  execute every notebook in place, keep its outputs, export, write the README"

# torch comes first: asked for by name alone it would bring gigabytes of GPU packages.
# Seventeen thousand modules are installed and a few thousand imported: Python compiles those then.
.venv/.ready: settings.ini setup.py
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/pip install -q --no-compile "torch==$(TORCH)+cpu" 2>/dev/null || $(BIN)/pip install -q --no-compile "torch==$(TORCH)" --index-url "$(TORCH_INDEX)"
	$(BIN)/pip install -q --no-compile -e '.[all,dev]'
	touch $@

demo: .venv/.ready
	$(BIN)/minivecdb demo

test: .venv/.ready drift notebooks
	$(BIN)/python -m pytest -q --numprocesses 2 --dist loadfile tests

# Clean and export must change nothing: notebooks are stored clean, and modules are exactly their export.
drift: .venv/.ready
	$(BIN)/python tools/drift.py

# The docstring sentences are embedded once, before notebooks run side by side and would each do it.
data: .venv/.ready
	$(BIN)/python -m minivecdb.datasets 20200

# Two pages run side by side, each with one thread for numpy's products and torch: with two each, a quarter of the work is waiting.
notebooks: data
	OMP_NUM_THREADS=1 $(BIN)/nbdev_test --n_workers 2 --timing

pages: data
	$(BIN)/python tools/pages.py $(PAGES)

readme: .venv/.ready
	$(BIN)/python tools/docs.py readme

docs: .venv/.ready
	$(BIN)/python tools/docs.py build

# The other libraries live in bench/.venv: one that cannot be installed is named and left out.
bench/.venv/.ready: .venv/.ready bench/install.py settings.ini
	$(BIN)/python bench/install.py
	touch $@

bench: bench/.venv/.ready
	$(BIN)/python -m bench.run $(ARGS)

# Needs a C compiler on Linux; a run that was stopped goes on with ARGS='--resume'; atheris, where it can be had, goes to an environment of its own.
torture/.venv/.ready: .venv/.ready torture/install.py settings.ini
	$(BIN)/python torture/install.py
	touch $@

torture: torture/.venv/.ready
	$(BIN)/python -m torture.run $(ARGS)

# Ten thousand random filters in three executions, and five thousand random steps against Qdrant where qdrant-client is installed. Some minutes.
filters: .venv/.ready
	MINIVECDB_FILTERS=10000 MINIVECDB_STEPS=5000 $(BIN)/python -m pytest -q tests/test_filters.py

# Ten thousand texts of every script through the numpy model and sentence-transformers, and the tokens of every code point.
texts: .venv/.ready
	MINIVECDB_TEXTS=10000 $(BIN)/python -m pytest -q tests/test_minilm.py

# Needs a C++17 compiler; the figure of the page on files. About three minutes.
decimals:
	mkdir -p build && $(CXX) -O2 -std=c++17 tools/float32_decimals.cpp -o build/decimals && build/decimals

clean:
	rm -rf _docs _proc build dist demo .pytest_cache
