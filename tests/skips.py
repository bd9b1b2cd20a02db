"""A pytest plugin: says plainly what was skipped, and lets nothing be skipped in CI.

Loaded by `make test` with `-p tests.skips`.
"""

import os

import pytest


class Skips:
    def __init__(self) -> None:
        self.reasons: dict[str, int] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._count(report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._count(report.longrepr)

    def _count(self, longrepr: object) -> None:
        reason = str(longrepr[2] if isinstance(longrepr, tuple) else longrepr)
        reason = reason.removeprefix("Skipped: ")
        self.reasons[reason] = self.reasons.get(reason, 0) + 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.reasons and exitstatus == 0 and os.environ.get("CI") == "true":
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.reasons:
            return
        terminalreporter.section("not tested here")
        for reason, count in sorted(self.reasons.items()):
            terminalreporter.line(f"{count} skipped: {reason}")
        if os.environ.get("CI") == "true":
            terminalreporter.line("CI skips nothing: this run has failed.", red=True)


def pytest_configure(config: pytest.Config) -> None:
    # With xdist only the controller counts: it hears of every worker's reports.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Skips(), "nrm-skips")
