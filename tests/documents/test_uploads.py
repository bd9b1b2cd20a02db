"""Files on their way: no readable byte on the disk, no more memory than a block or two."""

import io
import os
import tracemalloc

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from nrm.uploads import BLOCK, SealedFile
from tests.documents import files


def filled(content: bytes, piece: int = 65_536) -> SealedFile:
    file = SealedFile()
    for start in range(0, len(content), piece):
        file.write(content[start : start + piece])
    return file


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
def test_what_was_written_is_read_wherever_one_looks(size):
    content = os.urandom(size)
    file = filled(content)
    assert file.size == size
    assert b"".join(file.blocks()) == content
    assert file.read() == content
    for place in {0, size // 2, max(0, size - 5)}:
        file.seek(place)
        assert file.read(BLOCK + 10) == io.BytesIO(content[place:]).read(BLOCK + 10)
    file.seek(-min(size, 3), io.SEEK_END)
    assert file.read() == content[size - min(size, 3) :]


def test_on_the_disk_lies_nothing_that_can_be_read():
    file = filled(b"Zamira Hoxhaj, Dragon Street 9. " * 40_000)
    file._disk.seek(0)
    kept = file._disk.read()
    assert len(kept) >= 4 * BLOCK
    assert b"Zamira" not in kept
    assert b"Dragon" not in kept
    assert isinstance(file._disk.name, int)  # a number, and no name in a folder


def test_a_file_of_25_megabytes_takes_the_memory_of_a_few_blocks():
    piece = bytes(65_536)
    tracemalloc.start()
    file = SealedFile()
    for _ in range(400):
        file.write(piece)
    for _block in file.blocks():
        pass
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert file.size == 400 * 65_536
    assert most < 8 * BLOCK


def test_djangos_own_handlers_are_not_in_use():
    assert settings.FILE_UPLOAD_HANDLERS == ["nrm.uploads.SealedUploadHandler"]


def test_a_page_that_takes_no_files_is_given_none(world):
    """A file sent to a page that asks for none is skipped while it arrives."""
    sent = {"text": "", "file": SimpleUploadedFile("a.pdf", files.pdf())}
    response = world.client("responder").post(reverse("referral_start"), sent)
    assert response.wsgi_request.FILES == {}


def test_more_than_a_form_to_a_page_without_files_is_refused_by_its_length(world):
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    sent = {"file": SimpleUploadedFile("a.pdf", bytes(most + 1))}
    response = world.client("caseworker").post(reverse("referral_start"), sent)
    assert response.status_code == 413
    assert "Nothing was saved" in response.content.decode()
