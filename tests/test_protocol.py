"""The SPARQL Protocol and content negotiation, without a server."""

from __future__ import annotations

import asyncio

import pytest

from queries import formats
from server import protocol
from server.connection import BodyTooLarge, ClientGone, read_body, while_connected
from server.negotiation import language_coverage, preferred
from server.protocol import (
    FORM,
    QUERY,
    BadRequest,
    NotAcceptable,
    Operation,
    UnsupportedMediaType,
    UpdateRefused,
    parse,
    wanted,
)

OFFERED = ("application/sparql-results+json", "text/csv", "text/turtle", "text/html")
J, C, T, H = OFFERED

NEGOTIATED = [
    # No wish, or an empty one: everything, in our order.
    (None, (J, C, T, H)),
    ("", (J, C, T, H)),
    ("*/*", (J, C, T, H)),
    # One type, upper case, parameters, spaces.
    ("text/csv", (C,)),
    ("TEXT/CSV", (C,)),
    ("text/turtle; charset=utf-8", (T,)),
    (" text/csv ; q=0.5 , text/html ", (H, C)),
    # Weights order; equal weights keep our order, not the header's.
    ("text/csv;q=0.1, text/turtle;q=0.9", (T, C)),
    ("text/turtle, text/csv", (C, T)),
    ("text/turtle;q=1.0, text/csv;q=1", (C, T)),
    # A named type goes before what a wildcard lets in.
    ("text/turtle, */*", (T, J, C, H)),
    ("text/turtle;q=0.5, */*;q=0.5", (T, J, C, H)),
    ("text/*, */*;q=0.1", (C, T, H, J)),
    # The closest range decides, also to exclude.
    ("*/*, text/csv;q=0", (J, T, H)),
    ("text/*;q=0, */*", (J,)),
    ("text/*;q=0.3, text/html;q=0.7, */*;q=0.5", (H, J, C, T)),
    ("text/csv;q=0", ()),
    # What browsers send.
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", (H, J, C, T)),
    # Nothing fits.
    ("image/png", ()),
    ("application/json", ()),
    # What cannot be read is passed over.
    ("text/csv;q=2, text/html", (H,)),
    ("text/csv;q=abc, text/html", (H,)),
    (",,;q=1, text/html", (H,)),
    ("<script>, text/html", (H,)),
]


@pytest.mark.parametrize(("header", "expected"), NEGOTIATED)
def test_media_types(header, expected):
    assert preferred(header, OFFERED) == expected


LANGUAGES = [
    (None, "en"),
    ("fi", "fi"),
    ("fi-FI,fi;q=0.9,en;q=0.8", "fi"),
    ("sv-FI, fi;q=0.5", "sv"),
    ("de, sv;q=0.3", "sv"),
    ("de", "en"),
    ("*", "en"),
    ("en;q=0.1, *;q=0.5", "fi"),
    ("fin", "en"),
]


@pytest.mark.parametrize(("header", "expected"), LANGUAGES)
def test_languages(header, expected):
    from server.messages import choose

    assert choose(None, header) == expected


def test_language_asked_for_wins_when_it_is_one_of_ours():
    from server.messages import choose

    assert choose("sv", "fi") == "sv"
    assert choose("de", "fi") == "fi"
    assert preferred("fi-FI", ("en", "fi"), language_coverage) == ("fi",)


ASKED = "SELECT%20*%20%7B%3Fs%20%3Fp%20%22a%2Bb%22%7D"
TEXT = 'SELECT * {?s ?p "a+b"}'


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body"),
    [
        ("GET", f"query={ASKED}", None, b""),
        ("HEAD", f"query={ASKED.replace('%20', '+')}", None, b""),
        ("POST", "", FORM, f"query={ASKED}".encode()),
        ("POST", "", f"{FORM}; charset=UTF-8", f"query={ASKED}".encode()),
        ("POST", "", QUERY, TEXT.encode()),
        ("POST", "", 'application/SPARQL-query;charset="utf-8"', TEXT.encode()),
    ],
)
def test_three_ways_to_ask_are_decoded_once(method, query_string, content_type, body):
    assert parse(method, query_string, content_type, body) == Operation(TEXT)


def test_dataset_is_kept_in_order_wherever_it_stands():
    graphs = "default-graph-uri=urn:a&default-graph-uri=urn:b&named-graph-uri=urn%3Ac"
    expected = Operation("ASK {}", ("urn:a", "urn:b"), ("urn:c",))
    assert parse("GET", f"query=ASK+%7B%7D&{graphs}") == expected
    assert parse("POST", graphs, QUERY, b"ASK {}") == expected
    assert parse("POST", "", FORM, f"query=ASK+%7B%7D&{graphs}".encode()) == expected


def test_no_query_asks_for_the_description():
    assert parse("GET", "format=turtle") == Operation(None, format="turtle")
    assert parse("GET", "") == Operation(None)


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "error"),
    [
        ("GET", "query=a&query=b", None, b"", BadRequest),
        ("GET", "query=a&format=csv&format=json", None, b"", BadRequest),
        ("GET", "query=%FF", None, b"", BadRequest),
        ("GET", "&".join(f"x{n}=1" for n in range(300)), None, b"", BadRequest),
        ("POST", "query=a", QUERY, b"b", BadRequest),
        ("POST", "query=a", FORM, b"query=b", BadRequest),
        ("POST", "", FORM, b"q=ASK", BadRequest),
        ("POST", "", QUERY, "ASK {}".encode("utf-16"), BadRequest),
        ("POST", "", FORM, b"query=\xff", BadRequest),
        ("POST", "", "text/plain", b"ASK {}", UnsupportedMediaType),
        ("POST", "", None, b"ASK {}", UnsupportedMediaType),
        ("POST", "", f"{QUERY}; charset=utf-16", b"", UnsupportedMediaType),
        ("POST", "", "application/sparql-update", b"CLEAR ALL", UpdateRefused),
        ("POST", "", FORM, b"update=CLEAR+ALL", UpdateRefused),
        ("GET", "update=CLEAR+ALL", None, b"", UpdateRefused),
    ],
)
def test_what_is_no_query_request(method, query_string, content_type, body, error):
    with pytest.raises(error):
        parse(method, query_string, content_type, body)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("csv", ("text/csv",)),
        ("CSV", ("text/csv",)),
        ("json", (formats.JSON, "application/ld+json", "application/json")),
        ("text/turtle", ("text/turtle",)),
        ("application/sparql-results+xml", (formats.XML,)),
        ("application/sparql-results xml", (formats.XML,)),  # a plus sign that was not encoded
    ],
)
def test_format_by_name_or_media_type_goes_before_accept(named, expected):
    assert wanted("text/html", named) == expected


@pytest.mark.parametrize(("accept", "named"), [("image/png", None), (None, "docx"), ("*/*", "image/png")])
def test_nothing_acceptable_says_what_there_is(accept, named):
    with pytest.raises(NotAcceptable) as caught:
        wanted(accept, named)
    assert "text/csv" in caught.value.available
    assert caught.value.status == 406


def test_what_is_offered_is_what_the_evaluator_writes():
    assert set(protocol.OFFERED) - {protocol.XLSX} == {name for kind in formats.MEDIA_TYPES.values() for name in kind}
    for kind, first in (("solutions", formats.JSON), ("boolean", formats.JSON), ("graph", formats.TURTLE)):
        assert formats.choose(kind, wanted("*/*", None)) == first
    for names in protocol.FORMATS.values():
        assert set(names) <= {*protocol.OFFERED, *protocol.BY_NAME, protocol.HTML}


def _receiving(*messages):
    waiting = list(messages)

    async def receive():
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def test_body_is_read_up_to_its_limit():
    parts = ({"type": "http.request", "body": b"ab", "more_body": True}, {"type": "http.request", "body": b"cd"})
    assert asyncio.run(read_body(_receiving(*parts), None, 4)) == b"abcd"
    with pytest.raises(BodyTooLarge):
        asyncio.run(read_body(_receiving(*parts), None, 3))
    with pytest.raises(BodyTooLarge):  # told beforehand: nothing is read
        asyncio.run(read_body(_receiving(), "5", 4))
    with pytest.raises(ClientGone):
        asyncio.run(read_body(_receiving({"type": "http.disconnect"}), None, 4))


def test_work_ends_when_the_client_goes_away():
    ended = []

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    with pytest.raises(ClientGone):
        asyncio.run(while_connected(_receiving({"type": "http.request"}, {"type": "http.disconnect"}), work()))
    assert ended == [True]


def test_work_is_given_to_a_client_that_stays():
    async def work():
        return 7

    async def failing():
        raise KeyError("x")

    assert asyncio.run(while_connected(_receiving(), work())) == 7
    with pytest.raises(KeyError):
        asyncio.run(while_connected(_receiving(), failing()))
