"""Small true files, and some that only look like one."""

import io
import struct
import zipfile
import zlib

from nrm.uploads import SealedFile, Upload

NAME = "Zamira Hoxhaj passport.jpg"  # what somebody called a file


def part(marker: int, data: bytes) -> bytes:
    """One part of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


# One grey pixel: tables, frame, scan.
_TABLES = part(0xDB, b"\0" + b"\x10" * 64)
_FRAME = part(0xC0, struct.pack(">BHHB3B", 8, 1, 1, 1, 1, 0x11, 0))
_CODES = part(0xC4, b"\0" + b"\1" + bytes(15) + b"\0") + part(
    0xC4, b"\x10" + b"\1" + bytes(15) + b"\0"
)
_SCAN = part(0xDA, b"\1\1\0\0\x3f\0") + b"\x3f"
PICTURE = _TABLES + _FRAME + _CODES + _SCAN + b"\xff\xd9"
JFIF = part(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")


def jpeg(text: bytes = b"Dragon Street 9", grey: int = 16) -> bytes:
    """A picture with a comment beside it; of another `grey` it is another picture."""
    tables = part(0xDB, b"\0" + bytes([grey % 255 or 255]) * 64)
    picture = tables + _FRAME + _CODES + _SCAN + b"\xff\xd9" if grey != 16 else PICTURE
    return b"\xff\xd8" + JFIF + part(0xFE, text) + picture


def exif(*, upright: int = 1, order: str = ">") -> bytes:
    """Exif as a telephone writes it: maker, which way up, when, and where."""
    mark = b"MM\0*" if order == ">" else b"II*\0"

    def tag(number: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack(order + "HHL", number, kind, count) + value

    def short(value: int) -> bytes:
        return struct.pack(order + "HH", value, 0)

    def long(value: int) -> bytes:
        return struct.pack(order + "L", value)

    first = [
        tag(0x010F, 2, 4, b"Sam\0"),
        tag(0x0112, 3, 1, short(upright)),
        tag(0x8769, 4, 1, long(8 + 2 + 4 * 12 + 4)),
        tag(0x8825, 4, 1, long(8 + 2 + 4 * 12 + 4 + 2 + 12 + 4)),
    ]
    inner = [tag(0x9003, 2, 4, b"202\0")]
    place = [tag(0x0001, 2, 2, b"N\0\0\0"), tag(0x001D, 2, 4, b"DRAG")]
    ifds = [
        struct.pack(order + "H", len(tags)) + b"".join(tags) + long(0)
        for tags in (first, inner, place)
    ]
    return mark + long(8) + b"".join(ifds)


def photograph(*, upright: int = 6, order: str = ">") -> bytes:
    """With all that a telephone tells: Exif, XMP, a profile, a second picture after the end."""
    return (
        b"\xff\xd8"
        + part(0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\1" + b"THU")
        + part(0xE1, b"Exif\0\0" + exif(upright=upright, order=order))
        + part(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x GPSLatitude='51,30N' by='Dragon'/>")
        + part(0xE2, b"ICC_PROFILE\0\1\1Dragon Street")
        + part(0xED, b"Photoshop 3.0\0Dragon Street")
        + part(0xFE, b"Dragon Street 9")
        + PICTURE
        + b"MotionPhoto Dragon Street"
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*more: bytes, width: int = 1, height: int = 1) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(more) + body


def pdf_with(*objects: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"\n".join(objects) + b"\n%%EOF"


def inflating(content: bytes, about: bytes = b"/Type/ObjStm") -> bytes:
    """A stream of a PDF that holds this, compressed."""
    packed = zlib.compress(content, 9)
    head = b"9 0 obj <<%s/Filter/FlateDecode/Length %d>>\nstream\n" % (about, len(packed))
    return head + packed + b"\nendstream endobj"


def unfolding_to_names(size: int) -> bytes:
    """A small PDF that unfolds to names which each begin like one that is looked for."""
    return pdf_with(inflating(b"/E#/J#/R#/" * (size // 10), b""))


def streams_over_one_another() -> bytes:
    """A PDF of 2 MB: in each stream, which unfolds to next to nothing, another one begins."""
    word = b"stream\n\x78\1"
    inside = b"\0" + struct.pack("<HH", len(word), len(word) ^ 0xFFFF) + word
    return pdf_with(word + (inside + b"\0\0\0\xff\xff" * 200) * 2000)


def pdf(size: int = 0) -> bytes:
    body = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\n"
    return body + b"%" * max(0, size - len(body) - 6) + b"\n%%EOF"


def heic() -> bytes:
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


def docx(*more: str, **parts: bytes | str) -> bytes:
    """A Word document with parts of these names, and of this content (`word__a` is word/a)."""
    return archive(
        {
            "[Content_Types].xml": "<xml/>",
            "word/document.xml": "<xml/>",
            **dict.fromkeys(more, "<xml/>"),
            **{name.replace("__", "/"): content for name, content in parts.items()},
        }
    )


def archive(parts: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


def relations(kind: str, *, mode: str = "External", target: str = "http://far.example/x") -> str:
    return (
        f"<Relationships><Relationship Id='r' Target='{target}' TargetMode='{mode}' Type='http:"
        f"//schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}'/></Relationships>"
    )


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("run.exe", "MZ")
    return stream.getvalue()


def compound(*streams: str) -> bytes:
    """The older form of office files, with streams of these names."""
    entries = (name.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(entries)


def upload(content: bytes, name: str = "scan.pdf") -> Upload:
    """A file as a view is given it."""
    sealed = SealedFile()
    sealed.write(content)
    return Upload(sealed, name, len(content))
