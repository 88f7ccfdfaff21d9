"""nbgrader's settings for this course: the commands and the pages in JupyterLab read them.

nbgrader finds this file in the folder where it is started, in Jupyter's configuration folders, or in the folder that
``--course-dir`` names. All paths below are relative to this file, so any of the three will do.

At home nothing has to be set up: hand in and collect in the course folder itself. A classroom with one account a
learner needs a folder that all of them can write, made once by an administrator:

    mkdir -p /srv/nbgrader/exchange && chmod ugo+rwx /srv/nbgrader/exchange

and these two variables in everybody's environment (on JupyterHub: ``c.Spawner.environment``):

    NBGRADER_EXCHANGE=/srv/nbgrader/exchange    where labs are released to and handed in
    NBGRADER_WORK=.                             where a learner's fetched labs go: the folder that JupyterLab was started in
"""

import json
import os
import shutil
import sys
from functools import partial
from pathlib import Path

from labkit.grade import add_missing_notebooks, written_files

c = get_config()  # noqa: F821 - nbgrader offers it to this file

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "solutions"

# nbgrader starts `alembic` by its name when it makes a gradebook. It lies beside this Python, also where nobody activated
# the environment.
if shutil.which("alembic") is None:
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])

# The course.
c.CourseDirectory.course_id = "callable-to-cluster"
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "labs"

# Where labs are exchanged, and where fetched ones go. nbgrader wants both to exist.
exchange = Path(os.environ.get("NBGRADER_EXCHANGE", HERE / "exchange"))
work = Path(os.environ.get("NBGRADER_WORK", HERE / "work"))
for folder in (exchange, work):
    if folder.is_relative_to(HERE):
        folder.mkdir(exist_ok=True)
c.Exchange.root = str(exchange)
c.Exchange.assignment_dir = str(work)

# Releasing: nbgrader's own steps, with stubs by file type.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "labkit.grade.ClearSolutionsByFile",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Grading: nbgrader's own steps, with every cell restored as the source has it (in place of DeduplicateIds and OverwriteCells),
# and the two-phase examiner (in place of Execute).
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "labkit.grade.RestoreCells",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "labkit.grade.TwoPhaseExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.exporter_class = "labkit.grade.SubmissionExporter"
c.Autograde.pre_convert_hook = partial(add_missing_notebooks, source=SOURCE)

# Seconds for one cell. Seconds for all cells: TwoPhaseExecute.learner_time and .graded_time. A graded cell asks for two
# verdicts, each of which has an end of its own after 60 s: a machine that grades many at once must not cost anybody points.
c.Execute.timeout = 30
c.TwoPhaseExecute.graded_timeout = 130

# Grading replaces what a lab ships (helper files) by the version in solutions/. What a learner's cells write is theirs.
c.Autograde.exclude_overwriting = {
    lab.name: [name for path in sorted(lab.glob("*.ipynb")) for name in written_files(json.loads(path.read_bytes()))]
    for lab in sorted(SOURCE.glob("*"))
    if lab.is_dir()
}
