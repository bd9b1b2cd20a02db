#!/bin/sh
# Rebuilds everything beside the project and compares: exit 0 if static/nrm is what the sources make.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$here/build.sh" "$scratch/nrm" "$scratch/vendor"
faults=0
for file in $(cd "$scratch/nrm" && find . -type f | sort); do
    cmp -s "$scratch/nrm/$file" "$root/static/nrm/$file" || { echo "static/nrm/$file differs"; faults=1; }
done
for file in axe.min.js axe-core.LICENSE.txt; do
    cmp -s "$scratch/vendor/$file" "$root/tests/vendor/$file" || { echo "tests/vendor/$file differs"; faults=1; }
done
[ "$faults" = 0 ] && echo "static/nrm is what tools/frontend makes"
exit "$faults"
