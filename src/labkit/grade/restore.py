"""Make a submitted notebook gradable again, whatever was done to its cells."""

from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, Notebook, SourceCell
from nbgrader.preprocessors import OverwriteCells

SCHEMA_VERSION = 3


class RestoreCells(OverwriteCells):
    """nbgrader's OverwriteCells, which restores sources, and before it everything else that the gradebook knows of a cell.

    nbgrader restores the source of a locked cell, but believes the rest of the submission: a graded cell tagged
    ``skip-execution`` gets full points, one whose metadata says that it is not graded gets none recorded, one that was deleted
    is missing, metadata that do not fit make the whole submission fail, and a cell that was copied and pasted in JupyterLab
    ends the command for the whole class (DeduplicateIds empties its metadata, CheckCellMetadata takes that for an old schema).
    Here every cell that the gradebook knows gets the metadata of the source, the last one of several; every other cell loses
    nbgrader's; and graded cells that are missing come back, wherever their neighbours went.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Restore the cells of ``nb``; ``resources["nbgrader"]`` says which notebook of the gradebook it is."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            source = gradebook.find_notebook(names["notebook"], names["assignment"])
            known = {cell.name: (cell.cell_type, original_metadata(cell, source)) for cell in source.source_cells}
        for cell in reversed(nb.cells):
            mine = cell.metadata.pop("nbgrader", None)
            name = mine.get("grade_id") if isinstance(mine, dict) else None
            if not isinstance(name, str) or name not in known:
                continue
            cell_type, original = known.pop(name)
            if original["grade"] and not original["solution"]:
                cell.metadata = NotebookNode(deletable=False, editable=False)
            cell.metadata["nbgrader"] = original
            self.update_cell_type(cell, cell_type)
        self.add_missing_cells = True
        return super().preprocess(nb, resources)

    def add_missing_grade_cells(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Put each graded cell that is missing behind the cell that precedes it in the source, as far as that one is here."""
        source = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        graded = {cell.name: cell for cell in source.grade_cells}
        solutions = {cell.name for cell in source.solution_cells}
        behind = 0
        for wanted in source.source_cells:
            here = [index for index, cell in enumerate(nb.cells) if _name(cell) == wanted.name]
            if here:
                behind = here[-1] + 1
            elif wanted.name in graded:
                self.log.warning("The graded cell %s is missing; it was put back", wanted.name)
                cell = self.missing_cell_transform(wanted, graded[wanted.name].max_score, wanted.name in solutions)
                nb.cells.insert(behind, cell)
                behind += 1
        return nb, resources

    def missing_cell_transform(
        self, source_cell: SourceCell, max_score: float, is_solution: bool = False, is_task: bool = False
    ) -> NotebookNode:
        """The cell with the source as it was (nbgrader puts a note before it, which a cell magic would not survive)."""
        cell = super().missing_cell_transform(source_cell, max_score, is_solution, is_task)
        cell.source = source_cell.source
        return cell


def original_metadata(cell: SourceCell, source: Notebook) -> NotebookNode:
    """nbgrader's metadata of a cell, from what the gradebook knows of it."""
    points = {graded.name: graded.max_score for graded in source.grade_cells}
    tasks = {task.name: task.max_score for task in source.task_cells}
    metadata = NotebookNode(
        grade=cell.name in points,
        grade_id=cell.name,
        locked=bool(cell.locked),
        schema_version=SCHEMA_VERSION,
        solution=any(solution.name == cell.name for solution in source.solution_cells),
        task=cell.name in tasks,
        cell_type=cell.cell_type,
        checksum=cell.checksum,
    )
    if cell.name in points or cell.name in tasks:
        metadata["points"] = points.get(cell.name, tasks.get(cell.name))
    return metadata


def _name(cell: NotebookNode) -> str | None:
    name: str | None = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name
