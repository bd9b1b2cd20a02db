"""A scanner for tests: the real clamd where it is installed, with a database of one signature of
our own; elsewhere a server that speaks its protocol over the same socket."""

import os
import shutil
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What every scanner takes for a virus and is none (eicar.org), here as the only one there is.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
INSTALLED = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

_CONFIGURATION = """
LocalSocket {folder}/clamd
DatabaseDirectory {folder}/signatures
LogFile {folder}/log
Foreground yes
ScanPDF no
MaxThreads 2
StreamMaxLength 30M
"""


@contextmanager
def real(folder: Path) -> Iterator[str]:
    """clamd itself; gives the path of its socket."""
    assert INSTALLED
    (folder / "signatures").mkdir()
    signature = f"Test.Eicar:0:*:{EICAR.hex()}\n"
    (folder / "signatures" / "own.ndb").write_text(signature)
    (folder / "conf").write_text(_CONFIGURATION.format(folder=folder))
    process = subprocess.Popen(
        [INSTALLED, "--config-file", str(folder / "conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    path = folder / "clamd"
    try:
        for _ in range(300):
            with socket.socket(socket.AF_UNIX) as probe:
                if path.exists() and probe.connect_ex(str(path)) == 0:
                    break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        else:
            raise AssertionError("clamd did not start.")
        yield str(path)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


class _Speaker(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        if (asked := self.rfile.read(6)) == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert asked + self.rfile.read(4) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(length)
            if len(content) > 30 * 1024 * 1024:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        found = EICAR in content
        self.wfile.write(b"stream: Test.Eicar.UNOFFICIAL FOUND\0" if found else b"stream: OK\0")


@contextmanager
def speaking(folder: Path) -> Iterator[str]:
    """A server that speaks as clamd does; gives the path of its socket."""
    path = str(folder / "speaking")
    with socketserver.ThreadingUnixStreamServer(path, _Speaker) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield path
        server.shutdown()


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server that reads nothing and gives one answer, over TCP; gives host and port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
