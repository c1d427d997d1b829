# make demo                            segment a drawn landscape and show the result
# make demo SCENE=path PRESET=name     the same with a scene and a preset of your own
# make test                            everything, including the plugin in a real QGIS
# make install                         the engine for QGIS and the terminal
# make help                            all targets

PYTHON      ?= python3
QGIS_PYTHON ?= /usr/bin/python3
SCENE       ?=
PRESET      ?= water-lite
BANDS       ?=
NODATA      ?=
TORCH_INDEX ?=
QGIS_NEXT   ?= 3.40 3.44
TEST_CORES  ?= 2

VENV := .venv
QGIS_VENV := .venv-qgis
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
ENGINE_READY := $(VENV)/.engine-ready
DEV_READY := $(VENV)/.dev-ready
FULL_READY := $(VENV)/.full-ready
BENCH_READY := $(VENV)/.bench-ready
QGIS_READY := $(QGIS_VENV)/.ready
# each process with one thread: those of two would wait for each other
SIDE_BY_SIDE := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TEST_CORES) --dist worksteal
# a QGIS in each process; the tests of a file may tell one story
IN_QGIS := QT_QPA_PLATFORM=offscreen $(QGIS_VENV)/bin/python -m pytest
QGISES := -n $(TEST_CORES) --dist loadfile --no-loadscope-reorder
# the longest first
IN_ANY_QGIS := tests/system/test_desktop.py tests/system/test_segment_layer.py tests/system/test_qgis_process.py tests/plugin
# these make environments and machines of their own, whatever QGIS is
PLUGIN_TESTS := tests/system/test_install.py tests/system/test_remote_panel.py $(IN_ANY_QGIS)

.DEFAULT_GOAL := help
.PHONY: help demo install test test-engine test-full test-plugin test-qgis-next screenshots qgis-packages lint package translations bench bench-memory clean FORCE

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

demo: $(ENGINE_READY)  ## segment a drawn landscape, or SCENE=path with PRESET=name BANDS=r,g,b NODATA=v
	@$(BIN)/wholescene demo --preset "$(PRESET)" $(if $(SCENE),--scene "$(SCENE)") $(if $(BANDS),--bands "$(BANDS)") \
		$(if $(NODATA),--nodata "$(NODATA)")

install: $(ENGINE_READY)  ## the engine in .venv, registered for QGIS; TORCH_INDEX=address takes another build of torch
	@$(BIN)/wholescene register

test:  ## everything; installs QGIS and Xvfb from the distribution (as root or with sudo)
	@$(MAKE) --no-print-directory qgis-packages || true  # test-plugin tells if they could not be had
	@lint=0; engine=0; plugin=0; \
	$(MAKE) --no-print-directory lint || lint=$$?; \
	$(MAKE) --no-print-directory test-engine || engine=$$?; \
	$(MAKE) --no-print-directory test-plugin || plugin=$$?; \
	if [ $$lint -ne 0 ]; then echo "make test: ruff or mypy has something to say"; fi; \
	if [ $$engine -ne 0 ]; then echo "make test: the engine's tests did not pass"; fi; \
	if [ $$plugin -ne 0 ]; then echo "make test: the plugin's tests did not pass or could not run"; fi; \
	[ $$lint -eq 0 ] && [ $$engine -eq 0 ] && [ $$plugin -eq 0 ]

test-engine: $(DEV_READY)  ## the engine's tests, without QGIS; some make another machine with an SSH server on this one (root)
	@tools/system_packages.sh "$(PYTHON)" hosts || true  # the tests tell if it could not be had
	$(SIDE_BY_SIDE)

test-full: $(FULL_READY)  ## the whole matrix of networks and divisions, up to an hour
	$(SIDE_BY_SIDE) -m full

test-plugin: $(DEV_READY) $(QGIS_READY)  ## the plugin's tests in the distribution's QGIS
	$(IN_QGIS) $(QGISES) $(PLUGIN_TESTS)

test-qgis-next: $(DEV_READY)  ## the same in QGIS 3.40 and 3.44, each in a Debian of its own (root or sudo; 5 GB in ~/.cache)
	@passed=true; for version in $(QGIS_NEXT); do tools/qgis_next.sh $$version $(QGISES) $(IN_ANY_QGIS) || passed=false; done; $$passed

screenshots: $(DEV_READY) $(QGIS_READY)  ## the user guide's pictures of QGIS anew, by the test that works it
	WHOLESCENE_SHOTS="$(CURDIR)/docs/images" $(IN_QGIS) -m "" tests/system/test_desktop.py tests/system/test_desktop_models.py \
		tests/system/test_install_desktop.py

qgis-packages:
	@tools/system_packages.sh "$(QGIS_PYTHON)" qgis

lint: $(DEV_READY)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

package: $(DEV_READY)  ## the plugin's ZIP, checked by the plugin site's rules, and the engine's wheel, in dist/
	$(BIN)/python tools/package_plugin.py

translations: $(DEV_READY)  ## find what the plugin says and bring its translations up to date
	$(BIN)/python tools/translations.py

bench: $(BENCH_READY)  ## speed against other ways and against the processor, on a quiet machine (20 minutes)
	$(BIN)/python benchmarks/speed.py

bench-memory: $(DEV_READY)  ## peak memory on large scenes (needs the real scenes of ../shared/data)
	$(BIN)/python benchmarks/memory.py

clean:  ## remove environments, builds and the demo's results
	rm -rf $(VENV) $(QGIS_VENV) build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .qgis-settings

$(BIN)/python:
	@tools/system_packages.sh "$(PYTHON)" venv
	@echo "Creating the environment $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# FORCE: a build of torch that is asked for by name replaces the one that is there
$(ENGINE_READY): requirements/engine.txt pyproject.toml $(if $(TORCH_INDEX),FORCE) | $(BIN)/python
	@echo "Installing the engine's packages (torch is large: some minutes the first time) ..."
	@$(if $(TORCH_INDEX),$(BIN)/python -m pip uninstall --quiet --yes torch 2>/dev/null || true)
	@$(PIP) $(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)") -r requirements/engine.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_READY): requirements/dev.txt requirements/oracle.txt $(ENGINE_READY)
	@$(PIP) -r requirements/dev.txt
	@$(PIP) --no-deps -r requirements/oracle.txt
	@touch $@

$(FULL_READY): requirements/full.txt $(DEV_READY)
	@$(PIP) -r requirements/full.txt
	@touch $@

$(BENCH_READY): requirements/bench.txt $(ENGINE_READY)
	@$(PIP) -r requirements/bench.txt
	@touch $@

$(QGIS_READY): requirements/qgis.txt | qgis-packages
	@$(QGIS_PYTHON) -m venv --system-site-packages $(QGIS_VENV)
	@$(QGIS_VENV)/bin/python -m pip install -qq --disable-pip-version-check -r requirements/qgis.txt
	@touch $@
