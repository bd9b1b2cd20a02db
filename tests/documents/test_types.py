"""What a file is, is told by what is in it."""

import io
import struct

import pytest

from cases.rules.documents import TYPE_LABELS, allowed, type_of
from nrm.profiles import load_profile
from nrm.profiles.shape import FILE_TYPES
from tests.documents import files


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (files.jpeg(), "jpeg"),
        (files.png(), "png"),
        (files.pdf(), "pdf"),
        (files.heic(), "heic"),
        (files.docx(), "docx"),
        (files.compound("WordDocument"), "doc"),
        # What only looks like one of them
        (files.zipped(), ""),
        (files.compound("Workbook"), ""),
        (b"", ""),
        (b"MZ\x90\x00" + files.pdf(), ""),
        (b"<html><script>alert(1)</script>", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ""),
        (b"GIF89a" + files.jpeg(), ""),
        (b"\x89PNG\r\n\x1a\n" + b"<script>" * 4, ""),
        (b"PK\x03\x04" + b"x" * 100, ""),
        (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", ""),
    ],
)
def test_type_is_told_by_the_content(content, found):
    assert type_of(io.BytesIO(content)) == found


def test_a_directory_that_lies_about_its_length_is_no_document():
    """A zip whose directory would be read into a gigabyte is refused by its own announcement."""
    honest = files.docx()
    end = honest.rindex(b"PK\x05\x06")
    for size, offset in ((0xFFFFFFF0, 0), (900, 0xFFFFFF00)):
        lying = bytearray(honest)
        lying[end + 12 : end + 20] = struct.pack("<2L", size, offset)
        assert type_of(io.BytesIO(bytes(lying))) == ""


def test_every_type_a_profile_may_name_can_be_told_and_said():
    assert set(FILE_TYPES.values()) == set(TYPE_LABELS)
    for code in ("uk", "palermo"):
        assert allowed(load_profile(code).evidence) == "JPG, PNG, PDF, DOC or DOCX"
