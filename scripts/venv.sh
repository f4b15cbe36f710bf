#!/bin/sh
# Make a virtual environment in $1 with the Python named by $PYTHON (3.11 or newer), saying what is missing.
set -eu
target=$1
python=${PYTHON:-python3}

if ! command -v "$python" >/dev/null 2>&1; then
    echo "Python 3.11 or newer is needed and '$python' was not found. Install it, or name one: make PYTHON=python3.12 ..." >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; '$python' is $("$python" -V 2>&1). Name another one: make PYTHON=python3.12 ..." >&2
    exit 1
fi
[ -x "$target/bin/python" ] && "$target/bin/python" -m pip --version >/dev/null 2>&1 && exit 0

if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    # Debian ships Python without these two; they come in a package of their own.
    echo "==> Python's venv module is missing, installing the Debian package python3-venv"
    sh "$(dirname "$0")/apt.sh" python3-venv
fi
"$python" -m venv "$target"
