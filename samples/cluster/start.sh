#!/usr/bin/env bash
# Starts a cluster of three masters and three replicas on loopback, and keeps it until Ctrl+C.
# Usage: start.sh [first port, 7000]. The bus of each node listens 10,000 above its port.
set -uo pipefail

here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
first="${1:-7000}"
server="${REDIS_SERVER:-redis-server}"
ports=()
pids=()
folder=""

fail() {
  echo "start.sh: $1" >&2
  exit 1
}

is_taken() {
  (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# is_ok <port>: whether that node sees the whole cluster and is a master or linked to one.
is_ok() {
  local node=(redis-cli -h 127.0.0.1 -p "$1")
  "${node[@]}" cluster info 2>/dev/null | grep -q '^cluster_state:ok' &&
    [ "$("${node[@]}" cluster nodes | grep -c -v -E 'fail|handshake')" -eq 6 ] &&
    "${node[@]}" info replication | grep -q -E '^(role:master|master_link_status:up)'
}

all_ok() {
  local port
  for port in "${ports[@]}"; do is_ok "$port" || return; done
}

# wait_for <what> <command...>: asks ten times a second, for half a minute.
wait_for() {
  local what="$1" tries
  shift
  for tries in {1..300}; do
    "$@" && return
    sleep 0.1
  done
  fail "$what; the nodes' logs end with: $(tail -n 3 "$folder"/*/log)"
}

answers() {
  [ "$(redis-cli -h 127.0.0.1 -p "$1" ping 2>/dev/null)" = PONG ]
}

check() {
  local major port
  [[ "$first" =~ ^[0-9]+$ ]] && [ "$first" -ge 1024 ] && [ "$first" -le 55530 ] ||
    fail "the first port is $first; it has to be from 1024 to 55530."
  major="$("$server" --version 2>/dev/null | sed -n 's/.* v=\([0-9]*\)\..*/\1/p')"
  [ "${major:-0}" -ge 7 ] && command -v redis-cli >/dev/null ||
    fail "it needs redis-server 7.0 or newer and redis-cli: install the packages redis-server and redis-tools."

  ports=($(seq "$first" $((first + 5))))
  if all_ok; then
    echo "The cluster is running already: $(connection_string)"
    exit 0
  fi

  for port in "${ports[@]}"; do
    if is_taken "$port"; then fail "port $port is taken; name another first port: $0 $((first + 100))"; fi
    if is_taken $((port + 10000)); then fail "port $((port + 10000)) is taken, which is the bus of $port; name another first port: $0 $((first + 100))"; fi
  done
}

connection_string() {
  local text
  text="$(printf '127.0.0.1:%s,' "${ports[@]}")"
  echo "${text%,}"
}

start() {
  local port
  folder="$(mktemp -d)"
  trap stop EXIT
  trap 'exit 0' INT TERM HUP
  for port in "${ports[@]}"; do
    mkdir "$folder/$port"
    "$server" "$here/redis.conf" --port "$port" --dir "$folder/$port" --logfile "$folder/$port/log" --daemonize no &
    pids+=($!)
  done

  for port in "${ports[@]}"; do wait_for "port $port does not answer" answers "$port"; done
  redis-cli --cluster create "${ports[@]/#/127.0.0.1:}" --cluster-replicas 1 --cluster-yes >"$folder/create" 2>&1 ||
    fail "the cluster could not be created: $(tail -n 3 "$folder/create")"
  wait_for "the cluster did not become ok" all_ok
}

stop() {
  if [ "${#pids[@]}" -gt 0 ]; then
    kill "${pids[@]}" 2>/dev/null
    wait "${pids[@]}" 2>/dev/null
  fi
  rm -rf "$folder"
}

check
start
echo "Three masters and three replicas are up: $(connection_string)"
echo "Ctrl+C ends them."
# A node may be killed to see what follows; the others stay.
wait "${pids[@]}"
