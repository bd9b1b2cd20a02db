"""The committed schema is the schema: what integrators read is what the service does."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from nrm.accounts.scopes import ALL
from nrm.reference import chapters, described

COMMITTED = Path(__file__).parent.parent.parent / "openapi.yaml"
JSON = "application/json"
RECORD = "NRM_RECORD_EXAMPLES=1 python -m pytest on the tests that call it"
AGAIN = ".venv/bin/python manage.py spectacular --validate --fail-on-warn --file openapi.yaml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The schema as the code makes it now; a warning or an invalid schema fails."""
    file = tmp_path_factory.mktemp("schema") / "openapi.yaml"
    with translation.override("en"):
        call_command("spectacular", file=str(file), validate=True, fail_on_warn=True)
    return file.read_text()


@pytest.fixture(scope="module")
def schema(made: str) -> Any:
    return yaml.load(made, yaml.CSafeLoader)


def test_the_committed_schema_is_the_one_that_the_code_makes(made: str) -> None:
    assert COMMITTED.read_text() == made, f"openapi.yaml is out of date: {AGAIN}"


def test_every_operation_says_what_it_does_and_how_it_refuses(schema: Any) -> None:
    assert schema["openapi"].startswith("3.1")
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation.get("summary"), where
            assert operation.get("tags"), where
            told = operation["responses"]
            assert {"401", "403"} <= set(told), where
            for status, response in told.items():
                if status == "414":  # of the HTTP server
                    assert "content" not in response, where
                elif status >= "400":
                    assert set(response["content"]) == {"application/problem+json"}, where
            if "{" in path:
                assert "404" in told, where


def test_every_operation_has_an_example_that_fits_it(schema: Any) -> None:
    root = {"components": schema["components"]}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path} ({operation['operationId']}): record its example, {RECORD}"
            told = [operation.get("requestBody", {})]
            told += [answer for status, answer in operation["responses"].items() if status < "300"]
            contents = [each["content"] for each in told if "content" in each]
            found = [content["application/json"] for content in contents if JSON in content]
            assert len(found) == sum(JSON in content for content in contents)
            for content in found:
                assert "example" in content, where
                problems = list(
                    jsonschema.Draft202012Validator({**content["schema"], **root}).iter_errors(
                        content["example"]
                    )
                )
                assert problems == [], where


def test_every_refusal_is_described_in_words_with_an_example(schema: Any) -> None:
    for methods in schema["paths"].values():
        for operation in methods.values():
            assert operation["x-scope"] in ALL
            for status, answer in operation["responses"].items():
                assert answer["description"], (operation["operationId"], status)
                if status >= "400" and status != "414":
                    (content,) = answer["content"].values()
                    name = content["examples"]["refusal"]["$ref"].rpartition("/")[2]
                    assert schema["components"]["examples"][name]["value"]["status"] == int(status)


def test_the_schema_is_served_to_anybody_once_and_needs_no_database_context(db: None) -> None:
    response = Client().get("/api/v1/schema/", headers={"Accept": "application/yaml"})
    assert response.status_code == 200
    assert response.content == COMMITTED.read_bytes()
    unchanged = {"Accept": "application/yaml", "If-None-Match": response["ETag"]}
    again = Client().get("/api/v1/schema/", headers=unchanged)
    assert (again.status_code, again.content) == (304, b"")
    as_json = Client().get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert as_json.json()["openapi"].startswith("3.1")
    assert as_json["ETag"] != response["ETag"]


def test_the_reference_shows_every_operation_to_anybody(db: None) -> None:
    client = Client()
    index = client.get("/reference/").content.decode()
    operations = [o for methods in described()["paths"].values() for o in methods.values()]
    for operation in operations:
        assert f'#{operation["operationId"]}"' in index
    shown = "".join(client.get(f"/reference/{slug}/").content.decode() for slug in chapters())
    for operation in operations:
        assert f'id="{operation["operationId"]}"' in shown
    assert "<script>" not in shown
    assert " style=" not in shown
    assert client.get("/reference/no-such/").status_code == 404
