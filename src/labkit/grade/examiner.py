"""The two-phase examiner: nbgrader's Execute, in two kernels with nothing but files between them."""

from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, Integer

from .phase import Limits, Outcome, Report, run_phase, tidy
from .seal import Seal


class TwoPhaseExecute(Execute):
    """Run the learner's cells, end them and everything they started, then run the graded cells in a fresh kernel.

    What the graded cells see is the folder as the learner's cells left it, and nothing else:

    - nothing that was patched in memory, because that kernel is gone;
    - no server that was left running: every process that the first phase started is ended, daemons too;
    - no module of the submission: the examiner's kernel imports nothing from the current folder, reads no IPython
      configuration, start-up file or kernelspec, and takes ``labkit`` from a copy made before the submission ran;
    - files of the installed kit, and ``.pth``, ``sitecustomize`` and ``usercustomize`` files, are compared afterwards; what
      changed is restored and logged.

    A cell that loops, dies or prints without end costs itself; see ``runner.py``. A graded cell counts only when the
    kernel answered that it ran to its end. Settings of nbgrader's ``Execute`` (``timeout``, ``startup_timeout``,
    ``iopub_timeout``, ``interrupt_on_timeout``, ``enabled``) hold here too.

    **What this does not protect from.** A submission runs as the user who grades. It can read ``solutions/`` and the
    gradebook, write anywhere that user may (other packages of the environment, files of other submissions), fill the
    disk, use the network, and fight the examiner's own processes; and while graded cells run, the server that they start
    from the submission's files is again the submission's code. That needs another user, namespaces or a container:
    a separate isolation, around this one.
    """

    learner_time = Float(
        300.0, min=1, help="Seconds for all of the learner's cells together, whatever each of them may take."
    ).tag(config=True)
    graded_timeout = Float(
        None,
        allow_none=True,
        help="Seconds for one graded cell; as long as any other cell (Execute.timeout) when None.",
    ).tag(config=True)
    graded_time = Float(600.0, min=1, help="Seconds for all graded cells together.").tag(config=True)
    output_limit = Integer(
        1_000_000, min=1000, help="Characters of output that are kept of one cell; the rest is never read into memory."
    ).tag(config=True)
    stderr_costs_points = Bool(
        False,
        help="Whether text on standard error gives a graded cell 0 points, as in nbgrader. Off, because a warning of a library "
        "on the grading machine is no fault of the learner; the text is kept in the output.",
    ).tag(config=True)
    guard_start_files = Bool(
        True,
        help="Whether .pth, sitecustomize and usercustomize files that changed while a submission ran are restored. Turn it off "
        "where packages are installed while grading goes on.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: Any = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Both phases. ``nb`` gets the outputs; ``resources["metadata"]["path"]`` is the submission's folder."""
        language = nb.metadata.get("kernelspec", {}).get("language", "python")
        if language != "python":
            raise RuntimeError(f"the examiner runs Python notebooks; this one is {language!r}")
        folder = Path(resources["metadata"]["path"]).absolute()
        known = resources.get("nbgrader", {})
        who = " ".join(filter(None, (known.get("student"), known.get("assignment"), known.get("notebook")))) or str(
            folder
        )
        seal = Seal.take() if self.guard_start_files else Seal.take(folders=[])

        learner, graded = {}, {}
        for index, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                (graded if is_graded_test(cell) else learner)[index] = cell.source
        for cells, trusted in ((learner, False), (graded, True)):
            tidy(folder)
            self.log.info("%s: %s cells", who, "graded" if trusted else "the learner's")
            report = run_phase(cells, folder, seal, self._limits(trusted), trusted=trusted, log=self.log, who=who)
            seal.restore(self.log, who)
            self._write(nb, report, trusted)
        tidy(folder)
        return nb, resources

    def _limits(self, graded: bool) -> Limits:
        own = self.graded_timeout if graded and self.graded_timeout is not None else self.timeout
        return Limits(
            cell=own if own is not None and own > 0 else None,
            total=self.graded_time if graded else self.learner_time,
            startup=self.startup_timeout,
            output=self.output_limit,
            iopub=self.iopub_timeout,
            interrupt=self.interrupt_on_timeout,
        )

    def _write(self, nb: NotebookNode, report: Report, graded: bool) -> None:
        if report.language_info:
            nb.metadata["language_info"] = from_dict(report.language_info)
        for index, outcome in report.outcomes.items():
            cell = nb.cells[index]
            outputs = verdict(outcome, self.stderr_costs_points) if graded else marked(outcome)
            cell.outputs = [from_dict(output) for output in outputs]
            cell.execution_count = outcome.execution_count


def is_graded_test(cell: NotebookNode) -> bool:
    """Whether a cell is one of ours that gives points by running (a manually graded answer is the learner's)."""
    return bool(utils.is_grade(cell) and not utils.is_solution(cell))


def marked(outcome: Outcome) -> list[dict[str, Any]]:
    """The outputs of a cell, with an error when it did not run to its end."""
    if outcome.status == "ok" or any(output["output_type"] == "error" for output in outcome.outputs):
        return outcome.outputs
    words = f"The examiner has no result of this cell ({outcome.status})."
    error = {
        "output_type": "error",
        "ename": "NoResult",
        "evalue": words,
        "traceback": [f"\x1b[0;31mNoResult\x1b[0m: {words}"],
    }
    return [*outcome.outputs, error]


def verdict(outcome: Outcome, stderr_costs_points: bool) -> list[dict[str, Any]]:
    """The outputs of a graded cell as nbgrader is to score them."""
    outputs = marked(outcome)
    if stderr_costs_points:
        return outputs
    return [
        {**output, "name": "stdout"} if output["output_type"] == "stream" and output["name"] == "stderr" else output
        for output in outputs
    ]
