#!/usr/bin/env bash
# Runs the independent suite for HTTP caches (https://github.com/http-tests/cache-tests) against a caching reverse proxy:
#   eng/http-conformance.sh [-n runs] [-s folder of the suite] [-- arguments of the proxy, such as --redis 127.0.0.1:6379]
# Wants the .NET SDK, node 20 with npm, curl, and git where the suite isn't there yet. The exit code is 0 if what should hold did in every run.
set -euo pipefail

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
results="$root/artifacts/http-conformance"
suite="$results/cache-tests"
commit=b55b8bda3dbb8c927c04e85bd8d496a8caa3e4ba # 20 July 2026
runs=1

while getopts "n:s:" option; do
  case "$option" in
    n) runs="$OPTARG" ;;
    s) suite="$OPTARG" ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))

for tool in dotnet node npm curl; do
  command -v "$tool" >/dev/null || { echo "The suite needs $tool." >&2; exit 2; }
done

mkdir -p "$results"
if [ ! -d "$suite" ]; then
  git clone --quiet --no-checkout https://github.com/http-tests/cache-tests.git "$suite"
  git -C "$suite" checkout --quiet "$commit"
fi
[ -d "$suite/node_modules/undici" ] || (cd "$suite" && npm install --omit=dev --no-audit --no-fund --loglevel=error)

# free_port: one that nobody listens on.
free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'; }

# answers <url>: waits for any answer.
answers() { curl --silent --output /dev/null --retry 100 --retry-delay 1 --retry-connrefused --max-time 60 "$1"; }

dotnet build "$root/tests/DistributedCache.HttpConformance" -c Release -v quiet --nologo
origin="http://localhost:$(free_port)"
proxy="http://127.0.0.1:$(free_port)"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
(cd "$suite" && npm_config_protocol=http npm_config_port="${origin##*:}" npm_config_pidfile="$results/origin.pid" exec node test-engine/server/server.mjs) >"$results/origin.log" 2>&1 &
DOTNET_ENVIRONMENT=Production dotnet "$root/tests/DistributedCache.HttpConformance/bin/Release/net10.0/DistributedCache.HttpConformance.dll" \
  --urls "$proxy" --origin "$origin" "$@" >"$results/proxy.log" 2>&1 &
answers "$origin/"
answers "$proxy/"

for ((run = 1; run <= runs; run++)); do
  (cd "$suite" && npm run --silent cli --base="$proxy") >"$results/$run.json" 2>"$results/$run.log"
done

node "$root/eng/http-conformance.mjs" "$suite" "$results" "$runs" "$@"
