#!/usr/bin/env bash
# `make run`: the demo plant on one port. A second start only serves.
set -euo pipefail
cd "$(dirname "$0")/.."
port=$1
mkdir -p var
export GEMBA_PORT=$port
exec gemba serve --demo --port "$port"
