#!/usr/bin/env bash
# Checks the core of the suite in headless Chromium: in plain pages, which compute on one thread, and in pages isolated
# from other origins, which share memory with workers. Closes with `N passed, N failed`; skipped where there is no
# Chromium and nobody may install it.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
# Chromium's last children may still be writing for a moment.
trap 'rm -rf "$work" 2>/dev/null || { sleep 2; rm -rf "$work"; }' EXIT

if ! command -v chromium >/dev/null; then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "skipped: there is no chromium here; Debian's package of that name has it"
    exit 0
  fi
  if ! { apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >"$work/apt" 2>&1; then
    tail -n 5 "$work/apt"
    echo "skipped: chromium could not be installed"
    exit 0
  fi
fi
chromium --version 2>/dev/null

# What an engine can change: compiled code and its numbers, memory, threads, and the transforms that programs come from.
# Tests of types, messages and file formats, and goldens of what is made from primitives, run the same anywhere; the laws
# of linear algebra, whose compiled programs consist of other primitives, take long. A test that asks more of Deno than
# `Deno.test` stays behind.
mapfile -t tests < <(
  find core/backends core/control tests/backends tests/laws tests/transforms -name '*_test.ts' ! -name 'linalg_*' \
    -exec grep -LE 'Deno\.([^t]|t[^e])' {} + | sort
)
tests+=(tests/browser/threads.ts tests/browser/refused.ts)
deno bundle --quiet --platform browser --code-splitting --keep-names --outdir "$work/served" \
  tests/browser/page.mjs "${tests[@]}"
mkdir "$work/tmp"
TMPDIR=$work/tmp deno run --quiet --allow-net=127.0.0.1 --allow-run=chromium --allow-env=TMPDIR \
  --allow-read="$work" --allow-write="$work" tests/browser/serve.ts "$work/served" "${tests[@]/%.ts/.js}"
