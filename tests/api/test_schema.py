"""The committed schema is the schema: what integrators read is what the service does."""

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.utils import translation

COMMITTED = Path(__file__).parent.parent.parent / "openapi.yaml"
AGAIN = ".venv/bin/python manage.py spectacular --validate --fail-on-warn --file openapi.yaml"


@pytest.fixture
def made(tmp_path: Path) -> str:
    """The schema as the code makes it now; a warning or an invalid schema fails."""
    file = tmp_path / "openapi.yaml"
    with translation.override("en"):
        call_command("spectacular", file=str(file), validate=True, fail_on_warn=True)
    return file.read_text()


def test_the_committed_schema_is_the_one_that_the_code_makes(made: str) -> None:
    assert COMMITTED.read_text() == made, f"openapi.yaml is out of date: {AGAIN}"


def test_every_operation_says_what_it_does_and_how_it_refuses(made: str) -> None:
    schema = yaml.safe_load(made)
    assert schema["openapi"].startswith("3.1")
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation.get("summary"), where
            assert operation.get("tags"), where
            told = operation["responses"]
            assert {"401", "403"} <= set(told), where
            for status, response in told.items():
                if status >= "400":
                    assert set(response["content"]) == {"application/problem+json"}, where
            if "{reference}" in path:
                assert "404" in told, where


def test_the_schema_is_served_to_anybody_and_needs_no_database_context(db: None) -> None:
    response = Client().get("/api/v1/schema/", headers={"Accept": "application/yaml"})
    assert response.status_code == 200
    assert yaml.safe_load(response.content)["openapi"].startswith("3.1")
