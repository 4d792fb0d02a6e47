"""Check naming and docstring conventions that ruff cannot express: `python -m tests.conventions`.

    classes      a class name stands for one thing in the whole product
    participles  a function is named by a verb or by its result, never by a bare participle (`_written`)
    imports      a module imports at most 14 other modules of the product
    docstrings   a first line starts with a verb or a noun, never with a relative clause ("What …", "Whether …")

Prints one finding a line and exits with 1 when there is any. An exception is an entry of `ALLOWED` with its reason;
an entry that no finding needs is a finding itself.
"""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ALLOWED", "Finding", "check", "unused_exceptions"]

ROOT = Path(__file__).parent.parent
PRODUCT = ("wxbot/", "wechat_simulator/")
MAX_OWN_IMPORTS = 14

# (rule, name) -> reason.
ALLOWED: Mapping[tuple[str, str], str] = {
    (
        "imports",
        "wxbot/web/app.py",
    ): "the application factory connects every part of the web layer, and does nothing else",
    (
        "imports",
        "wxbot/web/console/blueprint.py",
    ): "the blueprint registers every page family of the console, and does nothing else",
}

_VERBS_IN_ED = frozenset({"need", "feed", "seed", "embed", "proceed", "exceed", "speed", "shed"})
_IRREGULAR_PARTICIPLE = re.compile(
    "begun|bound|bought|broken|brought|built|caught|chosen|come|done|drawn|driven|eaten|fallen|"
    "forgotten|found|frozen|given|gone|grown|heard|held|hidden|kept|known|laid|led|left|lost|made|"
    "meant|met|owed|paid|said|seen|sent|shown|sold|spent|spoken|stolen|taken|taught|thought|thrown|"
    "told|torn|understood|won|written"
)
_RELATIVE_CLAUSE = re.compile(
    r"(What|Who|Whom|Whose|How|Where|When|Why|Which|Whether|Whoever|Whichever|Whatever)\b"
)


@dataclass(frozen=True, order=True)
class Finding:
    """One broken convention: the rule, its place as `file:line`, the name that broke it, and a sentence."""

    place: str
    rule: str
    name: str
    says: str

    def __str__(self) -> str:
        """Return the finding as a line that names its place."""
        return f"{self.place}: {self.rule}: {self.says}"


def check(sources: Mapping[str, str]) -> list[Finding]:
    """Return the findings in these sources (path relative to the repository -> text), without the exceptions."""
    found: list[Finding] = []
    classes: dict[str, list[str]] = defaultdict(list)
    for path, source in sources.items():
        tree = ast.parse(source)
        found += _relative_docstrings(path, tree)
        if not path.startswith(PRODUCT):
            continue
        found += _participles(path, tree)
        found += _too_many_imports(path, tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes[node.name].append(f"{path}:{node.lineno}")
    found += [
        Finding(places[0], "classes", name, f"class {name} is defined in {', '.join(places)}")
        for name, places in classes.items()
        if len(places) > 1
    ]
    return sorted(finding for finding in found if (finding.rule, finding.name) not in ALLOWED)


def unused_exceptions(
    sources: Mapping[str, str], allowed: Mapping[tuple[str, str], str]
) -> list[tuple[str, str]]:
    """Return the exceptions whose name occurs in no source, so that the list does not outlive its reasons."""
    text = "\n".join([*sources, *sources.values()])
    return [entry for entry in allowed if entry[1] not in text]


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _participles(path: str, tree: ast.AST) -> Iterator[Finding]:
    for node in _functions(tree):
        name = node.name.strip("_")
        regular = name.endswith("ed") and len(name) > 4 and name not in _VERBS_IN_ED
        if "_" not in name and (regular or _IRREGULAR_PARTICIPLE.fullmatch(name)):
            says = f"{node.name} hides what it does: name the effect by a verb, or the result by a noun"
            yield Finding(f"{path}:{node.lineno}", "participles", node.name, says)


def _too_many_imports(path: str, tree: ast.AST) -> Iterator[Finding]:
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            package = node.module.split(".")[0]
            if node.module == package:
                imported.update(f"{package}.{alias.name}" for alias in node.names)
            else:
                imported.add(node.module)
        elif isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
    own = [name for name in imported if f"{name.split('.')[0]}/" in PRODUCT]
    if len(own) > MAX_OWN_IMPORTS:
        says = f"imports {len(own)} modules of the product; {MAX_OWN_IMPORTS} at most"
        yield Finding(f"{path}:1", "imports", path, says)


def _relative_docstrings(path: str, tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        doc = ast.get_docstring(node) or ""
        if _RELATIVE_CLAUSE.match(doc):
            line = getattr(node, "lineno", 1)
            name = getattr(node, "name", path)
            says = f"the first line is a relative clause: {doc.splitlines()[0]}"
            yield Finding(f"{path}:{line}", "docstrings", name, says)


def read_sources(root: Path) -> dict[str, str]:
    """Return the text of every Python file that git tracks below `root`, by its relative path."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=root, capture_output=True, text=True, check=True)
    return {path: (root / path).read_text() for path in listed.stdout.split() if (root / path).exists()}


def main() -> int:
    """Print all findings of this repository; 0 when there is none."""
    sources = read_sources(ROOT)
    findings = [str(finding) for finding in check(sources)]
    findings += [
        f"tests/conventions.py: no finding needs {entry}" for entry in unused_exceptions(sources, ALLOWED)
    ]
    print(*findings, sep="\n", end="\n" if findings else "")  # noqa: T201  a check prints its findings
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
