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

step "front end"
npm test --if-present --silent

# The carrier's published description, and its own client library, judge both sides of the conversation.
for judge in prism sdk; do
  if [ -e "tests/$judge/run.sh" ]; then
    step "carrier: $judge"
    "tests/$judge/run.sh"
  fi
done

step "tests, on SQLite and on PostgreSQL"
if cargo nextest --version >/dev/null 2>&1; then
  runner=(cargo nextest run --locked --workspace)
else
  runner=(cargo test --locked --workspace)
fi
scripts/postgres.sh run "${runner[@]}"
