"""A notice as a document of the Transparency Information Language (TILT), as far as TILT can say what a notice says.

TILT (Grünewald and Pallas 2021; tilt-schema.json of its repository, commit 0142de99, JSON Schema draft 07) describes a
service, not what a text says of it: it has no modality, no quotes, and asks for much that a notice does not tell.

* Denials are left out; what is possible or conditional is in, and the member `seloste` beside it says so.
* What the notice does not tell is an empty string, an empty list or false, since TILT asks for the member.
* Contact details never leave the store: members for people, e-mail and telephone are empty (docs/exports.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from ingest.export_records import Dossier, Records, country
from ontology.vocabulary import local_name

Document = dict[str, Any]
UNKNOWN_COUNTRY: Final = "ZZ"
"""ISO 3166 leaves this code to users; TILT asks for two letters."""
_PERSON: Final = {"name": "", "email": ""}
_RIGHTS: Final = (
    ("rightToInformation", ("A15",)),
    ("rightToRectificationOrDeletion", ("A16", "A17")),
    ("rightToDataPortability", ("A20",)),
    ("rightToWithdrawConsent", ("A7-3",)),
)
_ADEQUATE: Final = frozenset({"A45-3", "DataPrivacyFramework", "PrivacyShield", "SafeHarbour"})


def documents(records: Records, snapshot: str) -> Iterator[str]:
    """A JSON array with a document for each notice, a line each."""
    yield "["
    for number, dossier in enumerate(records.dossiers()):
        document = document_of(records, dossier, snapshot)
        yield f"{',' if number else ''}\n{json.dumps(document, ensure_ascii=False)}"
    yield "\n]\n"


def document_of(records: Records, dossier: Dossier, snapshot: str) -> Document:
    """The TILT document of one notice."""
    said = _Said(records, dossier)
    return {
        "meta": _meta(said),
        "controller": _controller(said),
        "dataProtectionOfficer": {"name": "", "address": "", "country": "", "email": ""},
        "dataDisclosed": [_disclosed(said, node) for node in said.of("dpv:PersonalData")],
        "thirdCountryTransfers": [one for node in said.of("sel:Transfer") for one in _transfers(said, node)],
        "accessAndDataPortability": {
            **_right(said, ("A15", "A20")), "administrativeFee": {"amount": 0, "currency": ""}, "dataFormat": "",
        },
        "sources": [_source(said, node) for node in said.of("dpv:DataSource")],
        **{name: _right(said, articles) for name, articles in _RIGHTS},
        "rightToComplain": {
            **_right(said, ("A77",)),
            "supervisoryAuthority": {"name": "", "address": "", "country": "", "email": "", "phone": ""},
        },
        "automatedDecisionMaking": _automated(said),
        "changesOfPurpose": [],
        "seloste": {"notice": dossier.notice, "snapshot": snapshot},
    }  # fmt: skip


class _Said:
    """What a notice says, in its own language where terms have a name in it."""

    def __init__(self, records: Records, dossier: Dossier) -> None:
        self.records, self.dossier = records, dossier
        self.language = (dossier.one(dossier.notice, "dct:language") or "en")[:2]
        negated = {node for node in dossier.instances("sel:Claim") if self.modality(node) == "Negated"}
        self._affirmed = [node for node in dossier.instances("sel:Claim") if node not in negated]

    def modality(self, node: str) -> str:
        return local_name(self.dossier.one(node, "sel:modality") or "")

    def of(self, kind: str) -> list[str]:
        """The claims of a class that are no denials."""
        members = set(self.dossier.instances(kind))
        return [node for node in self._affirmed if node in members]

    def concept(self, node: str) -> str:
        return self.dossier.one(node, "skos:broader") or ""

    def label(self, node: str) -> str:
        """The name of the concept, else of the organisation, else the words of the notice."""
        concept = self.concept(node)
        labels = self.records.labels(concept) if concept else {}
        named = labels.get(self.language) or labels.get("en") or (local_name(concept) if concept else "")
        return named or self.records.name(self.dossier.one(node, "sel:entity")) or self.quote(node)

    def quote(self, node: str) -> str:
        """All words that prove it."""
        return " … ".join(words for *_, words in self.dossier.places(node))

    def about(self, node: str) -> Document:
        """Which claim it is, and how it is said."""
        condition = self.dossier.one(node, "sel:condition")
        known = {"claim": node, "modality": self.modality(node)}
        return {"seloste": known | ({"condition": condition} if condition else {})}

    def beside(self, node: str, kind: str) -> list[str]:
        """The claims of a class that belong to the same processing activities as `node`."""
        processes = set(self.dossier.processes(node))
        return [one for one in self.of(kind) if processes & set(self.dossier.processes(one))]


def _meta(said: _Said) -> Document:
    dossier, notice = said.dossier, said.dossier.notice
    date = dossier.one(notice, "dct:modified") or ""
    return {
        "_id": notice.rpartition("/")[2],
        "name": " | ".join(filter(None, map(said.records.name, said.records.controllers(dossier)))),
        "created": date,
        "modified": date,
        "version": 1,
        "language": said.language,
        "status": "active",
        "url": dossier.one(notice, "dct:source") or "",
        "_hash": dossier.one(dossier.one(notice, "sel:hasText") or f"{notice}/text", "sel:sha256") or "",
    }


def _controller(said: _Said) -> Document:
    """The first controller; TILT has room for one, so any others stand in `seloste`."""
    found = said.records.controllers(said.dossier)
    known = said.records.organisation(found[0]) if found else {}
    facts = {local_name(predicate): value for predicate, value in known.items()}
    return {
        "name": facts.get("hasName", ""),
        "address": facts.get("hasAddress", ""),
        "country": country(facts.get("hasCountry")) or UNKNOWN_COUNTRY,
        "representative": dict(_PERSON),
        "seloste": {"controllers": found},
    }


def _disclosed(said: _Said, node: str) -> Document:
    bases, required = said.beside(node, "dpv:LegalBasis"), said.beside(node, "sel:ProvisionRequirement")
    interests = [(b, words) for b in bases for words in said.dossier.all(b, "sel:legitimateInterestPursued")]
    return {
        "_id": node,
        "category": said.label(node),
        "purposes": [
            {"purpose": said.label(one), "description": said.quote(one), **said.about(one)}
            for one in said.beside(node, "dpv:Purpose")
        ],
        "legalBases": [
            {"reference": _reference(said.concept(one)), "description": said.quote(one), **said.about(one)} for one in bases
        ],
        "legitimateInterests": [{"exists": True, "reasoning": words, **said.about(b)} for b, words in interests],
        "recipients": [_recipient(said, one) for one in said.beside(node, "dpv:Recipient")],
        "storage": _storage(said, said.beside(node, "dpv:StorageCondition")),
        "nonDisclosure": {
            "legalRequirement": False,
            "contractualRegulation": False,
            "obligationToProvide": any(local_name(said.concept(one)) == "Required" for one in required),
            "consequences": "",
        },
        **said.about(node),
    }


def _recipient(said: _Said, node: str) -> Document:
    name = said.records.name(said.dossier.one(node, "sel:entity"))
    return {**({"name": name} if name else {}), "category": said.label(node), **said.about(node)}


def _storage(said: _Said, nodes: Iterable[str]) -> list[Document]:
    return [
        {
            "temporal": [
                {"description": said.dossier.one(node, "sel:retentionText") or said.quote(node), "ttl": period}
                for period in said.dossier.all(node, "sel:retentionPeriod")
            ],
            "purposeConditional": [
                words
                for words in said.dossier.all(node, "sel:retentionText")
                if not said.dossier.all(node, "sel:retentionPeriod")
            ],
            "legalBasisConditional": [],
            "aggregationFunction": "max",
            **said.about(node),
        }
        for node in nodes
    ]


def _transfers(said: _Said, node: str) -> list[Document]:
    """One for each country; one without a country when the statement names none."""
    named = {
        local_name(said.concept(instrument)): said.quote(instrument)
        for instrument in said.dossier.all(node, "sel:hasTransferInstrument")
    }
    available = {
        "adequacyDecision": [words for name, words in named.items() if name in _ADEQUATE],
        "appropriateGuarantees": [words for name, words in named.items() if name.startswith("A46")],
        "presenceOfEnforceableRightsAndEffectiveRemedies": [],
        "standardDataProtectionClause": [words for name, words in named.items() if name in ("A46-2-c", "A46-2-d")],
    }
    stated = {member: {"available": bool(words), "description": " … ".join(words)} for member, words in available.items()}
    countries = [country(iri) or local_name(iri) for iri in said.dossier.all(node, "dpv:hasThirdCountry")]
    return [{"country": code, **stated, **said.about(node)} for code in countries or [""]]


def _source(said: _Said, node: str) -> Document:
    public = local_name(said.concept(node)) == "PublicDataSource"
    described = {"description": said.label(node), "url": "", "publiclyAvailable": public}
    return {"_id": node, "dataCategory": "", "sources": [described], **said.about(node)}


def _right(said: _Said, articles: tuple[str, ...]) -> Document:
    found = [node for node in said.of("dpv:Right") if local_name(said.concept(node)) in articles]
    return {
        "available": bool(found),
        "description": " … ".join(map(said.quote, found)),
        "url": "",
        "email": "",
        "identificationEvidences": [],
        "seloste": [said.about(node)["seloste"] for node in found],
    }


def _automated(said: _Said) -> Document:
    found = said.of("dpv:AutomatedDecisionMaking")
    quotes = " … ".join(map(said.quote, found))
    return {"inUse": bool(found), "logicInvolved": "", "scopeAndIntendedEffects": quotes,
            "seloste": [said.about(node)["seloste"] for node in found]}  # fmt: skip


def _reference(concept: str) -> str:
    """A GDPR article as TILT writes it (GDPR-6-1-a); any other basis by its own name."""
    name = local_name(concept)
    return f"GDPR-{name[1:]}" if "/gdpr#A" in concept else name
