#!/bin/sh
# Rebuilds the vendored style sheets and script in static/nrm from the locked packages.
# Needs node and npm; nobody needs it to run the project.
# Usage: tools/frontend/build.sh [TARGET] [TEST_TARGET]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${1:-$root/static/nrm}
tests=${2:-$root/tests/vendor}
cd "$here"
npm ci --silent

mkdir -p "$target/images" "$target/licences" "$tests"
govuk=node_modules/govuk-frontend
moj=node_modules/@ministryofjustice/frontend

npx sass --load-path=. --style=compressed --no-source-map --quiet-deps --no-charset \
    src/nrm.scss "$target/nrm.css"
npx rtlcss "$target/nrm.css" "$target/nrm.rtl.css" >/dev/null
npx esbuild src/nrm.js --bundle --minify --format=esm --target=es2020 --charset=utf8 \
    --legal-comments=none --log-level=warning --outfile="$target/nrm.js"

# Only the pictures that the sheet names: no crest, no crown.
rm -f "$target"/images/*
for picture in $(grep -o 'url(\./images/[^)]*)' "$target/nrm.css" | sed 's/.*images\///; s/)//' | sort -u); do
    cp "$moj/moj/assets/images/$picture" "$target/images/$picture"
done

cp "$here/licences/govuk-frontend.txt" "$here/licences/moj-frontend.txt" "$target/licences/"
cp node_modules/axe-core/axe.min.js "$tests/axe.min.js"
cp node_modules/axe-core/LICENSE "$tests/axe-core.LICENSE.txt"

version() { node -p "require('./node_modules/$1/package.json').version"; }
{
    echo "Built by tools/frontend/build.sh. Do not edit nrm.css, nrm.rtl.css, nrm.js or images by hand."
    echo "app.css, boot.js and icon.svg are our own."
    echo
    echo "govuk-frontend              $(version govuk-frontend)   MIT, Crown copyright; styles and script, no fonts, no crown"
    echo "@ministryofjustice/frontend $(version @ministryofjustice/frontend)  MIT, Crown copyright; styles and icons only"
    echo "sass                        $(version sass) builds the sheet"
    echo "rtlcss                      $(version rtlcss)   turns it for right-to-left"
    echo "esbuild                     $(version esbuild)  bundles the script"
} > "$target/VERSIONS.txt"
(cd "$target" && sha256sum nrm.css nrm.rtl.css nrm.js VERSIONS.txt images/* licences/* > SHA256SUMS)
