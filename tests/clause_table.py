"""Where test_clauses.py leaves its table for conftest.py to print at the end."""

import pytest

CLAUSE_TABLE = pytest.StashKey[list[str]]()
