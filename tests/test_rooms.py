"""The kit's rooms know each other in one direction only."""

import ast
from pathlib import Path

import pytest

KIT = Path(__file__).parent.parent / "src" / "labkit"
# Room -> the rooms it may import. A module directly in the package is a room of its own.
MAY_KNOW = {
    "__init__": set(),  # loads by name, when first used
    "wire": set(),
    "trace": set(),
    "stamping": set(),
    "serve": set(),
    "workspace": {"serve"},
    "load": {"trace"},
    "show": {"trace"},
    "bench": {"serve", "load", "trace", "show"},
    "conformance": {"wire"},
    "checks": {"serve", "load", "trace", "wire", "conformance"},
    "grade": set(),
    "doctor": set(),
    "cli": {"serve", "checks", "doctor", "grade"},
}


def room(file: Path) -> str:
    return file.relative_to(KIT).parts[0].removesuffix(".py")


def imported(file: Path) -> set[str]:
    """The rooms that a file imports, wherever in it the import stands."""
    package = ["labkit", *file.relative_to(KIT).parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {parts[1] for name in names if (parts := name.split("."))[0] == "labkit" and len(parts) > 1}
    return found & set(MAY_KNOW)


@pytest.mark.parametrize("name", sorted({room(file) for file in KIT.rglob("*.py")}))
def test_a_room_knows_only_the_rooms_before_it(name):
    assert name in MAY_KNOW, "a new room: say here whom it may know"
    for file in KIT.rglob("*.py"):
        if room(file) == name and "files" not in file.parts:
            surplus = imported(file) - MAY_KNOW[name] - {name}
            assert not surplus, f"{file.relative_to(KIT)} imports {', '.join(sorted(surplus))}"
