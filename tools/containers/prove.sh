#!/bin/sh
# Proves the container files on this machine: builds the image, starts the trial of
# docker-compose.yml, uses it, starts it again, and shows that production refuses to start without
# its secrets and starts with them. Everything is made under a project name of its own and removed
# at the end; no other container or volume is touched.
#
#   tools/containers/prove.sh
#
# ENGINE and COMPOSE name the commands (found by themselves: docker compose, podman-compose),
# BUILD_OPTIONS what the build needs here (--network=host), NRM_PORT a free port (8765), KEEP=1
# leaves the trial running.
set -eu

cd "$(dirname "$0")/../.."
export NRM_PORT="${NRM_PORT:-8765}"
ADDRESS=http://127.0.0.1:$NRM_PORT
PROJECT=nrm-proof
SITE=127.0.0.1
WORK=$(mktemp -d)
# No .env of this folder: only what is said here is set.
unset NRM_MODE $(sed -n 's/^\([A-Z_]*\)=.*/\1/p' .env.example | grep -v '^NRM_PORT$')
: >"$WORK/nothing"

if [ -z "${COMPOSE:-}" ]; then
    if docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; then
        ENGINE=docker COMPOSE="docker compose"
    elif command -v podman-compose >/dev/null; then
        ENGINE=podman COMPOSE=podman-compose
    else
        echo "Neither docker compose nor podman-compose is here; name one with ENGINE and COMPOSE." >&2
        exit 1
    fi
fi
ENGINE=${ENGINE:-podman}

say() { printf '\n== %s\n' "$*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
# Podman-compose waits for ever for what could not be made.
LIMIT=$(command -v timeout >/dev/null && echo "timeout 1200") || LIMIT=
compose() { $LIMIT $COMPOSE -p "$PROJECT" --env-file "${ENV_FILE:-$WORK/nothing}" "$@"; }
quietly() { "$@" >"$WORK/log" 2>&1 || { tail -30 "$WORK/log" >&2; return 1; }; }
container() {
    $ENGINE ps -aq --filter "label=com.docker.compose.project=$PROJECT" \
        --filter "label=com.docker.compose.service=$1" | head -1
}
inside() { service=$1; shift; $ENGINE exec "$(container "$service")" "$@"; }
person() { python3 tools/containers/person.py "$ADDRESS" "$@"; }

# Podman without systemd has nobody who runs the health checks, so they are run here.
healthy() {
    if [ "$ENGINE" = podman ]; then
        podman healthcheck run "$(container "$1")" >/dev/null 2>&1
    else
        [ "$($ENGINE inspect --format '{{.State.Health.Status}}' "$(container "$1")")" = healthy ]
    fi
}
wait_healthy() {
    for service in db redis web worker beat; do
        waited=0
        until healthy "$service"; do
            waited=$((waited + 1))
            [ $waited -lt 150 ] || { $ENGINE logs "$(container "$service")" | tail -20; fail "$service is not healthy"; }
            sleep 2
        done
        echo "$service is healthy"
    done
    waited=0
    until curl -sf --max-time 30 -H "Host: $SITE" -o /dev/null "$ADDRESS/health/ready"; do
        waited=$((waited + 1)); [ $waited -lt 60 ] || fail "/health/ready does not answer with 200"; sleep 1
    done
    echo "/health/ready answers with 200"
    # Each process of the web has opened its connections before the first page is asked for: none of
    # sixteen at once waits for one.
    curl -sf --max-time 5 --parallel --parallel-immediate --parallel-max 16 -H "Host: $SITE" \
        -H 'X-Forwarded-Proto: https' -w '%{http_code} %{time_total}\n' -o /dev/null \
        "$ADDRESS/sign-in/?[1-16]" >"$WORK/first" || fail "a first page waits: $(cat "$WORK/first")"
    echo "the first 16 pages, asked for at once: $(sort -k2n "$WORK/first" | tail -1 | cut -d' ' -f2) seconds at most"
}
remove() { quietly compose down -v || true; }
finish() {
    code=$?
    [ $code = 0 ] || for service in web worker; do
        $ENGINE logs "$(container $service)" 2>&1 | tail -15 >&2 || true
    done
    if [ "${KEEP:-}" = 1 ] && [ $code = 0 ]; then
        echo "Left running: $ADDRESS/"
    else
        remove
        ENV_FILE='' remove
    fi
    rm -rf "$WORK"
    [ $code = 0 ] && echo "Proved." || echo "Not proved." >&2
    exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

remove

say "Build the image ($ENGINE, $COMPOSE)"
# shellcheck disable=SC2086
quietly $ENGINE build ${BUILD_OPTIONS:-} -t nrm .
$ENGINE images nrm

refuses() { # words that must be said, from the standard input
    compose up -d >"$WORK/log" 2>&1 || true
    waited=0
    until [ "$($ENGINE inspect --format '{{.State.Status}}' "$(container prepare)")" = exited ]; do
        waited=$((waited + 1)); [ $waited -lt 60 ] || fail "prepare does not end"; sleep 1
    done
    # Podman starts it once more for each service that waits for it.
    $ENGINE logs "$(container prepare)" 2>&1 | awk '!seen[$0]++' >"$WORK/said"
    cat "$WORK/said"
    [ "$($ENGINE inspect --format '{{.State.ExitCode}}' "$(container prepare)")" = 1 ] || fail "it starts"
    while read -r word; do grep -q -e "$word" "$WORK/said" || fail "$word is not named"; done
    if curl -s -o /dev/null --max-time 2 "$ADDRESS/health/live"; then fail "the web answers"; fi
    remove
}

say "Production without its secrets refuses, and names all that is missing"
sed -n 's/^\([A-Z_]*\)=$/\1/p' .env.example | grep -v '^NRM_EMAIL_' >"$WORK/secrets"
NRM_MODE=production; export NRM_MODE
refuses <"$WORK/secrets"
unset NRM_MODE

say "A trial refuses where somebody has set a secret"
REDIS_PASSWORD=somebodys; export REDIS_PASSWORD
echo "NRM_MODE=production" | refuses
unset REDIS_PASSWORD

say "A trial: nothing edited, nothing set"
quietly compose up -d
wait_healthy
$ENGINE logs "$(container migrate)" 2>&1 | sed -n '/^Ready/,/^Password/p' | awk '!seen[$0]++'
password=$($ENGINE logs "$(container migrate)" 2>&1 | sed -n 's/^Password for all of them: //p' | tail -1)

say "What each service was given"
for service in db redis web worker beat; do
    echo "$service ($(inside "$service" id -un 2>/dev/null || inside "$service" id -u)):" $(inside "$service" ls /run/nrm)
done
! inside worker cat /run/nrm/NRM_KEKS 2>/dev/null || fail "the worker can read the keys of identities"
! inside web cat /run/nrm/NRM_AUDIT_KEY 2>/dev/null || fail "the web can sign the audit trail"
! inside web touch /srv/nrm/changed 2>/dev/null || fail "the web can change its own code"

say "The first responder signs in and sends a referral"
receipt=$(person "$password" refer)
echo "Receipt number: $receipt"

say "The worker sends what is due: a reminder in the caseworker's inbox, e-mails without a name"
person "$password" remind
waited=0 # nobody but the worker writes e-mails
until inside worker sh -c 'cat /tmp/mail/*' >"$WORK/mail" 2>/dev/null; do
    waited=$((waited + 1)); [ $waited -lt 120 ] || fail "the worker sent no e-mail"; sleep 2
done
echo "$(grep -c '^Message-ID' "$WORK/mail") e-mails; the first:"
sed '/^-----/,$d' "$WORK/mail"

say "Down and up again: the referral is still there"
quietly compose down
quietly compose up -d
wait_healthy
person "$password" find "$receipt"

[ "${KEEP:-}" != 1 ] || exit 0

say "Production with its secrets starts, on a database of its own"
quietly compose down
python3 tools/new_env.py >"$WORK/env"
echo "NRM_PORT=$NRM_PORT" >>"$WORK/env"
ENV_FILE=$WORK/env SITE=referrals.example.org
quietly compose up -d
wait_healthy
curl -sf -o /dev/null -w 'sign-in page: %{http_code}\n' -H "Host: $SITE" \
    -H 'X-Forwarded-Proto: https' "$ADDRESS/sign-in/"
inside web ls /run/nrm | grep . && echo "(the trial's files are not read in production)"
inside db psql -V
