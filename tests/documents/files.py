"""Small true files, and some that only look like one."""

import io
import struct
import zipfile
import zlib

from nrm.uploads import SealedFile, Upload

NAME = "Zamira Hoxhaj passport.jpg"  # what somebody called a file


def jpeg(text: bytes = b"Dragon Street 9") -> bytes:
    comment = b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + comment


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


def pdf(size: int = 0) -> bytes:
    body = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\n"
    return body + b"%" * max(0, size - len(body) - 6) + b"\n%%EOF"


def heic() -> bytes:
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


def docx(*more: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            archive.writestr(name, "<xml/>")
    return stream.getvalue()


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("run.exe", "MZ")
    return stream.getvalue()


def compound(stream: str) -> bytes:
    """The older form of office files, with a stream of this name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(64)


def upload(content: bytes, name: str = "scan.pdf") -> Upload:
    """A file as a view is given it."""
    sealed = SealedFile()
    sealed.write(content)
    return Upload(sealed, name, len(content))
