#!/usr/bin/env bash
# Everything a change must pass: restore, build without warnings, format, all tests of tests/*/.
# The last line is always "N passed, N failed, N skipped"; the exit code is 0 only if every step held.
# Wants the .NET SDK, git, redis-server 7.0, and varnish with its modules; what it can it installs by apt where it may.
set -uo pipefail

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
cd "$root" || exit 1

results="$root/artifacts/test-results"
test_timeout="${TEST_TIMEOUT:-10m}" # of one test project, in the notation of timeout(1)

passed=0
failed=0
skipped=0
broken=0 # steps and test projects that did not hold
running=() # jobs
lanes=3 # jobs side by side, one more than a small machine has cores: the tests wait for servers half of their time

prepare_environment() {
  # dotnet and NuGet write below HOME; service accounts often have none they may write to.
  if [ ! -d "${HOME:-}" ] || [ ! -w "${HOME:-}" ]; then
    export HOME="$root/artifacts/home"
    mkdir -p "$HOME"
  fi

  export DOTNET_CLI_HOME="${DOTNET_CLI_HOME:-$HOME}"
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
  export DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
  export DOTNET_CLI_UI_LANGUAGE=en MSBUILDTERMINALLOGGER=off
  export MSBUILDDISABLENODEREUSE=1 # no build node outlives the script
  export UseSharedCompilation=true # one warm compiler for all projects, ended in the end

  # A clone that another user owns (a mounted volume) is refused by git, on which the version and SourceLink depend.
  if [ -z "${GIT_CONFIG_COUNT:-}" ]; then
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="$root"
  fi
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
  command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }
}

# install <package...>
install() {
  echo "Installing $*."
  as_root apt-get update -qq >/dev/null &&
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# need_tool <command> <package>: finds a command or installs its package.
need_tool() {
  command -v "$1" >/dev/null && return
  if may_install; then
    install "$2"
    command -v "$1" >/dev/null && return
  fi

  echo "test.sh needs $1, which it could not install: install the package $2 and run it again." >&2
  exit 1
}

need_git() { need_tool git git; }

need_dotnet() {
  local sdk="$HOME/.dotnet"
  if ! command -v dotnet >/dev/null && [ -x "$sdk/dotnet" ]; then export PATH="$sdk:$PATH" DOTNET_ROOT="$sdk"; fi
  dotnet --version >/dev/null 2>&1 && return

  echo "test.sh needs the .NET SDK 10.0: install the package dotnet-sdk-10.0, or see https://dotnet.microsoft.com/download." >&2
  exit 1
}

# need_redis: exports REDIS_SERVER, from itself, the path, the system's packages or Docker's image.
need_redis() {
  use_redis "${REDIS_SERVER:-}" || use_redis redis-server && return
  if may_install; then
    without_services install redis-server
    use_redis redis-server && return
  fi
  if docker info >/dev/null 2>&1; then
    extract_redis
    use_redis "$root/artifacts/redis/redis-server" && return
  fi

  echo "test.sh needs redis-server 7.0 or newer, which it could not install: install the package redis-server or a Docker engine, or set REDIS_SERVER to the server's path, and run it again." >&2
  exit 1
}

# want_varnish: the tests that need Varnish with xkey are skipped where it can't be installed.
want_varnish() {
  PATH="$PATH:/usr/sbin" command -v varnishd >/dev/null && compgen -G '/usr/lib/*/varnish/vmods/libvmod_xkey.so' >/dev/null && return
  may_install && without_services install varnish varnish-modules
  return 0
}

# use_redis <command>: takes it if it is a redis-server that will do.
use_redis() {
  local file major
  file="$(command -v "$1")" || return
  major="$("$file" --version 2>/dev/null | sed -n 's/.* v=\([0-9]*\)\..*/\1/p')"
  [ "${major:-0}" -ge 7 ] && export REDIS_SERVER="$file"
}

# without_services <command...>: packages start their servers, of 6379 or 6081, unless policy-rc.d forbids it; the tests start their own.
without_services() {
  local policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then
    "$@"
  else
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod +x "$policy"
    "$@"
    as_root rm -f "$policy"
  fi
}

# Takes the image's server out of it, with the loader and libraries it was linked to, and runs it as a plain process:
# the tests stop and kill servers by process id, which a container would keep from them.
extract_redis() {
  local folder="$root/artifacts/redis" container loader
  echo "Taking redis-server from the image redis:7."
  container="$(docker create redis:7)" || return
  rm -rf "$folder"
  mkdir -p "$folder"
  docker export "$container" | tar -x -C "$folder" usr
  docker rm "$container" >/dev/null
  loader="$(find "$folder/usr/lib" -name 'ld-linux*.so*' | head -n 1)"
  printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' \
    "$loader" "$(dirname "$loader")" "$folder/usr/local/bin/redis-server" >"$folder/redis-server"
  chmod +x "$folder/redis-server"
}

# step <name> <command...>: runs it, shows its output only if it fails, and says how long it took.
step() {
  local name="$1" start=$SECONDS log code=0
  shift
  log="$(mktemp)"
  "$@" >"$log" 2>&1 || code=$?
  conclude "$name" "$((SECONDS - start))" "$code" "$log"
  rm -f "$log"
  return "$code"
}

# conclude <name> <seconds> <exit code> <log>: says how a step went, with its output if it failed.
conclude() {
  if [ "$3" -ne 0 ]; then
    cat "$4"
    broken=$((broken + 1))
  fi

  printf '%-44s %4d s  %s\n' "$1" "$2" "$([ "$3" -eq 0 ] && echo ok || echo FAILED)"
}

# beside <name> <command...>: starts a job as soon as fewer than $lanes run. What it prints and how it ends is kept.
beside() {
  local name="$1"
  shift
  while [ "${#running[@]}" -ge "$lanes" ]; do await_one; done
  running+=("$name")
  {
    local start=$SECONDS code=0
    "$@" >"$results/$name.log" 2>&1 || code=$?
    echo "$((SECONDS - start)) $code" >"$results/$name.end"
  } &
}

# finish: waits for the jobs that still run.
finish() {
  while [ "${#running[@]}" -gt 0 ]; do await_one; done
}

# await_one: waits until a job ends, and says how those went that have.
await_one() {
  local name left=()
  wait -n 2>/dev/null || sleep 1 # not every bash can wait for one
  for name in "${running[@]}"; do
    if [ -s "$results/$name.end" ]; then settle "$name"; else left+=("$name"); fi
  done

  # One that was killed leaves nothing.
  if [ "${#left[@]}" -gt 0 ] && [ -z "$(jobs -rp)" ]; then
    for name in "${left[@]}"; do [ -s "$results/$name.end" ] || echo "0 1" >"$results/$name.end"; done
  fi

  running=(${left[@]+"${left[@]}"})
}

# settle <name>: counts what a job that has ended has tested, and says how it went.
settle() {
  local seconds code
  read -r seconds code <"$results/$1.end"
  if [[ "$1" == *Tests ]]; then
    if ! add_counts "$results/$1.xml"; then
      # A run that wrote no count has crashed or hung: it counts as one failure, whatever had passed before.
      echo "$1: the run ended with exit code $code before it had counted its tests." >>"$results/$1.log"
      failed=$((failed + 1))
      code=1
    elif [ "$ran" -eq 0 ]; then
      echo "$1: no test ran." >>"$results/$1.log"
      code=1
    fi
  fi

  conclude "$1" "$seconds" "$code" "$results/$1.log"
}

# sdk <arguments...>: the SDK's commands don't live long enough to gain by profiles of themselves, which cost a fifth of their time.
sdk() { DOTNET_TieredPGO=0 dotnet "$@"; }

# run_tests <name of a test project>: writes what it counted beside what it prints.
run_tests() {
  bounded dotnet "tests/$1/bin/Release/net10.0/$1.dll" \
    -noLogo -noColor -noAutoReporters -reporter quiet -longRunning 60 -result-xml "$results/$1.xml"
}

bounded() {
  if command -v timeout >/dev/null; then timeout --kill-after=10 "$test_timeout" "$@"; else "$@"; fi
}

# add_counts <result file>: adds its counts to the totals, and leaves in $ran how many tests it holds.
add_counts() {
  local element
  element="$(grep -o -m 1 '<assembly [^>]*>' "$1" 2>/dev/null)" || return 1
  passed=$((passed + $(count passed "$element")))
  # Errors are failures outside a test: a fixture or a clean-up that threw.
  failed=$((failed + $(count failed "$element") + $(count errors "$element")))
  skipped=$((skipped + $(count skipped "$element")))
  ran=$(count total "$element")
}

count() {
  local value
  value="$(sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$2")"
  echo "${value:-0}"
}

# The test projects, those first that take longest, so that none of them is left to run alone at the end.
test_projects() {
  local first="DistributedCache.Redis.Tests DistributedCache.Packaging.Tests Storefront.Tests" name file
  for name in $first; do echo "$name"; done
  for file in tests/*/*.Tests.csproj; do
    name="$(basename "$file" .csproj)"
    [[ " $first " == *" $name "* ]] || echo "$name"
  done
}

main() {
  prepare_environment
  need_dotnet
  need_git
  need_redis
  want_varnish
  rm -rf "$results"
  mkdir -p "$results"

  if step restore sdk restore DistributedCache.sln &&
    step build sdk build DistributedCache.sln --no-restore -c Release -warnaserror -v quiet; then
    # Style and analyzers have failed the build already: what is left are white space and the order of usings.
    beside format sdk format DistributedCache.sln --no-restore --verify-no-changes --diagnostics IMPORTS
    for name in $(test_projects); do beside "$name" run_tests "$name"; done
    finish
  fi

  dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1

  if [ $((passed + failed)) -eq 0 ]; then broken=$((broken + 1)); fi
  printf '%-44s %4d s  %s\n' total "$SECONDS" "$([ "$broken" -eq 0 ] && echo ok || echo FAILED)"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$broken" -eq 0 ] && [ "$failed" -eq 0 ]
}

main
