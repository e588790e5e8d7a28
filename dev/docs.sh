#!/usr/bin/env bash
# The documentation as pages, in `docs/`: the README first, then every symbol. Open `docs/index.html`.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r deno.json core layers optim data explain dev "$work"
# The first page is what the main module says of itself; here it says what the README does.
{
  echo '/**'
  sed -e 's|\*/|*\\/|g' -e 's|^| * |' README.md
  echo ' * @module'
  echo ' */'
  sed '1,/^ \*\/$/d' mod.ts
} >"$work/mod.ts"
out=$PWD/docs
rm -rf "$out"
cd "$work"
deno doc --quiet --html --name=Adjoint --output="$out" mod.ts layers/mod.ts optim/mod.ts data/mod.ts explain/mod.ts
grep -q 'A tour' "$out/index.html"
