"""nbgrader's ClearSolutions with a stub that fits the file which a cell writes."""

from pathlib import Path

from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearSolutions
from traitlets import Dict, Unicode

from .stubs import STUBS, StubError, clear_file_cell, file_cell


class ClearSolutionsByFile(ClearSolutions):
    """Replace solutions by stubs: by file type in ``%%writefile``, ``%%bash`` and ``%%sh`` cells, as nbgrader does elsewhere.

    Settings of nbgrader's ``ClearSolutions`` (the delimiters, ``code_stub``, ``text_stub``) hold here too.
    """

    file_stubs = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        default_value=STUBS,
        help="The stub for each kind of file: python, shell, hash (comments with #), slashes, stars, markup.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        self._refuse_solved_files(resources)
        return super().preprocess(nb, resources)

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        if cell.cell_type != "code":
            return super().preprocess_cell(cell, resources, cell_index)
        has_region = self.begin_solution_delimeter in cell.source or self.end_solution_delimeter in cell.source
        is_solution = utils.is_solution(cell)
        try:
            found = file_cell(cell.source) if has_region or is_solution else None
            if found is None:
                return super().preprocess_cell(cell, resources, cell_index)
            if has_region and not is_solution and self.enforce_metadata:
                raise StubError("a solution region in a cell that nbgrader does not know as a solution cell")
            cell.source = clear_file_cell(
                cell.source,
                found,
                {**STUBS, **self.file_stubs},
                self.begin_solution_delimeter,
                self.end_solution_delimeter,
            )
        except StubError as error:
            raise RuntimeError(f"cell {cell_index} ({cell.get('id', 'no id')}): {error}") from error
        return cell, resources

    def _refuse_solved_files(self, resources: ResourcesDict) -> None:
        """Stop when a file beside the notebook still holds a solution region.

        A maintainer who runs a solved notebook in its folder leaves the solved files there (``%%writefile`` writes the
        delimiters too), and nbgrader copies every file of that folder into the release.
        """
        folder = resources.get("metadata", {}).get("path")
        if not folder:
            return
        marker = self.begin_solution_delimeter.encode()
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix == ".ipynb" or not path.is_file() or ".ipynb_checkpoints" in path.parts:
                continue
            if marker in path.read_bytes():
                raise RuntimeError(
                    f"{path} holds a solution ({self.begin_solution_delimeter}) and would be released with the lab; "
                    "delete it if the solved notebook wrote it"
                )
