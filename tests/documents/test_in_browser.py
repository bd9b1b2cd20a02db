"""Adding files in a real browser: with progress, and the same without a script."""

from typing import Any

import pytest
from django.urls import reverse

from cases.models import Document
from tests.casework.people import assigned
from tests.documents import files


@pytest.mark.parametrize("javascript", [True, False])
def test_files_are_added_in_three_clicks_and_a_refused_one_is_told(
    world: Any, at: Any, eyes: Any, javascript: bool
) -> None:
    case = assigned(world, at=at)
    window = eyes(world.client("caseworker"), javascript=javascript)
    page = window.page
    window.go(reverse("case_documents", args=[case.reference]))

    def choose(*chosen: tuple[str, bytes]) -> None:
        page.get_by_label("Files").set_input_files(
            [{"name": name, "mimeType": "", "buffer": content} for name, content in chosen]
        )
        page.get_by_label("What it is").select_option("photograph")
        page.get_by_label("Who gave it to you").select_option("person")
        page.get_by_role("button", name="Save the files").click()

    choose(("a.jpg", files.jpeg()), ("scan.heic", files.heic()), ("b.pdf", files.pdf(700_000)))
    summary = page.locator(".govuk-error-summary")
    summary.wait_for()
    assert "File 2, “scan.heic”, was not saved." in summary.inner_text()
    assert "Your other 2 files are saved." in summary.inner_text()
    assert page.locator(".nrm-document").count() == 2
    assert page.title().startswith("Error:")

    # The form that came back is whole: it can be sent again.
    choose(("scan.png", files.png()))
    page.get_by_text("The file is saved as document 3.").wait_for()
    assert Document.objects.count() == 3
    with page.expect_download() as download:
        page.get_by_role("link", name="Download document 3").click()
    assert download.value.suggested_filename == f"{case.reference}-document-3.png"
    assert window.faults == []
    if javascript:
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
