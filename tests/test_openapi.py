"""The OpenAPI document: valid, complete, and true of the server that it describes."""

from __future__ import annotations

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from server_fixture import build, served

from queries import catalogue
from server.messages import LANGUAGES

QUESTIONS = catalogue.load()


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with served(build(tmp_path_factory.mktemp("openapi") / "store")) as running:
        yield running.client


@pytest.fixture(scope="module")
def document(client):
    return client.get("/openapi.json").json()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_valid_in_every_language(client, language):
    found = client.get("/openapi.json", params={"lang": language}).json()
    assert [str(error) for error in OpenAPIV31SpecValidator(found).iter_errors()] == []
    assert found["paths"]["/questions/transfers-to-country"]["get"]["summary"] == QUESTIONS["transfers-to-country"].titles[language]


def test_each_question_is_a_path_with_typed_parameters(document):
    for name, question in QUESTIONS.items():
        found = {one["name"]: one for one in document["paths"][f"/questions/{name}"]["get"]["parameters"]}
        for parameter in question.parameters:
            if parameter.type != "language":
                assert found[parameter.name]["required"] == (parameter.default is None)
                assert found[parameter.name]["example"]
        assert "format" in found
    country = document["paths"]["/questions/transfers-to-country"]["get"]["parameters"][0]
    assert country["schema"] == {"type": "string", "pattern": "^[A-Za-z]{2}$"}


def test_operations_are_named_once(document):
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(names) == len(set(names))


def test_every_example_is_answered_in_the_media_types_it_names(client, document):
    for path, methods in document["paths"].items():
        if "{" in path or "get" not in methods or path == "/export":
            continue
        operation = methods["get"]
        given = {one["name"]: one["example"] for one in operation["parameters"] if "example" in one}
        params = {"default": ""} if path == "/graphs" else given
        response = client.get(path, params=params, headers={"Accept": "*/*"})
        assert response.status_code == 200, path
        assert response.headers["content-type"].partition(";")[0] in operation["responses"]["200"]["content"], path
