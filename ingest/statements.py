"""Everything that a notice says, ready to be written as RDF; and what it says in two languages, put together.

A page that says the same in Finnish and in Swedish makes one set of claims with the places of both. What differs stays
apart: a transfer that only one of the texts names is a statement of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.claims import Claim, Iri, Text, merged
from ingest.contacts import Contact
from ingest.controllers import Controller
from ingest.defects import Defect
from ingest.mentions import Process
from ingest.notice import Span
from ingest.organisations import Organisation
from ontology.namespaces import SEL

TRANSFER = "transfer/"


@dataclass(frozen=True, slots=True)
class Statements:
    """What a notice says: its claims, who is named in it, its defects, activities, title and date.

    `people` are the places of what may be names of people, beside those of contact points.
    """

    claims: Sequence[Claim]
    controllers: Sequence[Controller]
    organisations: Sequence[Organisation]
    contacts: Sequence[Contact]
    defects: Sequence[Defect]
    processes: Mapping[Process, Span | None]
    title: Span | None
    date: str | None
    people: Sequence[Span] = ()


def joined(found: Sequence[Statements]) -> Statements:
    """What a notice says in several languages, the main one first, as one.

    The controller is told once: its name in another language is not that of another controller.
    """
    controllers = next((each.controllers for each in found if each.controllers), ())
    claims = [c for each in found for c in each.claims if not _is_controller(c)]
    own = [c for each in found if each.controllers is controllers for c in each.claims if _is_controller(c)]
    processes = {process: title for each in reversed(found) for process, title in each.processes.items()}
    return Statements(
        claims=merged([*own, *_renumbered(claims)]),
        controllers=controllers,
        organisations=list({o.iri: o for each in reversed(found) for o in each.organisations}.values()),
        contacts=list({(c.officer, c.emails, c.phones, c.name): c for each in found for c in each.contacts}.values()),
        defects=[d for each in found for d in each.defects],
        processes=dict(sorted(processes.items())),
        title=next((each.title for each in found if each.title is not None), None),
        date=max((each.date for each in found if each.date), default=None),
        people=[span for each in found for span in each.people],
    )


def _is_controller(claim: Claim) -> bool:
    return claim.key.startswith("controller/")


def _renumbered(claims: Sequence[Claim]) -> Iterator[Claim]:
    """The claims, transfers numbered anew: those that state the same have the same number."""
    numbers: dict[object, str] = {}
    for claim in claims:
        if str(SEL.Transfer) not in claim.classes:
            yield claim
            continue
        stated = tuple((p, v) for p, v in claim.values if isinstance(v, Iri | Text))
        same = claim.polarity.modality, stated, claim.processes
        key = numbers.setdefault(same, f"{TRANSFER}{len(numbers) + 1}")
        yield claim._replace(key=key)
