"""200 invented victims in six scripts, taken through the system by REST and by pages; then every
place that may not name anybody is searched for every one of their names, numbers and words, plain,
URL-, base64-, hex- and JSON-escaped:

    python -m tests.leaks --victims 200

And once more with a build that leaks one of them into each place, which has to be found in that
place and in no other. Exit 1 where anything is not so. `make canaries`.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

LEAKY_VICTIMS = 14


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.leaks")
    parser.add_argument("--victims", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nrm-leaks-") as folder:
        from tests.conftest import begin_servers

        os.environ["NRM_SEARCHES_PER_HOUR"] = "1000000"
        with begin_servers(Path(folder)):
            from django.test.utils import setup_test_environment

            setup_test_environment()
            from tests.conftest import make_database
            from tests.leaks.canaries import victims
            from tests.world import build_world

            make_database()
            world = build_world("uk")
            honest = Path(folder) / "honest"
            leaky = Path(folder) / "leaky"
            clean = _honest(honest, world, victims(asked.victims))
            everyone = victims(asked.victims + LEAKY_VICTIMS)
            caught = _leaky(leaky, world, everyone[-LEAKY_VICTIMS:])
    return 0 if clean and caught else 1


def _drive(folder: Path, world, people, *, lenient=False, **build: str):
    from tests.leaks import sinks, stack
    from tests.leaks.drive import Drive

    folder.mkdir()
    with stack.running(folder, **build) as started:
        heard = stack.overheard()
        drive = Drive(started.address, world.users, lenient=lenient)
        for victim in people:
            drive.take(victim)
            print(f"\r{victim.number + 1} taken through", end="", file=sys.stderr, flush=True)
        drive.publish()
        stack.ring_the_worker(started)
        print(file=sys.stderr)
        assert lenient or not drive.wrong, drive.wrong[:20]
        return drive, sinks.contents(started, drive, heard)


def _honest(folder: Path, world, people) -> bool:
    from tests.leaks.variants import Search, variants

    began = time.monotonic()
    drive, contents = _drive(folder, world, people)
    secrets = [secret for victim in people for secret in victim.secrets]
    search = Search(secrets)
    found = {name: search.hits(content) for name, content in contents.items()}
    print(
        json.dumps(
            {
                "victims": len(people),
                "scripts": sorted({victim.script for victim in people}),
                "strings": len(secrets),
                "forms": sum(len(variants(secret)) for secret in secrets),
                "requests": drive.made,
                "searched_bytes": {name: len(content) for name, content in contents.items()},
                "hits": {name: len(hits) for name, hits in found.items()},
                "seconds": round(time.monotonic() - began),
            },
            indent=1,
        )
    )
    for name, hits in found.items():
        if hits:
            print(f"{name}: {hits[:5]}")
    empty = [name for name, content in contents.items() if not content]
    if empty:
        print(f"nothing was looked at in: {empty}")
    return not any(found.values()) and not empty


def _leaky(folder: Path, world, people) -> bool:
    from tests.leaks.sinks import SINKS
    from tests.leaks.variants import Search

    leaks = {sink: victim.name for sink, victim in zip(SINKS, people, strict=False)}
    _drive_, contents = _drive(
        folder,
        world,
        people,
        lenient=True,
        web="tests.leaks.leaky.web",
        worker="tests.leaks.leaky.worker",
        NRM_TEST_LEAKS=json.dumps(leaks),
    )
    search = Search([victim.name for victim in people])
    found = {name: search.hits(content) for name, content in contents.items()}
    expected = {sink: {leaks[sink]} for sink in SINKS}
    # What lies in the tables of cases lies in the whole dump too; Redis carries Celery's queue.
    expected["full dump without keys"].add(leaks["cases dump"])
    expected["Redis"] = {leaks["Redis"]}
    caught = {sink: set(found[sink]) >= expected[sink] for sink in SINKS}
    elsewhere = {sink: sorted(set(found[sink]) - expected[sink]) for sink in SINKS}
    print(json.dumps({"leaky_build_caught_in": caught}, indent=1))
    for sink, names in elsewhere.items():
        if names:
            print(f"found in {sink} as well, where it was not put: {names}")
    return all(caught.values())


if __name__ == "__main__":
    sys.exit(main())
