"""Exports as researchers meet them: every format read by a reader that is not ours, and nobody's contact details in any."""
from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import jsonschema
import phonenumbers
import pyarrow.parquet as pq
import pytest
from rdflib import RDF, Dataset, Graph, Namespace, URIRef

from ingest import batch, documents, export_columns, exports
from ingest.pipeline import Pipeline
from ingest.published import NothingPublished, Published
from ingest.store import Store
from ontology.namespaces import DPV, ID_BASE, SEL, SH

ROOT = Path(__file__).parent.parent
NOTICES = sorted((ROOT / "examples" / "notices").glob("*.txt"))
DCAT, VOID, SPDX = Namespace("http://www.w3.org/ns/dcat#"), Namespace("http://rdfs.org/ns/void#"), Namespace("http://spdx.org/rdf/terms#")
ALL = tuple(exports.FORMATS)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Path:
    path = tmp_path_factory.mktemp("exports") / "store"
    with Store.open(path) as opened:
        stored = [outcome for outcome in batch.ingest(NOTICES, opened, pipeline) if outcome.error is None]
        opened.publish()
    assert len(stored) > 10
    return path


@pytest.fixture(scope="module")
def folder(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "all"
    exports.export(store, ALL, path, io.BytesIO())
    return path


@pytest.fixture(scope="module")
def quads(folder: Path) -> Dataset:
    return Dataset().parse(one(folder, ".nq"), format="nquads")


def one(folder: Path, suffix: str) -> Path:
    (found,) = (path for path in folder.iterdir() if path.name.endswith(suffix) and path.name.startswith("seloste-"))
    return found


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "csv" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def statements(dataset: Dataset) -> set[tuple[str, ...]]:
    return {(s.n3(), p.n3(), o.n3(), str(g)) for s, p, o, g in dataset.quads()}


def test_the_nquads_are_the_graphs_of_the_store_without_contacts(store: Path, quads: Dataset) -> None:
    with Store.open(store) as opened:
        kept = [iri for iri in opened.graphs() if not iri.endswith("/contacts")]
        assert len(kept) < len(opened.graphs()), "the notices have contacts"
        counts = {iri: len(opened.graph(iri)) for iri in kept}
    assert {str(graph.identifier): len(graph) for graph in quads.graphs() if len(graph)} == counts


@pytest.mark.parametrize(("suffix", "form"), [(".trig", "trig"), (".jsonld", "json-ld")])
def test_trig_and_jsonld_say_the_same(folder: Path, quads: Dataset, suffix: str, form: str) -> None:
    assert statements(Dataset().parse(one(folder, suffix), format=form)) == statements(quads)


def test_turtle_is_their_union(folder: Path, quads: Dataset) -> None:
    union = {statement[:3] for statement in statements(quads)}
    assert {(s.n3(), p.n3(), o.n3()) for s, p, o in Graph().parse(one(folder, ".ttl"), format="turtle")} == union


def test_the_same_store_gives_the_same_bytes(store: Path, folder: Path, tmp_path: Path) -> None:
    exports.export(store, ALL, tmp_path / "again", io.BytesIO())
    assert contents(tmp_path / "again") == contents(folder)
    for name in ("csv", "parquet"):
        exports.export(store, (name,), tmp_path / "a.zip", io.BytesIO())
        exports.export(store, (name,), tmp_path / "b.zip", io.BytesIO())
        assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    for name in ("nquads", "trig", "turtle", "jsonld", "tilt"):
        stream = io.BytesIO()
        exports.export(store, (name,), None, stream)
        assert stream.getvalue() == one(folder, exports.FORMATS[name].suffix).read_bytes()


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


# -- nobody's contact details


def secrets(store: Path) -> set[str]:
    """E-mail addresses and telephone numbers as the notices print them, found by other means, and as the contacts graphs hold them."""
    found: set[str] = set()
    for file in NOTICES:
        text = file.read_text("utf-8")
        found |= set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text))
        for region in ("FI", "SE", "GB"):
            for match in phonenumbers.PhoneNumberMatcher(text, region):
                found |= {match.raw_string, phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)}
    with Store.open(store) as opened:
        held = "\n".join(line for graph in opened.graphs() if graph.endswith("/contacts") for line in opened.graph(graph))
    found |= set(re.findall(r"<(?:mailto|tel):([^>]+)>", held))
    return found


def readable(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        if file.suffix == ".parquet":
            yield name, json.dumps(pq.read_table(file).to_pylist(), ensure_ascii=False, default=str)
        else:
            yield name, file.read_text("utf-8")


def test_no_format_holds_an_email_address_or_a_telephone_number(store: Path, folder: Path) -> None:
    wanted = secrets(store)
    assert sum("@" in one for one in wanted) > 10
    assert sum("@" not in one for one in wanted) > 10
    files = dict(readable(folder))
    assert len(files) == 5 + 2 * len(export_columns.TABLES) + len(("csv-metadata.json", *2 * ["data-dictionary.md"], "dataset.ttl"))
    leaked = {(name, secret) for name, text in files.items() for secret in wanted if secret in text}
    assert leaked == set()


def test_no_format_holds_a_contacts_graph_or_a_card(folder: Path) -> None:
    for name, text in readable(folder):
        assert "/contacts>" not in text, name
        assert '/contacts"' not in text, name
        assert "vcard/ns#has" not in text, name
        assert "vcard:has" not in text, name


# -- tables


def test_csv_has_the_columns_of_the_dictionary_and_keys_that_hold(folder: Path) -> None:
    notices = {row["notice"] for row in rows(folder, "notices")}
    metadata = json.loads((folder / "csv" / "csv-metadata.json").read_text("utf-8"))
    described = {table["url"]: table["tableSchema"] for table in metadata["tables"]}
    assert len(described) == len(export_columns.TABLES)
    for table in export_columns.TABLES:
        found = rows(folder, table.name)
        schema = described[f"{table.name}.csv"]
        assert found
        assert list(found[0]) == [column["name"] for column in schema["columns"]]
        keys = Counter(tuple(row[key] for key in schema["primaryKey"]) for row in found)
        assert max(keys.values()) == 1
        assert {row["notice"] for row in found} <= notices
        for column in schema["columns"]:
            values = [row[column["name"]] for row in found]
            assert not column.get("required") or all(values), column["name"]
            for value in filter(None, values):
                read(column["datatype"], value)


def read(datatype: str, value: str) -> object:
    match datatype:
        case "integer":
            return int(value)
        case "boolean":
            return {"true": True, "false": False}[value]
        case "date":
            return date.fromisoformat(value)
        case "json":
            return json.loads(value)
    return value


def test_tables_hold_what_the_graphs_hold(folder: Path, quads: Dataset) -> None:
    union = Graph()
    for s, p, o, _ in quads.quads():
        union.add((s, p, o))

    def counted(kind: URIRef) -> set[str]:
        return {str(s) for s in union.subjects(RDF.type, kind) if str(s).startswith(f"{ID_BASE}notice/")}

    assert {r["notice"] for r in rows(folder, "notices")} == counted(DPV.PrivacyNotice)
    assert {r["claim"] for r in rows(folder, "claims")} == counted(SEL.Claim)
    assert {r["transfer"] for r in rows(folder, "transfers")} == counted(SEL.Transfer) | counted(SEL.ImpliedTransfer)
    assert {r["recipient"] for r in rows(folder, "recipients")} == (counted(DPV.Recipient) | counted(SEL.RecipientCategory)) & counted(SEL.Claim)
    assert {r["finding"] for r in rows(folder, "findings")} == counted(SH.ValidationResult)
    assert len(rows(folder, "verdicts")) == len(counted(SEL.Verdict))
    claims = Counter(row["notice"] for row in rows(folder, "claims"))
    assert all(int(row["claims"]) == claims[row["notice"]] for row in rows(folder, "notices"))


def test_quotes_stand_in_the_text_where_the_tables_say(folder: Path) -> None:
    texts = {hashlib.sha256(notice.text.encode()).hexdigest()[:16]: notice.text for notice in map(documents.read, NOTICES)}
    checked = 0
    for row in rows(folder, "claims"):
        text = texts[row["notice"].rpartition("/")[2]]
        for span, words in zip(row["spans"].split(), json.loads(row["quotes"]), strict=True):
            start, end = map(int, span.split("-"))
            assert text[start:end] == words
            checked += 1
    assert checked > 1000


def test_the_russia_question_can_be_answered_from_the_tables(folder: Path) -> None:
    names = {row["notice"]: row["controller_names"] for row in rows(folder, "notices")}
    found = [row for row in rows(folder, "transfers") if "RU" in row["countries"].split() and row["kind"] == "stated"]
    assert ("Havukka Oy", "Conditional") in {(names[row["notice"]], row["modality"]) for row in found}
    assert any("Venäjälle" in row["quote"] for row in found)


def test_parquet_holds_the_same_rows_with_types(folder: Path) -> None:
    for table in export_columns.TABLES:
        found = pq.read_table(folder / "parquet" / f"{table.name}.parquet")
        written = rows(folder, table.name)
        assert found.num_rows == len(written)
        kinds = {column.name: column.kind for column in table.columns}
        for typed, plain in zip(found.to_pylist(), written, strict=True):
            for name, value in typed.items():
                given = read("string" if kinds[name] == "json" else kinds[name], plain[name]) if plain[name] else None
                assert value == given, (table.name, name)
        assert found.schema.field("notice").metadata[b"description"].startswith(b"IRI of the notice")
        assert found.schema.metadata[b"dc:license"].startswith(b"https://")


def test_a_zip_holds_the_folder_and_describes_it(store: Path, folder: Path, tmp_path: Path) -> None:
    (made,) = exports.export(store, ("csv",), tmp_path / "tables.zip", io.BytesIO())
    assert (made.size, made.sha256) == (len(content := (tmp_path / "tables.zip").read_bytes()), hashlib.sha256(content).hexdigest())
    with zipfile.ZipFile(tmp_path / "tables.zip") as whole:
        assert whole.testzip() is None
        assert {"dataset.ttl", "notices.csv", "csv-metadata.json", "data-dictionary.md"} <= set(whole.namelist())
        assert whole.read("claims.csv") == (folder / "csv" / "claims.csv").read_bytes()


def test_the_documents_print_the_data_dictionary() -> None:
    assert export_columns.dictionary() in (ROOT / "docs" / "exports.md").read_text("utf-8"), "paste export_columns.dictionary() into docs/exports.md"


# -- description


def test_void_and_dcat_say_what_is_there(folder: Path, quads: Dataset) -> None:
    base = "https://example.org/data/"
    described = Graph().parse(folder / exports.DESCRIPTION, format="turtle", publicID=f"{base}dataset.ttl")
    dataset = URIRef(f"{ID_BASE}dataset")
    union = {statement[:3] for statement in statements(quads)}
    assert described.value(dataset, VOID.triples).toPython() == len(union)
    classes = Counter(o for _, p, o in union if p == RDF.type.n3())
    properties = Counter(p for _, p, _ in union)
    for partition, name, count, expected in ((VOID.classPartition, VOID["class"], VOID.entities, classes), (VOID.propertyPartition, VOID.property, VOID.triples, properties)):
        said = {described.value(part, name).n3(): described.value(part, count).toPython() for part in described.objects(dataset, partition)}
        assert said == dict(expected)
    files = {}
    for distribution in described.objects(dataset, DCAT.distribution):
        address = str(described.value(distribution, DCAT.downloadURL)).removeprefix(base)
        checksum = described.value(described.value(distribution, SPDX.checksum), SPDX.checksumValue)
        assert described.value(distribution, DCAT.mediaType) is not None
        files[address] = (described.value(distribution, DCAT.byteSize).toPython(), str(checksum).lower())
    expected = {name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in contents(folder).items() if name != exports.DESCRIPTION}
    assert files == expected
    assert described.value(dataset, DCAT.version).toPython() == one(folder, ".nq").stem.removeprefix("seloste-")


# -- TILT: what its schema asks for, said in our own words

_FLAG = {"type": "object", "required": ["available", "description"], "properties": {"available": {"type": "boolean"}, "description": {"type": "string"}}}
_RIGHT = {**_FLAG, "required": [*_FLAG["required"], "url", "email", "identificationEvidences"]}
_TEXT = {"type": "string"}
TILT = {
    "type": "object",
    "required": ["meta", "controller", "dataProtectionOfficer", "dataDisclosed", "thirdCountryTransfers", "accessAndDataPortability", "sources",
                 "rightToInformation", "rightToRectificationOrDeletion", "rightToDataPortability", "rightToWithdrawConsent", "rightToComplain",
                 "automatedDecisionMaking", "changesOfPurpose"],
    "properties": {
        "meta": {
            "required": ["_id", "name", "created", "modified", "version", "language", "status", "url", "_hash"],
            "properties": {"version": {"type": "integer", "minimum": 1}, "language": {"pattern": "^[a-z]{2}$"}, "status": {"enum": ["active", "inactive"]},
                           "created": {"pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"}, "_hash": {"minLength": 64, "maxLength": 64}},
        },
        "controller": {"required": ["name", "address", "country", "representative"], "properties": {"country": {"minLength": 2, "maxLength": 2}, "representative": {"required": ["name", "email"]}}},
        "dataProtectionOfficer": {"required": ["name", "address", "country", "email"]},
        "dataDisclosed": {"type": "array", "items": {
            "required": ["_id", "category", "purposes", "legalBases", "legitimateInterests", "recipients", "storage", "nonDisclosure"],
            "properties": {
                "category": _TEXT,
                "purposes": {"type": "array", "items": {"required": ["purpose", "description"], "properties": {"purpose": _TEXT, "description": _TEXT}}},
                "legalBases": {"type": "array", "items": {"required": ["reference", "description"], "properties": {"reference": _TEXT, "description": _TEXT}}},
                "legitimateInterests": {"type": "array", "items": {"required": ["exists", "reasoning"]}},
                "recipients": {"type": "array", "items": {"required": ["category"], "properties": {"category": _TEXT, "name": _TEXT}}},
                "storage": {"type": "array", "items": {"required": ["temporal", "purposeConditional", "legalBasisConditional", "aggregationFunction"],
                                                       "properties": {"temporal": {"items": {"required": ["description", "ttl"]}}, "purposeConditional": {"items": _TEXT}}}},
                "nonDisclosure": {"required": ["legalRequirement", "contractualRegulation", "obligationToProvide", "consequences"]},
            }}},
        "thirdCountryTransfers": {"type": "array", "items": {
            "required": ["country", "adequacyDecision", "appropriateGuarantees", "presenceOfEnforceableRightsAndEffectiveRemedies", "standardDataProtectionClause"],
            "properties": {"country": _TEXT, "adequacyDecision": _FLAG, "appropriateGuarantees": _FLAG, "presenceOfEnforceableRightsAndEffectiveRemedies": _FLAG, "standardDataProtectionClause": _FLAG}}},
        "accessAndDataPortability": {**_RIGHT, "required": [*_RIGHT["required"], "administrativeFee", "dataFormat"]},
        "sources": {"type": "array", "items": {"required": ["_id", "dataCategory", "sources"], "properties": {"sources": {"items": {"required": ["description", "url", "publiclyAvailable"]}}}}},
        "rightToInformation": _RIGHT, "rightToRectificationOrDeletion": _RIGHT, "rightToDataPortability": _RIGHT, "rightToWithdrawConsent": _RIGHT,
        "rightToComplain": {**_RIGHT, "required": [*_RIGHT["required"], "supervisoryAuthority"]},
        "automatedDecisionMaking": {"required": ["inUse", "logicInvolved", "scopeAndIntendedEffects"]},
        "changesOfPurpose": {"type": "array"},
    },
}


def test_tilt_has_the_members_that_tilt_asks_for(folder: Path) -> None:
    found = json.loads(one(folder, ".tilt.json").read_text("utf-8"))
    assert [document["seloste"]["notice"] for document in found] == [row["notice"] for row in rows(folder, "notices")]
    for document in found:
        jsonschema.Draft7Validator(TILT).validate(document)


def test_tilt_says_no_denial_and_nobodys_name(folder: Path) -> None:
    negated = {row["claim"] for row in rows(folder, "claims") if row["modality"] == "Negated"}
    for document in json.loads(one(folder, ".tilt.json").read_text("utf-8")):
        said = set(re.findall(r'"claim": "([^"]+)"', json.dumps(document)))
        assert said
        assert not said & negated
        assert document["controller"]["representative"] == {"name": "", "email": ""}
        assert not any(document["dataProtectionOfficer"].values())


# -- readers and limits


def test_a_store_can_be_exported_while_it_is_written(store: Path) -> None:
    with Store.open(store):
        stream = io.BytesIO()
        exports.export(store, (), None, stream)
    assert stream.getvalue().count(b"\n") > 10_000


def test_a_store_without_a_snapshot_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NothingPublished, match="seloste ingest"):
        exports.export(tmp_path / "none", (), None, io.BytesIO())
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("names", "output", "said"), [
    (("csv",), None, "--output"),
    (("nquads", "turtle"), None, "--output"),
    (("nquads", "turtle"), "both.nq", "--output"),
    (("csv",), "tables.csv", ".zip"),
    (("hdt",), None, "nquads"),
])  # fmt: skip
def test_what_cannot_be_made_as_asked_is_explained(store: Path, tmp_path: Path, names: tuple[str, ...], output: str | None, said: str) -> None:
    with pytest.raises(exports.BadExport, match=re.escape(said)):
        exports.export(store, names, tmp_path / output if output else None, io.BytesIO())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_finished_is_not_there(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Iterator[str]:
        yield "begun"
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(exports.export_rdf.WRITERS, "nquads", broken)
    with pytest.raises(OSError, match="space"):
        exports.export(store, ("nquads",), tmp_path / "all.nq", io.BytesIO())
    assert list(tmp_path.iterdir()) == []


class Nowhere(io.RawIOBase):
    """Takes everything, keeps nothing."""

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


def grown(source: Path, path: Path, copies: int) -> Path:
    """A store with many copies of one notice, each under an IRI of its own."""
    with Store.open(source) as opened:
        notice = opened.notices()[1]
        graphs = {graph: opened.graph(graph) for graph in opened.graphs() if graph == notice or graph.startswith(f"{notice}/")}
    with Store.open(path) as opened:
        for number in range(copies):
            copy = f"{ID_BASE}notice/{number:016x}"
            opened.replace({graph.replace(notice, copy): [line.replace(notice, copy) for line in lines] for graph, lines in graphs.items()})
        opened.publish()
    return path


def test_memory_does_not_grow_with_the_store(store: Path, tmp_path: Path) -> None:
    peaks: dict[tuple[str, int], int] = {}
    for copies in (5, 40):
        larger = grown(store, tmp_path / f"store-{copies}", copies)
        for name in ALL:
            output = None if not exports.FORMATS[name].member else tmp_path / f"{name}-{copies}"
            tracemalloc.start()
            exports.export(larger, (name,), output, Nowhere())
            peaks[name, copies] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    # Parquet holds the rows of one group, and all hold the names of the graphs.
    assert {name for name in ALL if peaks[name, 40] > 2 * peaks[name, 5] + (8 << 20)} == set(), peaks
    assert {name for name in ALL if name != "parquet" and peaks[name, 40] > 1.3 * peaks[name, 5] + (1 << 20)} == set(), peaks


def test_a_snapshot_that_is_open_is_not_pruned(store: Path, tmp_path: Path) -> None:
    path = grown(store, tmp_path / "store", 1)
    with Published.open(path) as published:
        with Store.open(path) as opened:
            for number in range(4):
                opened.load_shared(f"{ID_BASE}graph/dataset", [f'<{ID_BASE}dataset> <{ID_BASE}n> "{number}" .'])
                opened.publish()
        assert published.triples(published.notices()[0])
