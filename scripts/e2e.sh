#!/usr/bin/env bash
# The stories in a real browser. The first argument picks the files whose name holds it, others go to pytest: e2e.sh main
# E2E_DATABASE=postgresql plays them on a PostgreSQL that is thrown away.
set -euo pipefail
cd "$(dirname "$0")/.."
files=(tests/e2e)
if [ -n "${1:-}" ]; then
  files=(tests/e2e/test_*"$1"*.py)
  [ -e "${files[0]}" ] || { echo "no story is called '$1': $(cd tests/e2e && ls test_*.py | tr '\n' ' ')" >&2; exit 2; }
fi
exec pytest -q -n 3 --dist worksteal "${files[@]}" "${@:2}"
