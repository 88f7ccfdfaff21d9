"""Read what was handed in, even when it is no notebook."""

import json
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

_NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


class SubmissionExporter(NotebookExporter):
    """Autograding's exporter: a submitted file that is missing or damaged counts as a notebook without cells.

    nbgrader then puts the graded cells into it, and the submission gets the points of the files that it brought, or none.
    With nbgrader's own exporter that submission fails, the command ends with an error, and the gradebook holds no score.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **settings: Any
    ) -> tuple[str, ResourcesDict]:
        """Convert the notebook in ``filename``, or what can be read of it."""
        path = Path(filename)
        found = ResourcesDict() if resources is None else resources
        if not found.get("metadata"):
            found["metadata"] = ResourcesDict()
        found["metadata"]["name"] = path.stem
        found["metadata"]["path"] = str(path.parent)
        try:
            notebook = repaired(nbformat.from_dict(json.loads(path.read_text(encoding="utf-8"))))
        except (
            OSError,
            ValueError,
            TypeError,
            AttributeError,
            KeyError,
            RecursionError,
            nbformat.ValidationError,
        ) as error:
            self.log.warning("%s cannot be read as a notebook (%s); it counts as empty", filename, error)
            words = (
                f"The file `{path.name}` that was handed in could not be read as a notebook: {type(error).__name__}."
            )
            notebook = new_notebook(cells=[new_markdown_cell(words)])
        return self.from_notebook_node(notebook, resources=found, **settings)


def repaired(notebook: NotebookNode) -> NotebookNode:
    """The same cells with everything that a notebook must have; outputs are kept only where they are well formed."""
    if notebook.get("nbformat") != 4:
        notebook = nbformat.convert(notebook, to_version=4)
    cells, ids = [], set()
    for cell in notebook["cells"]:
        source = cell.get("source", "")
        new = _NEW_CELL.get(cell.get("cell_type"))
        if new is None or not isinstance(source, (str, list)):
            continue
        fresh = new(source if isinstance(source, str) else "".join(map(str, source)))
        if isinstance(cell.get("metadata"), dict):
            fresh.metadata = nbformat.from_dict(cell["metadata"])
        name = cell.get("id")
        if isinstance(name, str) and name not in ids:
            fresh.id = name
        ids.add(fresh.id)
        if fresh.cell_type == "code" and isinstance(cell.get("outputs"), list):
            fresh.outputs = [nbformat.from_dict(output) for output in cell["outputs"] if _is_output(output)]
        cells.append(fresh)
    metadata = notebook.get("metadata")
    fresh_notebook = new_notebook(cells=cells)
    if isinstance(metadata, dict):
        fresh_notebook.metadata = nbformat.from_dict(metadata)
        for name in ("kernelspec", "language_info"):
            if not isinstance(metadata.get(name, {}), dict):
                del fresh_notebook.metadata[name]
    return fresh_notebook


def _is_output(output: Any) -> bool:
    try:
        nbformat.validate(output, ref="output", version=4)
    except (nbformat.ValidationError, TypeError, KeyError, AttributeError):
        return False
    return True


def add_missing_notebooks(notebooks: list[str], *, source: Path, **_: Any) -> None:
    """For ``c.Autograde.pre_convert_hook``: examine a submission all the same whose notebook is gone or was renamed.

    nbgrader stops at a submission without the expected notebook and leaves it without a score. ``notebooks`` is nbgrader's
    own list of the submission's notebook files; the names in ``source`` (the folder of all labs' sources) are added to it, and
    :class:`SubmissionExporter` takes a missing file for an empty notebook.
    """
    if notebooks:
        folder = Path(notebooks[0]).parent
        for notebook in sorted((source / folder.name).glob("*.ipynb")):
            if str(folder / notebook.name) not in notebooks:
                notebooks.append(str(folder / notebook.name))
