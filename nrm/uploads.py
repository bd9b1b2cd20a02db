"""Files that are sent to us, from the network to the view, without a readable byte on the disk.

A file is held in blocks, each encrypted as soon as it is full under a key that exists in memory
alone, for this one file; the blocks lie in a temporary file without a name. A file of any size so
takes the memory of a block or two, and a disk that is seized or copied holds nothing.

Only a view that says so (`takes_files = True`) is given files, and only from somebody who has
signed in. A request that is larger than any profile allows is refused by its announced length,
before a byte of it is read; so is one that brings more than a form to a view that takes no files.
The rest is read here, before the database context opens: a slow telephone holds no transaction.
"""

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from nrm.profiles import every_profile
from nrm.web import too_large

BLOCK = 256 * 1024
MEGABYTE = 1024 * 1024
# What stands round the files of a request: boundaries, and the other fields of the form.
_ROOM_FOR_THE_FORM = MEGABYTE
_TAG = 16

Handler = Callable[[HttpRequest], HttpResponse]


class SealedFile(io.RawIOBase):
    """A file that can be read through this object and in no other way. Written once from the
    beginning to the end, then read anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._key = AESGCM(os.urandom(32))
        self._disk: BinaryIO | None = None
        self._sealed = 0  # blocks that lie on the disk
        self._tail = bytearray()  # what is not yet a whole block
        self._open: tuple[int, bytes] = (-1, b"")  # the block that was read last
        self._place = 0

    @property
    def size(self) -> int:
        return self._sealed * BLOCK + len(self._tail)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Adds to the end."""
        self._tail += data
        while len(self._tail) >= BLOCK:
            self._put(bytes(self._tail[:BLOCK]))
            del self._tail[:BLOCK]
        return len(data)

    def _put(self, block: bytes) -> None:
        if self._disk is None:
            self._disk = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed by close()
        # The key is this file's own and each block has its number: no nonce is used twice.
        sealed = self._key.encrypt(self._sealed.to_bytes(12, "big"), block, None)
        self._disk.seek(self._sealed * (BLOCK + _TAG))
        self._disk.write(sealed)
        self._sealed += 1

    def _block(self, number: int) -> bytes:
        if number == self._sealed:
            return bytes(self._tail)
        if number != self._open[0]:
            assert self._disk is not None
            self._disk.seek(number * (BLOCK + _TAG))
            sealed = self._disk.read(BLOCK + _TAG)
            self._open = (number, self._key.decrypt(number.to_bytes(12, "big"), sealed, None))
        return self._open[1]

    def blocks(self) -> Iterator[bytes]:
        """The whole of it, a block at a time. Of an empty file there is none."""
        for number in range(self._sealed):
            yield self._block(number)
        if self._tail:
            yield bytes(self._tail)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), max(0, self.size - self._place))
        done = 0
        while done < wanted:
            number, start = divmod(self._place, BLOCK)
            piece = self._block(number)[start : start + wanted - done]
            buffer[done : done + len(piece)] = piece
            done += len(piece)
            self._place += len(piece)
        return done

    def close(self) -> None:
        if self._disk is not None:
            self._disk.close()
        self._tail.clear()
        self._open = (-1, b"")
        super().close()


class Upload(UploadedFile):
    """A file as it was sent. `cut_off`: it was larger than any profile allows, so that only its
    beginning is here; `size` is what was sent all the same."""

    def __init__(self, file: SealedFile, name: str | None, size: int) -> None:
        super().__init__(file=file, name=name, size=size)
        self.sealed = file
        self.cut_off = size > file.size


class SealedUploadHandler(FileUploadHandler):
    """Keeps what is sent in a SealedFile; skips every file where the request may bring none."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._most = getattr(self.request, "most_bytes_a_file", 0)
        if not self._most:
            self.request.files_skipped = getattr(self.request, "files_skipped", 0) + 1  # type: ignore[union-attr]
            raise SkipFile
        self._file = SealedFile()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= self._most:
            self._file.write(raw_data)

    def file_complete(self, file_size: int) -> Upload:
        return Upload(self._file, self.file_name or "", file_size)

    def upload_interrupted(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()


@cache
def _most_megabytes() -> tuple[int, int]:
    """The largest file, and the largest request, that any version of any profile allows."""
    limits = [profile.evidence for profile in every_profile()]
    return max(one.megabytes for one in limits), max(one.megabytes_at_once for one in limits)


def receive(get_response: Handler) -> Handler:
    """Reads what is sent with files, or refuses it by its length. Stands just before the
    database context of the request."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.content_type == "multipart/form-data":
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            signed_in = request.user.is_authenticated
            # Of a stranger no file is read at all; of a session that has ended, the form is.
            takes_files = _takes_files(request) and (
                signed_in or request.session.former is not None  # type: ignore[attr-defined]
            )
            if takes_files:
                a_file, at_once = _most_megabytes()
                most = at_once * MEGABYTE + _ROOM_FOR_THE_FORM
            sent = request.META.get("CONTENT_LENGTH") or "0"
            if not (sent.isascii() and sent.isdigit()) or int(sent) > most:
                return too_large(request)
            # Of who is not signed in, or no longer, only the form is read: what was typed can be
            # kept for them, and the files pass by.
            if takes_files and signed_in:
                request.most_bytes_a_file = a_file * MEGABYTE  # type: ignore[attr-defined]
                _ = request.POST
        return get_response(request)

    return handle


def _takes_files(request: HttpRequest) -> bool:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    found = getattr(view, "view_class", None) or getattr(view, "cls", None)
    return bool(getattr(found, "takes_files", False))


def attachment(content: SealedFile, name: str) -> FileResponse:
    """An answer that no browser opens: of no type, saved under our own name, and without any right
    should it be opened all the same. All of the file is at hand before the first byte is sent, so
    nothing is read from the database after its transaction."""
    response = FileResponse(
        content, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response.block_size = BLOCK
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
