"""What is inside a file: what would run, hide, call out or unfold is refused with a plain reason;
what a photograph tells beside the picture does not leave with it."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from dataclasses import replace
from time import thread_time

import pytest
from django.urls import reverse

from cases.actions.documents import download_document
from cases.models import Document
from cases.rules.files import Hidden, clean, hidden_in, objections_to_content, pdfs
from cases.rules.files.pictures import MOST_PIXELS
from nrm.audit.models import Event
from nrm.profiles import load_profile
from nrm.uploads import SealedFile
from tests.api.tools import api
from tests.casework.people import assigned
from tests.documents import files
from tests.documents.test_documents import add, body, url

LIMITS = load_profile("uk").evidence
MEGABYTE = 1024 * 1024


def said(content: bytes, file_type: str, limits=LIMITS) -> list[str]:
    return [o.code for o in objections_to_content(io.BytesIO(content), file_type, limits)]


# All that a photograph can tell; who wrote it stands in other files.
PHOTOGRAPHED = set(Hidden) - {Hidden.AUTHOR}


def told(content: bytes, file_type: str) -> frozenset[Hidden]:
    return hidden_in(io.BytesIO(content), file_type, LIMITS)


def many(count: int) -> bytes:
    return files.docx(*(f"word/{number}.xml" for number in range(count)))


def lying() -> bytes:
    """A part whose size is told as less than it is."""
    honest = files.docx(word__a=b"a" * 5000)
    return honest.replace(struct.pack("<L", 5000), struct.pack("<L", 10))


def overlapping() -> bytes:
    """Two names for the same part, as bombs that unfold a part many times have it."""
    honest = files.docx("word/a.xml")
    end = honest.rindex(b"PK\x05\x06")
    first = honest.index(b"PK\x01\x02")
    (length,) = struct.unpack_from("<L", honest, end + 12)
    entry = bytearray(honest[first : honest.index(b"PK\x01\x02", first + 4)])
    other = entry.replace(b"[Content_Types].xml", b"[Content_Types].xmk")
    tail = bytearray(honest[end:])
    struct.pack_into("<2H", tail, 8, 4, 4)
    struct.pack_into("<L", tail, 12, length + len(other))
    return honest[:first] + bytes(other) + honest[first:end] + bytes(tail)


def second_directory() -> bytes:
    honest = files.docx()
    end = honest.rindex(b"PK\x05\x06")
    return honest[:end] + b"PK\x06\x07" + bytes(16) + honest[end:]


def encrypted() -> bytes:
    content = bytearray(files.docx())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(sign)
        while place >= 0:
            content[place + at] |= 1
            place = content.find(sign, place + 1)
    return bytes(content)


def otherwise_packed() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("[Content_Types].xml", "<xml/>")
        made.writestr("word/document.xml", "<xml/>")
    return stream.getvalue()


MACRO_TYPE = (
    "<Types><Override PartName='/word/x.bin' "
    "ContentType='application/vnd.ms-office.&#118;baProject'/></Types>"
)
HOSTILE = {
    # What unfolds
    "a part of 30 MB that is 30 KB": (files.docx(word__a=bytes(30 * MEGABYTE)), "docx", "bomb"),
    "more parts than a document has": (many(2100), "docx", "bomb"),
    "a part that lies about its size": (lying(), "docx", "damaged"),
    "two names for one part": (overlapping(), "docx", "bomb"),
    "an archive in a document": (files.docx(word__a=files.zipped()), "docx", "embedded"),
    "a document in a document in a document": (
        files.docx(word__a=files.docx(word__b=files.docx())),
        "docx",
        "embedded",
    ),
    "a bomb in a document in a document": (
        files.docx(word__a=files.docx(word__b=bytes(30 * MEGABYTE))),
        "docx",
        "bomb",
    ),
    "a part packed in a way without a limit": (otherwise_packed(), "docx", "damaged"),
    "a stream of a PDF that unfolds to 300 MB": (
        files.pdf_with(files.inflating(bytes(300 * MEGABYTE), b"")),
        "pdf",
        "bomb",
    ),
    "a picture of a thousand million pixels": (
        files.png(width=MOST_PIXELS, height=2),
        "png",
        "bomb",
    ),
    # What runs
    "macros by their usual name": (files.docx("word/vbaProject.bin"), "docx", "macros"),
    "macros by their type, escaped": (
        files.archive({"[Content_Types].xml": MACRO_TYPE, "word/document.xml": "<x/>"}),
        "docx",
        "macros",
    ),
    "a document named docx that is a docm": (
        files.archive(
            {
                "[Content_Types].xml": "<T><O ContentType='application/vnd.ms-word.document."
                "macroEnabled.main+xml'/></T>",
                "word/document.xml": "<x/>",
            }
        ),
        "docx",
        "macros",
    ),
    "macros by their relation alone": (
        files.docx(**{"word__x.rels": files.relations("vbaProject", mode="Internal", target="a")}),
        "docx",
        "macros",
    ),
    "macros in an older document": (
        files.compound("WordDocument", "Macros", "_VBA_PROJECT"),
        "doc",
        "macros",
    ),
    "macros in an older document, in small letters": (
        files.compound("WordDocument", "_vba_project"),
        "doc",
        "macros",
    ),
    "macros of an older document in a new one": (
        files.docx(word__a=files.compound("Workbook", "_VBA_PROJECT_CUR")),
        "docx",
        "macros",
    ),
    "a control": (files.docx("word/activeX/activeX1.bin"), "docx", "active"),
    "a script in a PDF": (
        files.pdf_with(b"1 0 obj <</OpenAction<</S/JavaScript/JS(app.alert(1))>>>> endobj"),
        "pdf",
        "active",
    ),
    "a script in a PDF, escaped": (
        files.pdf_with(b"1 0 obj <</S/J#61va#53cript/JS 2 0 R>> endobj"),
        "pdf",
        "active",
    ),
    "a script in an object stream": (
        files.pdf_with(files.inflating(b"5 0 <</S/JavaScript/JS(x)>>")),
        "pdf",
        "active",
    ),
    "a program that is started": (
        files.pdf_with(b"1 0 obj <</S /Launch /F (cmd.exe)>> endobj"),
        "pdf",
        "active",
    ),
    "a form that sends itself": (
        files.pdf_with(b"1 0 obj <</S/SubmitForm/F(http://far.example)>> endobj"),
        "pdf",
        "active",
    ),
    "a form with scripts of its own": (
        files.pdf_with(b"1 0 obj <</AcroForm<</XFA [1 0 R]>>>> endobj"),
        "pdf",
        "active",
    ),
    "an address asked for when it opens": (
        files.pdf_with(
            b"1 0 obj <</OpenAction 2 0 R>> endobj", b"2 0 obj <</S/URI/URI(http://x)>> endobj"
        ),
        "pdf",
        "active",
    ),
    "objects that cannot be inflated": (
        files.pdf_with(b"1 0 obj <</Type/ObjStm/Filter/LZWDecode>>\nstream\nxyz\nendstream"),
        "pdf",
        "damaged",
    ),
    # What is hidden inside
    "a program in a document": (files.docx(word__a=b"MZ" + bytes(100)), "docx", "embedded"),
    "a package in a document": (
        files.docx(word__a=files.compound("\x01Ole10Native")),
        "docx",
        "embedded",
    ),
    "a package in an older document": (
        files.compound("WordDocument", "\x01Ole10Native"),
        "doc",
        "embedded",
    ),
    "a file in a PDF": (
        files.pdf_with(b"1 0 obj <</Type/EmbeddedFile>> endobj"),
        "pdf",
        "embedded",
    ),
    # What calls out
    "a template from far away": (
        files.docx(**{"word__settings.xml.rels": files.relations("attachedTemplate")}),
        "docx",
        "calls_out",
    ),
    "a picture that tells when it is looked at": (
        files.docx(**{"word__document.xml.rels": files.relations("image")}),
        "docx",
        "calls_out",
    ),
    "another file that a PDF goes to": (
        files.pdf_with(b"1 0 obj <</S/GoToR/F(\\\\far\\x.pdf)>> endobj"),
        "pdf",
        "calls_out",
    ),
    # What cannot be looked into
    "a locked document": (encrypted(), "docx", "locked"),
    "a locked older document": (files.compound("WordDocument", "EncryptionInfo"), "doc", "locked"),
    "a locked PDF": (files.pdf_with(b"trailer <</Encrypt 4 0 R>>"), "pdf", "locked"),
    "entities in a document": (
        files.archive(
            {
                "[Content_Types].xml": "<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>",
                "word/document.xml": "<x/>",
            }
        ),
        "docx",
        "damaged",
    ),
    "what is no XML": (
        files.archive({"[Content_Types].xml": "no", "word/document.xml": "<x/>"}),
        "docx",
        "damaged",
    ),
    "a photograph without a picture": (b"\xff\xd8" + files.JFIF + b"\xff\xd9", "jpeg", "damaged"),
    "a photograph of lies": (b"\xff\xd8" + files.JFIF + b"\xff\xe1\xff\xffab", "jpeg", "damaged"),
    "a photograph of more parts than any has": (
        b"\xff\xd8" + files.part(0xFE, b"") * 60_000 + files.PICTURE,
        "jpeg",
        "damaged",
    ),
    "a picture of more parts than any has": (
        files.png(*[files.chunk(b"tEXt", b"")] * 60_000),
        "png",
        "damaged",
    ),
    "a PDF of more streams than any has": (
        files.pdf_with(b"stream\n" * 60_000),
        "pdf",
        "damaged",
    ),
    "a PDF that opens in many ways": (
        files.pdf_with(*[b"/OpenAction %d 0 R" % n for n in range(9)]),
        "pdf",
        "active",
    ),
    "a PDF whose action stands behind a remark": (
        files.pdf_with(
            b"1 0 obj <</OpenAction %here\n2 %and\r0 R>> endobj",
            b"2 0 obj <</S/URI/URI(http://x)>> endobj",
        ),
        "pdf",
        "active",
    ),
    "a PDF that opens in a way that cannot be read": (
        files.pdf_with(b"1 0 obj <</OpenAction" + b" " * 500 + b"2 0 R>> endobj"),
        "pdf",
        "active",
    ),
    "objects of a PDF that are packed twice": (
        files.pdf_with(files.inflating(zlib.compress(b"5 0 <</S/JavaScript/JS(x)>>"))),
        "pdf",
        "damaged",
    ),
    "a picture that ends in its head": (files.png()[:30], "png", "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_its_reason(name):
    content, file_type, code = HOSTILE[name]
    assert len(content) < LIMITS.megabytes * MEGABYTE
    assert said(content, file_type)[:1] == [code]


HARMLESS = {
    "a document with a link and a picture": (
        files.docx(
            **{
                "word__document.xml.rels": files.relations("hyperlink"),
                "word__media__a.png": files.png(),
                "word__b.rels": files.relations("image", mode="Internal", target="a.png"),
            }
        ),
        "docx",
    ),
    "a document with a table of numbers": (
        files.docx(word__embeddings__a=files.docx("xl/workbook.xml")),
        "docx",
    ),
    "an older document": (files.compound("WordDocument", "1Table", "Data"), "doc"),
    "a PDF that opens at a page": (
        files.pdf_with(
            b"1 0 obj <</OpenAction [3 0 R /FitH null]>> endobj",
            b"2 0 obj <</OpenAction 7 0 R>> endobj 7 0 obj [3 0 R /Fit] endobj",
            b"4 0 obj <</OpenAction<</S/GoTo/D[3 0 R]>>>> endobj",
        ),
        "pdf",
    ),
    "a PDF with a link, and pages that compress well": (
        files.pdf_with(
            b"1 0 obj <</S/URI/URI(http://help.example)>> endobj",
            files.inflating(b"BT (JavaScript and EmbeddedFile) Tj ET" * 9999, b""),
        ),
        "pdf",
    ),
    "a photograph": (files.photograph(), "jpeg"),
    "a picture": (files.png(), "png"),
    "a photograph that was cut off": (files.jpeg()[:-2], "jpeg"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_people_send_is_kept(name):
    assert said(*HARMLESS[name]) == []


@pytest.mark.parametrize("over", range(-24, 3))
def test_a_name_is_found_wherever_the_windows_end_in_which_a_file_is_read(over):
    """Of a script, of a stream in which there is one, and no longer name that begins like one."""
    blank = b" " * (pdfs._WINDOW + over - len(b"%PDF-1.7\n"))
    assert said(files.pdf_with(blank + b"/JavaScript 1"), "pdf") == ["active"]
    assert said(files.pdf_with(blank + b"/EncryptMetadata 1"), "pdf") == []
    assert (
        said(files.pdf_with(blank + b"/OpenAction 2 0 R"), "pdf") == []
    )  # there is no such object
    if over in (-24, -17, -6, -3, 0):
        stream = files.inflating(b"5 0 /JavaScript")
        start = blank[: -stream.index(b"stream\n")]
        assert said(files.pdf_with(start + stream), "pdf") == ["active"]


@pytest.mark.parametrize(
    ("content", "file_type"),
    [
        (files.unfolding_to_names(40 * MEGABYTE), "pdf"),
        (files.streams_over_one_another(), "pdf"),
    ],
    ids=["names that nearly are some", "each stream begins in the one before"],
)
def test_a_file_made_to_be_slow_is_refused_when_its_time_is_over(content, file_type, monkeypatch):
    """Both would take minutes; the whole of it takes little more than the time that a file has."""
    monkeypatch.setattr("cases.rules.files.effort.MOST_SECONDS", 0.3)
    began = thread_time()
    assert said(content, file_type) == ["too_long"]
    assert thread_time() - began < 1.5


def test_a_photograph_of_many_scans_is_read_once():
    """With a whole block for each, 45,000 of them took minutes."""
    scans = (files.part(0xDA, b"\1\1\0\0\x3f\0") + b"\x3f") * 20_000
    content = files.jpeg()[:-2] + scans + bytes(MEGABYTE) + b"\xff\xd9"
    began = thread_time()
    assert said(content, "jpeg") == []
    assert thread_time() - began < 1.5


def test_a_large_file_is_looked_into_in_the_memory_of_a_few_windows():
    content = SealedFile()
    content.write(b"%PDF-1.7\n")
    for _megabyte in range(24):
        content.write(b"1 0 obj " * 100 + b"%" * (MEGABYTE - 800))
    content.write(b"/OpenAction 1 0 R ")
    tracemalloc.start()
    try:
        found = [o.code for o in objections_to_content(content, "pdf", LIMITS)]
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == ["active"]
    assert most < 5 * MEGABYTE


def test_a_slow_file_is_refused_and_the_others_of_its_form_are_kept(world, case, at, monkeypatch):
    monkeypatch.setattr("cases.rules.files.effort.MOST_SECONDS", 0.05)
    slow = files.unfolding_to_names(8 * MEGABYTE)
    added = add(world, case, files.jpeg(), slow, files.png(), at=at)
    assert [row.file_type for row in added.saved] == ["jpeg", "png"]
    (refused,) = added.refused
    assert [(refused.place, o.code) for o in refused.objections] == [(2, "too_long")]
    assert "too long to check" in str(refused.objections[0].text)


def test_a_profile_says_how_far_a_document_may_unfold():
    content = files.docx(word__a=b"".join(n.to_bytes(4, "big") for n in range(600_000)))
    assert said(content, "docx") == []
    assert said(content, "docx", replace(LIMITS, unpacked_megabytes=2)) == ["bomb"]
    assert said(content, "docx", replace(LIMITS, parts=2)) == ["bomb"]


# Photographs -------------------------------------------------------------------------------------
def cleaned(content: bytes) -> bytes:
    copy = io.BytesIO()
    clean(io.BytesIO(content), copy)
    return copy.getvalue()


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_copy_of_a_photograph_holds_the_picture_and_which_way_up_it_is(order):
    content = files.photograph(upright=6, order=order)
    assert told(content, "jpeg") == PHOTOGRAPHED
    copy = cleaned(content)
    for word in (b"Dragon", b"DRAG", b"Sam", b"GPS", b"THU", b"Motion", b"Photoshop", b"ICC"):
        assert word in content
        assert word not in copy
    assert copy.endswith(files.PICTURE)
    assert copy.count(b"Exif") == 1
    assert struct.pack(">HHLHH", 0x0112, 3, 1, 6, 0) in copy
    assert told(copy, "jpeg") == set()
    assert cleaned(copy) == copy
    assert b"Exif" not in cleaned(files.photograph(upright=1))
    # Nothing that is no direction is taken for one.
    assert b"Exif" not in cleaned(files.photograph(upright=9))


def test_the_picture_itself_is_copied_to_the_byte_over_the_blocks():
    scan = files.part(0xDA, b"\1\1\0\0\x3f\0")
    data = (b"\x00\xff\x00\xff\xd3ab" * 400_000)[: 2 * 256 * 1024 + 1]
    for cut in range(6):  # so that an FF lies at the end of a block in one of them
        inside = data[cut:] + b"\xff\x00"
        more = files.part(0xC4, b"\0" + bytes(16)) + scan + b"second"
        content = b"\xff\xd8" + files.PICTURE[: -2 - 1 - len(scan)] + scan + inside + more
        assert cleaned(content + b"\xff\xd9" + b"after") == content + b"\xff\xd9"


def test_a_copy_of_a_picture_holds_what_shows_it():
    telling = [
        files.chunk(b"tEXt", b"Author\0Dragon"),
        files.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<GPSLatitude>Dragon"),
        files.chunk(b"zTXt", b"a\0\0" + zlib.compress(b"Dragon")),
        files.chunk(b"tIME", bytes(7)),
        files.chunk(b"eXIf", files.exif()),
        files.chunk(b"iCCP", b"Dragon\0\0"),
        files.chunk(b"prVt", b"Dragon"),
    ]
    kept = [files.chunk(b"gAMA", bytes(4)), files.chunk(b"pHYs", bytes(9))]
    content = files.png(*telling, *kept) + b"<script>Dragon</script>"
    assert told(content, "png") == PHOTOGRAPHED
    assert cleaned(content) == files.png(*kept)
    assert told(files.png(*kept), "png") == set()
    turned = cleaned(files.png(files.chunk(b"eXIf", files.exif(upright=8))))
    assert told(turned, "png") == set()
    assert struct.pack(">HHLHH", 0x0112, 3, 1, 8, 0) in turned
    assert cleaned(turned) == turned


def test_what_exif_says_wrongly_does_no_harm():
    for tiff in (
        b"",
        b"MM",
        b"MM\0*\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff" + bytes(40),
        b"XX" * 9,
    ):
        content = b"\xff\xd8" + files.part(0xE1, b"Exif\0\0" + tiff) + files.PICTURE
        assert cleaned(content) == b"\xff\xd8" + files.PICTURE


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def test_a_download_of_a_photograph_is_without_the_place_and_the_original_is_asked_for(
    world, case, at
):
    (document,) = add(world, case, files.photograph(), at=at).saved
    client = world.client("caseworker")
    page = client.get(url(case)).content.decode()
    assert "The original also holds: the place where it was taken, the time, the telephone" in page
    assert "Download the original" in page
    address = url(case, "document_file", document.pk)
    assert body(client.get(address)) == cleaned(files.photograph())
    assert body(client.get(address + "?copy=original")) == files.photograph()
    looks = Event.objects.filter(verb="document.downloaded").order_by("id")
    assert [look.data["copy"] for look in looks] == ["cleaned", "original"]


def test_other_files_leave_as_they_came_and_the_page_offers_no_other(world, case, at):
    (document,) = add(world, case, files.pdf(), at=at).saved
    client = world.client("caseworker")
    page = client.get(url(case)).content.decode()
    assert "Download the original" not in page
    assert "The original also holds" not in page
    assert body(client.get(url(case, "document_file", document.pk))) == files.pdf()


def test_what_a_photograph_tells_is_not_readable_in_the_database(world, case, at):
    (document,) = add(world, case, files.photograph(), at=at).saved
    told = bytes(Document.objects.get(pk=document.pk).told)
    assert b"place" not in told


def test_a_photograph_of_before_is_served_as_the_original_alone(world, case, at):
    """Kept before photographs were looked into, and no picture to its end."""
    (document,) = add(world, case, files.pdf(), at=at).saved
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE cases_document SET file_type = 'jpeg' WHERE id = %s", [document.pk])
    client = world.client("caseworker")
    answer = client.get(reverse("document_file", args=[case.reference, document.pk]))
    assert answer.status_code == 422
    assert "Use the original" in answer.content.decode()
    document.refresh_from_db()
    whole = download_document(document, actor=world.caseworker, at=at, original=True)
    assert whole.read() == files.pdf()


# Who wrote it -------------------------------------------------------------------------------------
def properties(**parts: str) -> bytes:
    """A Word document with these parts, named with `__` for a stroke."""
    told = {f"{name.replace('__', '/')}.xml": text for name, text in parts.items()}
    return files.archive({"[Content_Types].xml": "<T/>", "word/document.xml": "<x/>", **told})


WRITTEN = {
    "by an author": (
        properties(docProps__core="<cp:c><dc:creator>Amal Dragon</dc:creator></cp:c>"),
        "docx",
    ),
    "saved by somebody": (
        properties(docProps__core="<cp:c><cp:lastModifiedBy>Amal</cp:lastModifiedBy></cp:c>"),
        "docx",
    ),
    "for a company": (properties(docProps__app="<P><Company> Dragon Ltd</Company></P>"), "docx"),
    "with a comment": (properties(word__comments="<w:comment w:author='Amal'/>"), "docx"),
    "with a tracked change, far into it": (
        properties(word__document="<x>" + "a" * 70_000 + '<w:ins w:author="Amal"/></x>'),
        "docx",
    ),
    "in the older form": (files.compound("WordDocument", "\x05SummaryInformation"), "doc"),
    "a PDF by an author": (files.pdf_with(b"1 0 obj <</Author (Amal)>> endobj"), "pdf"),
    "a PDF, escaped, in UTF-16": (
        files.pdf_with(b"1 0 obj <</#41uthor <FEFF0041>>> endobj"),
        "pdf",
    ),
    "a PDF, in an object stream": (
        files.pdf_with(files.inflating(b"5 0 <</Author(Amal)>>")),
        "pdf",
    ),
    "a PDF, in words": (files.pdf_with(b"<dc:creator><rdf:Seq><rdf:li>Amal"), "pdf"),
}
UNSIGNED = {
    "nothing filled in": (
        properties(docProps__core="<c><dc:creator></dc:creator><cp:lastModifiedBy/></c>"),
        "docx",
    ),
    "no properties": (files.docx(), "docx"),
    "in the older form": (files.compound("WordDocument", "1Table"), "doc"),
    "a PDF of a program": (files.pdf_with(b"1 0 obj <</Producer (X)/Author ()>> endobj"), "pdf"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_document_that_says_who_wrote_it_is_marked(name):
    content, file_type = WRITTEN[name]
    assert said(content, file_type) == []
    assert told(content, file_type) == {Hidden.AUTHOR}


@pytest.mark.parametrize("name", UNSIGNED)
def test_a_document_that_does_not_is_not(name):
    content, file_type = UNSIGNED[name]
    assert told(content, file_type) == set()


def test_who_adds_a_signed_document_is_told_and_it_is_kept_to_the_byte(world, case, at):
    """It is evidence: who wrote it may be what it proves. Whoever reads the list is told."""
    content, _type = WRITTEN["by an author"]
    plain, _type = UNSIGNED["no properties"]
    client = world.client("caseworker")
    before = client.get(url(case)).content.decode()
    assert "may say who wrote it, and leaves as it came" in before
    first, second = add(world, case, content, plain, at=at).saved
    page = client.get(url(case)).content.decode()
    assert page.count("The file also says: who wrote or saved it.") == 1
    assert "Amal" not in page
    assert body(client.get(url(case, "document_file", first.pk))) == content
    rows = api(world.caseworker).get(url(case, "api_documents")).json()["results"]
    assert {row["id"]: row["hidden"] for row in rows} == {
        str(first.pk): ["author"],
        str(second.pk): [],
    }
