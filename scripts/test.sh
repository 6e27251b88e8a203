#!/usr/bin/env bash
# All checks, the quick ones first, the test suite last: its last line is the summary.
# `make test` prepares what this needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Snapshots are compared, never written.
export INSTA_UPDATE=no

started=$SECONDS
step() { printf '\n== %s (%s s so far)\n' "$*" "$((SECONDS - started))" >&2; }

step "format"
cargo fmt --all -- --check

step "lints: warnings are errors"
cargo clippy --locked --workspace --all-targets -- -D warnings

step "documentation: broken links are errors"
RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" \
  cargo doc --locked --workspace --no-deps --document-private-items --quiet

# The carrier's published description, and its own client library, judge both sides of the conversation; a mail
# server of another make judges the mails.
step "the judges"
[ -x tests/prism/node_modules/.bin/prism ] || npm ci --prefix tests/prism --no-audit --no-fund --loglevel=error
for judge in sdk smtp; do
  venv=tests/$judge/.venv
  if [ ! -x "$venv/bin/python" ] || ! cmp -s "tests/$judge/requirements.txt" "$venv/requirements.txt"; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "tests/$judge/requirements.txt"
    cp "tests/$judge/requirements.txt" "$venv/requirements.txt"
  fi
done
export PORTOLAN_REQUIRE_JUDGES=prism,sdk,imap,smtp

step "tests, on SQLite and on PostgreSQL"
if cargo nextest --version >/dev/null 2>&1; then
  runner=(cargo nextest run --locked --workspace)
else
  runner=(cargo test --locked --workspace)
fi
scripts/postgres.sh run "${runner[@]}"
