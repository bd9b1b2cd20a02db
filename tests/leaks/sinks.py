"""All places where nobody may be named, after a drive."""

from tests.leaks import stack as places
from tests.leaks.drive import Drive
from tests.leaks.stack import Stack

SINKS = (
    "cases dump",
    "full dump without keys",
    "web log",
    "worker log",
    "PostgreSQL log",
    "Redis",
    "Celery messages",
    "mails",
    "addresses and titles",
    "error pages",
    "names of files",
    "statistics files",
)


def contents(stack: Stack, drive: Drive, heard: list[bytes]) -> dict[str, bytes]:
    """What each of them holds now."""
    return {
        "cases dump": places.cases_dump(),
        "full dump without keys": places.full_dump(),
        "web log": stack.log("web"),
        "worker log": stack.log("worker"),
        "PostgreSQL log": places.server_log("postgres"),
        "Redis": places.redis_contents() + places.server_log("redis"),
        "Celery messages": places.celery_messages(heard),
        "mails": places.mails(stack),
        "addresses and titles": "\n".join(drive.addresses).encode(),
        "error pages": b"\n".join(drive.errors),
        "names of files": "\n".join([*drive.files, *places.names_of_files(stack)]).encode(),
        "statistics files": b"\n".join(drive.statistics),
    }
