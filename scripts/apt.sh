#!/bin/sh
# Install the Debian packages named as arguments, as root or with sudo, and say clearly when neither is possible.
set -eu
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    as_root="none"
fi
if [ "$as_root" = none ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "These packages are needed and cannot be installed from here (no apt-get, or neither root nor sudo): $*" >&2
    echo "On Debian or Ubuntu run:  sudo apt-get install $*" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
