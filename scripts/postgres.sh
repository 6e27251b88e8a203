#!/usr/bin/env bash
# A private PostgreSQL for the tests, in a git-ignored folder; nothing of the machine's own is touched.
#
#   scripts/postgres.sh start          starts it (if it is not running) and prints its URL
#   scripts/postgres.sh url            prints its URL, or fails if it is not running
#   scripts/postgres.sh restart        restarts it, with its data and at the same URL
#   scripts/postgres.sh run COMMAND…   starts it, runs the command with PORTOLAN_TEST_POSTGRES_URL set, stops it
#   scripts/postgres.sh stop           stops it and removes its data
#
# PORTOLAN_POSTGRES_DIR names another folder than .postgres, for a second server;
# PORTOLAN_POSTGRES_CONF holds further lines of postgresql.conf.
# With PORTOLAN_TEST_POSTGRES_URL set, that server is used and none is started or stopped.
# The Debian package `postgresql` is installed if it is missing and we are root.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
note="${PORTOLAN_POSTGRES_DIR:-$root/.postgres}"  # holds the files `url` and `data`; the latter names the data folder
user="portolan"

say() { printf '%s\n' "$*" >&2; }
die() { say "postgres.sh: $*"; exit 1; }

# The server refuses to run as root, so root hands it to the user `postgres`.
if [ "$(id -u)" = 0 ]; then
  owner="postgres"
  as_owner() {
    if command -v runuser >/dev/null; then runuser -u "$owner" -- "$@"; else su -s /bin/sh "$owner" -c '"$@"' -- sh "$@"; fi
  }
else
  owner="$(id -un)"
  as_owner() { "$@"; }
fi

find_programs() {
  local found
  found="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)"
  if [ -n "$found" ] && [ -x "$found/initdb" ]; then echo "$found"; return; fi
  found="$(command -v initdb || true)"
  if [ -n "$found" ]; then dirname "$(readlink -f "$found")"; return; fi
}

programs() {
  local bin
  bin="$(find_programs)"
  if [ -z "$bin" ]; then
    command -v apt-get >/dev/null || die "PostgreSQL's server programs (initdb, pg_ctl) are missing; install PostgreSQL 13 or later, or set PORTOLAN_TEST_POSTGRES_URL"
    [ "$(id -u)" = 0 ] || die "PostgreSQL's server programs are missing; run: sudo apt-get install postgresql   (or set PORTOLAN_TEST_POSTGRES_URL)"
    say "postgres.sh: installing the package postgresql"
    # The package would make and start a cluster of its own; the tests need the programs only.
    mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/portolan-tests.conf
    {
      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
    } >&2 || die "apt-get could not install postgresql"
    bin="$(find_programs)"
    [ -n "$bin" ] || die "the package postgresql was installed, but its programs were not found"
  fi
  echo "$bin"
}

data_folder() { if [ -f "$note/data" ]; then cat "$note/data"; fi; }

running() {
  local data pid
  data="$(data_folder)"
  [ -n "$data" ] && [ -f "$note/url" ] && [ -f "$data/postmaster.pid" ] || return 1
  pid="$(head -n 1 "$data/postmaster.pid")"
  kill -0 "$pid" 2>/dev/null || return 1
  # The number may belong to another process by now.
  [ ! -r "/proc/$pid/cmdline" ] || tr '\0' ' ' < "/proc/$pid/cmdline" | grep -qF -- "$data"
}

free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

start() {
  if running; then cat "$note/url"; return; fi
  local bin data password port try
  bin="$(programs)"
  remove
  (umask 077 && mkdir -p "$note")
  data="$note/server"
  mkdir -p "$data"
  chown "$owner" "$data"
  # A clone below a folder that only root may enter (/root) is out of reach for the user postgres, and
  # a socket's path may not be longer than about a hundred bytes.
  chmod 711 "$note"
  if [ "${#data}" -gt 80 ] || ! (cd / && as_owner test -w "$data" 2>/dev/null); then
    rmdir "$data"
    data="$(cd / && as_owner mktemp -d /tmp/portolan-postgres.XXXXXX)"
  fi
  echo "$data" > "$note/data"
  password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  (cd / && printf '%s' "$password" | as_owner sh -c 'umask 077; cat > "$1/.password"' sh "$data")
  (cd / && as_owner "$bin/initdb" -D "$data/db" -U "$user" --pwfile="$data/.password" --auth-local=scram-sha-256 \
      --auth-host=password --encoding=UTF8 --locale=C --no-sync >/dev/null) || die "initdb failed"
  # fsync stays on. A power cut may take the last moments of a test's data, which nobody minds.
  (cd / && as_owner sh -c 'cat >> "$1/db/postgresql.conf"' sh "$data") <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$data'
max_connections = 300
shared_buffers = 128MB
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
log_min_messages = warning
log_line_prefix = '%m [%p] %d '
${PORTOLAN_POSTGRES_CONF:-}
CONF
  echo "$data/db" > "$note/data"
  for try in 1 2 3 4 5; do
    port="$(free_port)"
    if (cd / && as_owner "$bin/pg_ctl" start -D "$data/db" -w -t 60 -s -l "$data/log" -o "-p $port" >/dev/null 2>&1 </dev/null); then
      (umask 077 && printf 'postgres://%s:%s@127.0.0.1:%s/postgres\n' "$user" "$password" "$port" > "$note/url")
      cat "$note/url"
      return
    fi
  done
  tail -n 5 "$data/log" >&2 2>/dev/null || true
  die "the server did not start"
}

# Stops the server if it runs, and removes what `start` made.
remove() {
  local data bin
  data="$(data_folder)"
  if [ -n "$data" ]; then
    bin="$(find_programs)"
    if [ -n "$bin" ] && [ -f "$data/postmaster.pid" ]; then
      (cd / && as_owner "$bin/pg_ctl" stop -D "$data" -m immediate -w -s >/dev/null 2>&1) || true
    fi
    case "$data" in
      "$note"/server/db | /tmp/portolan-postgres.*/db) rm -rf "${data%/db}" ;;
    esac
  fi
  rm -rf "$note"
}

case "${1:-}" in
  start) if [ -n "${PORTOLAN_TEST_POSTGRES_URL:-}" ]; then echo "$PORTOLAN_TEST_POSTGRES_URL"; else start; fi ;;
  url)
    if [ -n "${PORTOLAN_TEST_POSTGRES_URL:-}" ]; then echo "$PORTOLAN_TEST_POSTGRES_URL"
    elif running; then cat "$note/url"
    else die "the private server is not running; start it with: scripts/postgres.sh start"; fi ;;
  run)
    shift
    [ $# -gt 0 ] || die "run what?"
    if [ -z "${PORTOLAN_TEST_POSTGRES_URL:-}" ]; then
      if running; then was_running=1; else was_running=; trap remove EXIT; fi
      PORTOLAN_TEST_POSTGRES_URL="$(start)"
      export PORTOLAN_TEST_POSTGRES_URL
    fi
    "$@" ;;
  restart)
    running || die "the private server is not running"
    (cd / && as_owner "$(find_programs)/pg_ctl" restart -D "$(data_folder)" -m fast -w -t 60 -s >/dev/null 2>&1 </dev/null) || die "the server did not restart" ;;
  stop) remove ;;
  *) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
