# Callable to Cluster. One command to start: make lab. One to test: make test.
#   ARGS="-k doctor"     is passed on to the program that the target runs
#   PYTHON=python3.12    picks the Python that .venv is made with
PYTHON ?=
VENV ?= .venv
BIN = $(abspath $(VENV))/bin
export PYTHON VENV
export PATH := $(BIN):$(PATH)
export JUPYTER_CONFIG_PATH = $(CURDIR)/tools/jupyter
export JUPYTERLAB_WORKSPACES_DIR = $(abspath $(VENV))/workspaces

.PHONY: lab test bench stress labs clean
lab:    ; @tools/setup lab && echo "Opening the course. Ctrl-C here ends it." && exec python -m jupyterlab --log-level=ERROR $(ARGS)
test:   ; @tools/setup test && exec python -m pytest -n auto --dist worksteal $(ARGS)
bench:  ; @tools/setup test && exec python -m benchmarks $(ARGS)
stress: ; @tools/setup test && exec python -m benchmarks.stress $(ARGS)
labs:   ; @tools/setup lab && exec labkit labs $(ARGS)
clean:  ; @tools/clean
