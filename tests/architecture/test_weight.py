"""What a process has in its memory because of what it imports."""

import subprocess
import sys

HEAVY = ("numpy", "highspy", "opendp")


def test_a_web_process_holds_nothing_that_only_a_release_needs():
    """They are a fifth of its memory, and are loaded by whoever asks for a release."""
    code = (
        "import django, sys; django.setup(); from django.urls import get_resolver;"
        " get_resolver().url_patterns;"
        f" print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_looked_for_is_what_a_release_loads():
    code = (
        "import sys; from reporting.attacks.suite import attack;"
        " from reporting.releases.noise import with_noise; with_noise([1], 1.0);"
        f" print([name for name in {HEAVY} if name not in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
