"""How the web is served; the command line names the address and nothing else."""

import gc
import os

from gunicorn import glogging

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
# Loaded once before the workers are forked: a fault at start is told once and ends the whole
# server, instead of a worker that is started again and again.
preload_app = True


def when_ready(server):  # type: ignore[no-untyped-def]
    """Before the workers are forked: what was loaded stays for good, so that nobody looks through
    it for garbage again, and its memory stays shared."""
    gc.collect()
    gc.freeze()


timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
# The path without its query: what was searched for stays out of the log.
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(M)sms"


def post_worker_init(worker):  # type: ignore[no-untyped-def]
    """A connection for each thread before the first page: nobody waits until one is open."""
    from nrm.startup import open_connections

    open_connections(threads)


class WithoutInvitations(glogging.Logger):
    """The link with which a new account's owner chooses a password stays out of the log."""

    def atoms(self, resp, req, environ, request_time):  # type: ignore[no-untyped-def]
        found = super().atoms(resp, req, environ, request_time)
        if found["U"].startswith("/welcome/"):
            found["U"] = "/welcome/"
        return found


logger_class = WithoutInvitations
