"""One notice as rows of the tables for researchers (ingest.export_columns), read from its public graphs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from ingest.published import Published, Term, Triple
from ontology.namespaces import PREFIXES
from ontology.vocabulary import local_name

Value = str | int | bool | None
Row = dict[str, Value]
TYPE = PREFIXES["rdf"] + "type"


@lru_cache(maxsize=256)
def named(curie: str) -> str:
    """The IRI of a term that is written with its prefix, as `dpv:Purpose`."""
    prefix, _, local = curie.partition(":")
    return PREFIXES[prefix] + local


_RECIPIENTS = frozenset(named(f"dpv:{n}") for n in ("Recipient", "DataProcessor", "ThirdParty", "DataController", "Authority"))


class Dossier:
    """What the public graphs hold of one notice, by subject and predicate; properties and classes are given with prefixes."""

    def __init__(self, notice: str, graphs: Iterable[Iterable[Triple]]) -> None:
        """Index the statements of `graphs`: the notice's own, its inferences and its report."""
        self.notice = notice
        self._said: dict[str, dict[str, list[Term]]] = {}
        self._pointing: dict[str, list[tuple[str, str]]] = {}
        for triples in graphs:
            for subject, predicate, term in triples:
                self._said.setdefault(subject, {}).setdefault(predicate, []).append(term)
                if not term.literal:
                    self._pointing.setdefault(term.value, []).append((subject, predicate))

    def all(self, subject: str, predicate: str) -> list[str]:
        """The values of a property."""
        return [term.value for term in self._said.get(subject, {}).get(named(predicate), ())]

    def one(self, subject: str, predicate: str) -> str | None:
        """The first value of a property."""
        return next(iter(self.all(subject, predicate)), None)

    def worded(self, subject: str, predicate: str, language: str) -> str | None:
        """The value in a language."""
        found = self._said.get(subject, {}).get(named(predicate), ())
        return next((term.value for term in found if term.language == language), None)

    def instances(self, kind: str) -> list[str]:
        """The subjects of a class."""
        return [subject for subject, predicate in self._pointing.get(named(kind), ()) if predicate == TYPE]

    def pointing(self, target: str) -> list[tuple[str, str]]:
        """Who points to it, and by which property."""
        return self._pointing.get(target, [])

    def processes(self, node: str) -> list[str]:
        """The processing activities to which a claim belongs."""
        known = set(self.instances("dpv:Process"))
        return sorted({holder for holder, _ in self.pointing(node) if holder in known})

    def places(self, node: str) -> list[tuple[int, int, str]]:
        """Start, end and words of what proves a node, in the order of the text; of an inference, what proves its ground."""
        found = set()
        for place in self.all(node, "prov:wasDerivedFrom"):
            start, end = self.one(place, "oa:start"), self.one(place, "oa:end")
            if start is not None and end is not None:
                found.add((int(start), int(end), self.one(place, "oa:exact") or ""))
            elif place != node and not place.startswith(f"{node}/"):
                found.update(self.places(place))
        return sorted(found)


class Records:
    """Makes rows; looks names of concepts and organisations up in the snapshot, a bounded number of them remembered."""

    def __init__(self, published: Published) -> None:
        """Rows of the notices of `published`."""
        self._published = published
        self.labels = lru_cache(maxsize=4096)(self._labels)
        self.organisation = lru_cache(maxsize=4096)(self._organisation)

    def dossiers(self) -> Iterator[Dossier]:
        """The notices in order, one in memory at a time."""
        for notice in self._published.notices():
            yield Dossier(notice, (self._published.triples(notice + part) for part in ("", "/inferred", "/report")))

    def rows(self, dossier: Dossier) -> dict[str, list[Row]]:
        """The rows of one notice, by table; in each in the order of their IRIs."""
        claims = [self._claim(dossier, node) for node in dossier.instances("sel:Claim")]
        findings = [_finding(dossier, node) for node in dossier.instances("sh:ValidationResult")]
        stated = (self._transfer(dossier, node, "stated") for node in dossier.instances("sel:Transfer"))
        implied = (self._transfer(dossier, node, "implied") for node in dossier.instances("sel:ImpliedTransfer"))
        received = (node for node in dossier.instances("sel:Claim") if _receives(dossier, node))
        return {
            "notices": [self._notice(dossier, len(claims), findings)],
            "claims": claims,
            "transfers": [*stated, *implied],
            "recipients": [self._recipient(dossier, node) for node in received],
            "findings": findings,
            "verdicts": [_verdict(dossier, node) for node in dossier.instances("sel:Verdict")],
        }

    def controllers(self, dossier: Dossier) -> list[str]:
        """The IRIs of a notice's controllers, those who are so jointly among them."""
        joint = dossier.all(dossier.notice, "dpv:hasJointDataControllers")
        found = [one for node in (dossier.notice, *joint) for one in dossier.all(node, "dpv:hasDataController")]
        return sorted(set(found))

    def name(self, iri: str | None) -> str | None:
        """The name of an organisation."""
        return self.organisation(iri).get(named("dpv:hasName")) if iri else None

    def _notice(self, dossier: Dossier, claims: int, findings: list[Row]) -> Row:
        notice = dossier.notice
        text = dossier.one(notice, "sel:hasText") or f"{notice}/text"
        controllers = self.controllers(dossier)
        severities = Counter(finding["severity"] for finding in findings)
        return {
            "notice": notice,
            "title": dossier.one(notice, "dct:title"),
            "language": " ".join(dossier.all(notice, "dct:language")) or None,
            "date": dossier.one(notice, "dct:modified"),
            "source": dossier.one(notice, "dct:source"),
            "controllers": " ".join(controllers) or None,
            "controller_names": " | ".join(filter(None, map(self.name, controllers))) or None,
            "text_sha256": dossier.one(text, "sel:sha256"),
            "text_length": int(dossier.one(text, "dct:extent") or 0),
            "registers": len(dossier.instances("dpv:Process")),
            "claims": claims,
            "violations": severities["Violation"],
            "warnings": severities["Warning"],
            "infos": severities["Info"],
        }

    def _claim(self, dossier: Dossier, node: str) -> Row:
        concept, places = dossier.one(node, "skos:broader"), dossier.places(node)
        processes = dossier.processes(node)
        holders = {dossier.notice, *processes}
        links = {p for holder, p in dossier.pointing(node) if holder in holders and p != named("sel:hasClaim")}
        return {
            "notice": dossier.notice,
            "claim": node,
            "types": _locals(kind for kind in _types(dossier, node) if kind != named("sel:Claim")),
            "concept": concept,
            **self._labelled(concept),
            **_said(dossier, node),
            **self._named(dossier, node),
            "properties": " ".join(sorted(map(local_name, links))) or None,
            "processes": " ".join(processes) or None,
            "retention_kind": _local(dossier.one(node, "sel:retentionKind")),
            "retention_period": dossier.one(node, "sel:retentionPeriod"),
            "retention_text": dossier.one(node, "sel:retentionText"),
            **_placed(places),
            "quotes": json.dumps([words for *_, words in places], ensure_ascii=False),
            "spans": " ".join(f"{start}-{end}" for start, end, _ in places) or None,
        }

    def _transfer(self, dossier: Dossier, node: str, kind: str) -> Row:
        exhaustive = dossier.one(node, "sel:destinationsExhaustive")
        instruments = [(i, dossier.one(i, "skos:broader") or i) for i in dossier.all(node, "sel:hasTransferInstrument")]
        statuses = sorted(
            f"{local_name(concept)}={local_name(status)}"
            for instrument, concept in instruments
            for assessment, predicate in dossier.pointing(instrument)
            if predicate == named("sel:assessedInstrument")
            for status in dossier.all(assessment, "sel:instrumentStatus")
        )
        return {
            "notice": dossier.notice,
            "transfer": node,
            "kind": kind,
            **_said(dossier, node),
            "countries": _locals(dossier.all(node, "dpv:hasThirdCountry")),
            "scope": _locals(dossier.all(node, "sel:destinationScope")),
            "excluded": _locals(dossier.all(node, "sel:excludesDestination")),
            "exhaustive": None if exhaustive is None else exhaustive in ("true", "1"),
            "instruments": _locals(concept for _, concept in instruments),
            "instrument_status": " ".join(dict.fromkeys(statuses)) or None,
            "adequacy": _local(dossier.one(node, "sel:adequacyAtDate")),
            **self._named(dossier, node),
            **_placed(dossier.places(node)),
        }

    def _recipient(self, dossier: Dossier, node: str) -> Row:
        entity = self._named(dossier, node)
        known = self.organisation(str(entity["entity"])) if entity["entity"] else {}
        concept = dossier.one(node, "skos:broader")
        return {
            "notice": dossier.notice,
            "recipient": node,
            "kind": "named" if entity["entity"] else "category",
            "roles": _locals(kind for kind in _types(dossier, node) if kind in _RECIPIENTS),
            "category": concept,
            **self._labelled(concept),
            **entity,
            "entity_country": country(known.get(named("dpv:hasCountry"))),
            "entity_parent": known.get(named("sel:parentOrganisation")),
            **_said(dossier, node),
            **_placed(dossier.places(node)),
        }

    def _named(self, dossier: Dossier, node: str) -> Row:
        entity = dossier.one(node, "sel:entity") or dossier.one(node, "sel:sourceEntity")
        return {"entity": entity, "entity_name": self.name(entity)}

    def _labelled(self, concept: str | None) -> Row:
        labels = self.labels(concept) if concept else {}
        return {f"label_{code}": labels.get(code) for code in ("en", "fi", "sv")}

    def _labels(self, concept: str) -> Mapping[str, str]:
        said = self._published.about(concept, "vocabulary")
        return {t.object.language: t.object.value for t in reversed(said) if t.predicate == named("skos:prefLabel")}

    def _organisation(self, iri: str) -> Mapping[str, str]:
        return {t.predicate: t.object.value for t in reversed(self._published.about(iri, "organisations"))}


def country(iri: str | None) -> str | None:
    """The ISO 3166-1 code of a country of DPV."""
    code = iri.removeprefix(PREFIXES["loc"]) if iri else ""
    return code if len(code) == 2 else None


def _types(dossier: Dossier, node: str) -> list[str]:
    return dossier.all(node, "rdf:type")


def _receives(dossier: Dossier, node: str) -> bool:
    kinds = set(_types(dossier, node))
    return named("dpv:Recipient") in kinds or named("sel:RecipientCategory") in kinds


def _said(dossier: Dossier, node: str) -> Row:
    return {
        "modality": _local(dossier.one(node, "sel:modality")),
        "condition": dossier.one(node, "sel:condition"),
        "default_polarity": _local(dossier.one(node, "sel:defaultPolarity")),
    }


def _placed(places: list[tuple[int, int, str]]) -> Row:
    start, end, words = places[0] if places else (None, None, None)
    return {"quote": words, "start": start, "end": end}


def _finding(dossier: Dossier, node: str) -> Row:
    item = dossier.one(node, "sel:item")
    verdict = f"{dossier.notice}/report/verdict/{item}"
    return {
        "notice": dossier.notice,
        "finding": node,
        "item": item,
        "verdict": dossier.one(verdict, "sel:verdict"),
        "severity": _local(dossier.one(node, "sh:resultSeverity")),
        "rule": dossier.one(node, "sh:sourceShape"),
        "focus": dossier.one(node, "sh:focusNode"),
        "value": dossier.one(node, "sh:value"),
        **{f"message_{code}": dossier.worded(node, "sh:resultMessage", code) for code in ("en", "fi", "sv")},
    }


def _verdict(dossier: Dossier, node: str) -> Row:
    return {"notice": dossier.notice, "item": dossier.one(node, "sel:item"), "verdict": dossier.one(node, "sel:verdict")}


def _local(iri: str | None) -> str | None:
    return local_name(iri) if iri else None


def _locals(iris: Iterable[str]) -> str | None:
    return " ".join(local_name(iri) for iri in iris) or None
