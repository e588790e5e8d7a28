#!/usr/bin/env bash
# The tour runs from its first cell to its last under Deno's kernel for notebooks, and shows a picture, where Debian's
# jupyter-nbconvert is installed. `tests/notebook.sh --save` keeps what the cells gave in the notebook.
set -uo pipefail
cd "$(dirname "$0")/../examples"

if ! command -v jupyter-nbconvert >/dev/null; then
  echo 'jupyter-nbconvert is not installed, so the notebook is not run'
  echo '0 passed, 0 failed'
  exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/kernels/deno"
printf '{"argv": ["deno", "jupyter", "--kernel", "--conn", "{connection_file}"], "display_name": "Deno", "language": "typescript"}' \
  >"$work/kernels/deno/kernel.json"
export JUPYTER_PATH=$work
# The digits come with a package.
deno install --quiet
if timeout 300 jupyter-nbconvert --to notebook --execute --output-dir "$work" tour.ipynb &&
  grep -q 'image/svg+xml' "$work/tour.ipynb"; then
  if [[ ${1-} == --save ]]; then cp "$work/tour.ipynb" tour.ipynb; fi
  echo '1 passed, 0 failed'
else
  echo '0 passed, 1 failed'
  exit 1
fi
