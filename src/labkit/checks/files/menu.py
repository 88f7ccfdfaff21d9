"""The menu as an examination needs it: the pages are those that it has put into its journal (``pages``, JSON).

The same name as in the lab's own ``menu.py``.
"""

import json
import os
from pathlib import Path


def page(path):
    """The text of the page at ``path``; ``None`` where there is none."""
    file = Path(os.environ["LABKIT_JOURNAL"]) / "pages"
    return json.loads(file.read_text(encoding="utf-8")).get(path) if file.exists() else None
