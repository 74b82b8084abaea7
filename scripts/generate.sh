#!/usr/bin/env bash
# Everything under pwa/src/generated, docs/openapi.json and docs/settings.md, each from its one source.
set -euo pipefail
cd "$(dirname "$0")/.."
keep() { # replaces a file only when it says something new, so that a second start builds nothing
  if cmp -s "$1.new" "$1" 2>/dev/null; then rm "$1.new"; else mv "$1.new" "$1"; fi
}
mkdir -p pwa/src/generated docs
gemba openapi >docs/openapi.json.new
keep docs/openapi.json
gemba settings >docs/settings.md.new
keep docs/settings.md
gemba openapi --client
cd pwa
npx --no-install openapi-typescript ../docs/openapi.json -o src/generated/api.ts >/dev/null
npm run --silent messages >/dev/null
