"""The gate on the ontology: OWL 2 DL consistency and satisfiability, by owlready2 and the HermiT that it bundles.

DPV has no disjointness axioms; `seloste.ttl` has (an organisation is no natural person, a notice is nobody), and they
only help if one shows. Runs before a release and in CI, not for each notice (`python -m ontology.reasoning`).
HermiT is a Java program, the Java runtime is not bundled.

    ReasoningError
    ├── JavaMissingError      no Java runtime: exit code 3
    └── ReasonerFailedError   the reasoner stopped for another reason than an inconsistency
"""
from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import owlready2
from rdflib import Graph

FOLDER = Path(__file__).parent
OK, INCONSISTENT, JAVA_MISSING = 0, 1, 3


class ReasoningError(RuntimeError):
    """The gate could not be run."""


class JavaMissingError(ReasoningError):
    """No Java runtime was found: says where it was looked for."""

    def __init__(self, looked_in: tuple[str, ...]) -> None:
        self.looked_in = looked_in
        places = ", ".join(looked_in)
        super().__init__(f"No Java runtime in {places}. Install one (default-jre-headless) or set JAVA_HOME.")


class ReasonerFailedError(ReasoningError):
    """HermiT ended without a verdict: carries what it said."""

    def __init__(self, output: str) -> None:
        self.output = output
        said = output.strip()[-500:]
        super().__init__(f"The reasoner gave no verdict: {said}. Check the axioms for constructs outside OWL 2 DL.")


@dataclass(frozen=True, slots=True)
class GateResult:
    """The verdict on an ontology. HermiT names no culprit of an inconsistency; then `unsatisfiable` is empty."""

    consistent: bool
    unsatisfiable: tuple[str, ...]
    triples: int

    @property
    def ok(self) -> bool:
        """Consistent, and every class can have a member."""
        return self.consistent and not self.unsatisfiable


def find_java() -> Path | None:
    """The Java runtime: that of JAVA_HOME when it is set and there, else the first on the path; None without one."""
    home = os.environ.get("JAVA_HOME")
    in_home = Path(home, "bin", "java") if home else None
    if in_home is not None and os.access(in_home, os.X_OK):
        return in_home
    on_path = shutil.which("java")
    return Path(on_path) if on_path else None


def ontology_graph(folder: Path = FOLDER) -> Graph:
    """The own classes, territories, instruments, acts and organisations; not DPV's terms, which are no OWL classes."""
    graph = Graph()
    for file in sorted(folder.glob("*.ttl")):
        graph.parse(file, format="turtle")
    return graph


def check(extra: Graph | None = None) -> GateResult:
    """Reason over the ontology, with more triples added when they are given (instances to be tested against it).

    Raises:
        JavaMissingError: when there is no Java runtime.
        ReasonerFailedError: when HermiT ends without a verdict.
    """
    graph = ontology_graph()
    return classify(graph if extra is None else graph + extra)


def classify(graph: Graph) -> GateResult:
    """Reason over exactly this graph.

    Raises:
        JavaMissingError: when there is no Java runtime.
        ReasonerFailedError: when HermiT ends without a verdict.
    """
    java = find_java()
    if java is None:
        raise JavaMissingError(("JAVA_HOME", "PATH"))
    owlready2.JAVA_EXE = str(java)
    # A world of its own: owlready2's default one would remember the axioms of earlier runs.
    world = owlready2.World()
    try:
        with _scratch_folder() as folder:
            # owlready2 reads no Turtle.
            file = folder / "ontology.nt"
            graph.serialize(file, format="nt", encoding="utf-8")
            world.get_ontology(file.as_uri()).load()
            return _run(world, len(graph))
    finally:
        world.close()


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """A folder for this run and for the temporary file of owlready2, which leaves it behind on an inconsistency."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="seloste-reasoning-") as folder:
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


def _run(world: owlready2.World, triples: int) -> GateResult:
    try:
        # HermiT knows no xsd:date and xsd:duration and would stop at the first one.
        owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0, ignore_unsupported_datatypes=True)
    except owlready2.OwlReadyInconsistentOntologyError:
        return GateResult(consistent=False, unsatisfiable=(), triples=triples)
    except owlready2.OwlReadyJavaError as error:
        raise ReasonerFailedError(str(error)) from error
    unsatisfiable = {str(found.iri) for found in world.inconsistent_classes()} - {str(owlready2.Nothing.iri)}
    return GateResult(consistent=True, unsatisfiable=tuple(sorted(unsatisfiable)), triples=triples)


def main() -> int:
    """Run the gate on the ontology of this installation and report; returns the exit code (0 ok, 1 not, 3 no Java)."""
    try:
        result = check()
    except JavaMissingError as error:
        sys.stderr.write(f"{error}\n")
        return JAVA_MISSING
    for iri in result.unsatisfiable:
        sys.stdout.write(f"unsatisfiable: {iri}\n")
    verdict = "consistent" if result.consistent else "inconsistent"
    sys.stdout.write(f"{verdict}, {len(result.unsatisfiable)} unsatisfiable classes, {result.triples} triples\n")
    return OK if result.ok else INCONSISTENT


if __name__ == "__main__":
    sys.exit(main())
