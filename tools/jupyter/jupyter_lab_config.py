"""How `make lab` runs JupyterLab. The Makefile names this folder in JUPYTER_CONFIG_PATH."""

import os
import platform

c = get_config()  # noqa: F821 - Jupyter puts it here

c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port_retries = 200  # a busy port: the next one, also in a room with many learners on one host
c.ServerApp.allow_root = True  # containers and class machines; the server still needs its token
c.ServerApp.answer_yes = True  # one Ctrl-C ends it, with all kernels
c.LabApp.log_level = "ERROR"
c.LabApp.default_url = "/lab/tree/notebooks/00-start-here.ipynb"

# Without a desktop, Python's webbrowser would open a text browser such as w3m in this terminal.
shown = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
desktop = shown or platform.system() != "Linux"
c.LabApp.open_browser = desktop
c.ServerApp.open_browser = desktop

# Nothing is fetched at run time.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
