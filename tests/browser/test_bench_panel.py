"""The bench's panel, in lesson 08, as a learner uses it: from the keyboard, run, compare, stop in the middle."""

import os
from pathlib import Path

import psutil
import pytest
from lab_ui import wait_until

pytestmark = pytest.mark.browser

LESSON, CELL = "notebooks/08-choose-workers.ipynb", "choose-bench-panel"
LEFT = "import threading\n\n[thread.name for thread in threading.enumerate() if 'labkit' in thread.name]"
FOCUS = """() => {
    const at = document.activeElement;
    return at.labels && at.labels.length ? at.labels[0].innerText : at.title || at.innerText || "";
}"""
WORDS = "names => names.map(name => name.innerText)"


class Panel:
    """The panel on the page. Each thing that is done to it is done with keys."""

    def __init__(self, notebook, lab):
        self.notebook, self.lab, self.page = notebook, lab, notebook.page
        self.area = notebook.cell(CELL).locator(".jp-OutputArea")
        notebook.run(CELL)
        notebook.cell(CELL).locator(".jp-InputPrompt").first.click()

    def tab_to(self, label):
        """Press tab, or shift and tab, until the control with this label has the focus."""
        for key in ["Tab"] * 40 + ["Shift+Tab"] * 40:
            if self.page.evaluate(FOCUS).strip().startswith(label):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"the tab key never came to {label!r}")

    def press(self, label, key="Space"):
        self.tab_to(label)
        self.page.keyboard.press(key)

    def write(self, label, number):
        self.tab_to(f"{label} (")  # with its range: a link in the lesson may have the same name
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(str(number))
        self.page.keyboard.press("Tab")

    def says(self, words, seconds=40):
        wait_until(
            lambda: words in self.area.inner_text(), seconds, lambda: f"{words!r} is not in:\n{self.area.inner_text()}"
        )

    def table(self):
        """The rows of the table, each a dict by the headings of its columns."""
        names = self.area.locator("thead th").evaluate_all(WORDS)
        rows = [row.locator("th, td").evaluate_all(WORDS) for row in self.area.locator("tbody tr").all()]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def gunicorns(self):
        """The processes of gunicorn below JupyterLab's."""
        found = []
        for process in psutil.Process(self.lab.pid).children(recursive=True):
            try:
                found += [process.pid] * ("gunicorn" in " ".join(process.cmdline()))
            except psutil.NoSuchProcess:
                continue
        return found


@pytest.fixture
def panel(open_notebook, lab):
    """Call it to open the lesson and to run its imports and its panel; no other cell."""

    def open_panel():
        notebook = open_notebook(LESSON)
        notebook.run("choose-imports")
        return Panel(notebook, lab)

    return open_panel


def keep(panel, name, width):
    """A picture of the panel in the folder that KEEP_PICTURES names, for a maintainer to look at."""
    panel.page.set_viewport_size({"width": width, "height": 1900})
    panel.page.wait_for_timeout(300)
    for part in (panel.area, panel.area.locator("div:has(> table)")):
        wide, seen = part.evaluate("part => [part.scrollWidth, part.clientWidth]")
        assert wide <= seen, f"{wide - seen} pixels are cut off when the page is {width} wide"
    if folder := os.environ.get("KEEP_PICTURES"):
        panel.notebook.screenshot(CELL, Path(folder) / f"{name}-{width}.png")


def test_from_the_keyboard_alone_two_settings_are_compared(panel):
    panel = panel()
    panel.says("Nothing runs yet")
    assert panel.gunicorns() == [], "it starts nothing by itself"

    panel.press("worker class: sync")
    panel.write("workers", 3)
    panel.write("threads each", 1)
    panel.write("CPU, ms", 0)
    panel.write("waiting, ms", 100)
    panel.says("Set: sync 3 x 1. Each request: 100 ms wait.")
    panel.press("Run")
    panel.says("Run 1 has ended")
    panel.press("worker class: gthread", "Enter")
    panel.write("workers", 1)
    panel.write("threads each", 8)
    panel.says("Set: gthread 1 x 8")
    panel.press("Run", "Enter")
    panel.says("Run 2 has ended")

    first, second = panel.table()
    assert (first["workers x threads"], first["overlap"]) == ("sync 3 x 1", "3")
    assert (second["workers x threads"], second["overlap"]) == ("gthread 1 x 8", "8")
    picture = panel.area.locator("figure")
    assert "At most 8 were inside the application at once" in picture.get_attribute("aria-label")
    assert panel.gunicorns() == []
    assert panel.notebook.errors() == {} and panel.notebook.elsewhere == []


def test_stopped_in_the_middle_it_leaves_nothing_and_the_kernel_stays_free(panel, lab):
    panel = panel()
    panel.notebook.type("choose-bench-run", LEFT)
    panel.write("workers", 99)
    panel.says("workers must be a whole number from 1 to 20 (worker processes), not 99.")
    panel.press("Run")
    panel.says("Not started.")
    assert panel.gunicorns() == []

    # So many clients, who wait so long, keep it under load for 20 seconds: enough for a busy machine.
    for label, number in (("workers", 3), ("CPU, ms", 0), ("waiting, ms", 2000), ("clients", 200), ("seconds", 10)):
        panel.write(label, number)
    panel.says("Set: gthread 3 x 1. Each request: 2000 ms wait. Load: 200 clients, 10 s.")
    panel.press("Run")
    panel.says("under load")
    assert len(panel.gunicorns()) == 4, "an arbiter and three workers"
    panel.page.keyboard.press("Space")
    panel.says("A run is under way")
    panel.press("Stop", "Enter")
    panel.says("Stopped")
    assert panel.gunicorns() == [] and panel.table() == []
    assert panel.notebook.run("choose-bench-run") == "[]"

    panel.press("Run")
    panel.says("under load")
    assert "labkit bench" in panel.notebook.run("choose-bench-run"), "another cell runs meanwhile"
    assert panel.notebook.errors() == {}
    assert len(panel.gunicorns()) == 4
    lab.end_kernels()
    wait_until(lambda: panel.gunicorns() == [], 20, lambda: "gunicorn outlives the kernel")


def test_it_fits_a_narrow_page_and_follows_the_theme(panel, lab):
    colours = set()
    for theme in ("Dark", "Light"):
        lab.theme(f"JupyterLab {theme}")
        shown = panel()
        shown.press("worker class: sync")
        shown.write("threads each", 4)
        shown.write("seconds", 1)
        shown.press("Run")
        shown.says("Run 1 has ended")
        shown.says("gunicorn takes the class gthread instead")
        for width in (1400, 900):
            keep(shown, f"panel-{theme.lower()}", width)
        colours.add(shown.area.locator("tbody td").first.evaluate("cell => getComputedStyle(cell).color"))
    assert len(colours) == 2
