"""Invented papers, as true files: a page of PDF that any reader opens, and a small picture."""

import struct
import zlib

from nrm.uploads import SealedFile, Upload


def page(*lines: str) -> bytes:
    """A PDF of one page with these lines of plain ASCII."""
    shown = " T* ".join("({}) Tj".format(line.replace("(", "").replace(")", "")) for line in lines)
    stream = f"BT /F 14 Tf 72 770 Td 20 TL {shown} ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
    )
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer<</Size {count}/Root 1 0 R>>\n"
    return f"{body}{end}startxref\n{len(body)}\n%%EOF\n".encode("ascii")


def picture(shade: int, side: int = 64) -> bytes:
    """A PNG of one grey, from 0 to 255."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + bytes([shade]) * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def sent(content: bytes, name: str) -> Upload:
    """The file as a view is given it."""
    sealed = SealedFile()
    sealed.write(content)
    return Upload(sealed, name, len(content))
