#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that a task needs, if they are missing, and says so.
#
#   scripts/setup.sh demo         to build and run the demo
#   scripts/setup.sh test         to run all tests
#   scripts/setup.sh e2e          to play the journeys in a browser, and to look at every page
#   scripts/setup.sh screens      to take pictures of the pages
#   scripts/setup.sh screenshots  to take those of docs/screens
#   scripts/setup.sh bench        to measure
#
# What is there already, from whatever source, is left alone. Packages are installed as root or with
# sudo; with neither, this says which command somebody else must run.
set -euo pipefail

say() { printf '%s\n' "setup: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

missing=()
# need PROGRAM PACKAGE WHY
need() {
  if ! have "$1"; then
    say "\`$1\` is missing ($3): package $2"
    missing+=("$2")
  fi
}

toolchain() {
  need cc build-essential "links the program, and compiles SQLite"
  if ! have cargo; then
    say "Rust is missing: install it from https://rustup.rs, 1.95 or later"
    exit 1
  fi
  local major
  major="$({ node --version 2>/dev/null || true; } | sed -n 's/^v\([0-9]*\)\..*/\1/p')"
  if [ -z "$major" ] || [ "$major" -lt 20 ] || ! have npm; then
    say "Node with npm is missing or older than 20 (it builds the portal's style sheet): install it from https://nodejs.org"
    exit 1
  fi
}

postgres_server() {
  if [ -n "${PORTOLAN_TEST_POSTGRES_URL:-}" ] || have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    return
  fi
  say "\`initdb\` is missing (the tests start a private PostgreSQL): package postgresql"
  missing+=(postgresql)
}

browser() {
  have google-chrome || have chromium-browser || need chromium chromium "$1"
}

case "${1:-}" in
  demo)
    toolchain
    ;;
  test)
    toolchain
    need pdftotext poppler-utils "reads PDFs and checks their seals in tests"
    need sqlite3 sqlite3 "looks into databases from outside"
    postgres_server
    [ -x /usr/sbin/dovecot ] || need dovecot dovecot-imapd "is the mailbox that answers are fetched from"
    if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
      say "Python's venv is missing (the carrier's own client library and another mail server judge the tests): package python3-venv"
      missing+=(python3 python3-venv)
    fi
    ;;
  e2e)
    toolchain
    browser "plays the journeys"
    ;;
  screenshots)
    toolchain
    browser "shows the pages"
    need pdftoppm poppler-utils "draws the PDFs in the pictures"
    ;;
  screens)
    toolchain
    browser "shows the pages"
    ;;
  bench)
    toolchain
    need g++ build-essential "compiles what Google's number parsing is compared by"
    need sqlite3 sqlite3 "what imports are compared with"
    need nginx nginx-light "what pages are compared with"
    need wrk wrk "asks for pages without a pause"
    if [ ! -e /usr/include/phonenumbers/phonenumberutil.h ]; then
      say "libphonenumber's headers are missing (what number parsing is compared with): package libphonenumber-dev"
      missing+=(libphonenumber-dev)
    fi
    ;;
  *)
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac

[ "${#missing[@]}" -gt 0 ] || exit 0

if ! have apt-get; then
  say "this is neither Debian nor Ubuntu: install what provides ${missing[*]} by your system's means, then try again"
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  as_root=()
elif have sudo; then
  as_root=(sudo)
else
  say "somebody who may install packages must run: apt-get install ${missing[*]}"
  exit 1
fi
for package in "${missing[@]}"; do
  if [ "$package" = postgresql ]; then
    # The package would make and start a database of its own; the tests need the programs only.
    "${as_root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.d/portolan-tests.conf >/dev/null
  fi
done
say "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq </dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >&2
