"""How the web is served; the command line names the address and nothing else."""

import os

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
# Loaded once before the workers are forked: a fault at start is told once and ends the whole
# server, instead of a worker that is started again and again.
preload_app = True
timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
# The path without its query: what was searched for stays out of the log.
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(M)sms"
