#!/bin/sh
# Sets Edgewright up, and may be run again at any time. --yes asks nothing.
set -eu
cd "$(dirname "$0")/.."

assume_yes=no
for argument in "$@"; do
  case "$argument" in
    --yes | -y) assume_yes=yes ;;
    --help | -h) echo "usage: scripts/setup.sh [--yes]"; exit 0 ;;
    *) echo "setup: unknown option $argument; there is only --yes" >&2; exit 2 ;;
  esac
done
[ -t 0 ] || assume_yes=yes

need() { command -v "$1" >/dev/null 2>&1 || { echo "setup: $1 is missing; $2" >&2; exit 1; }; }
need git "install it with your system's packages"
need make "install it with your system's packages"
need node "install Node 20 or newer; the right one for the project is then installed beside it"
need npm "it comes with Node"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || { echo "setup: Node $major is too old; install 20 or newer" >&2; exit 1; }
echo "prerequisites: fine"

make --no-print-directory setup
mkdir -p results models data
if [ ! -f edgewright.yaml ]; then
  cp config/edgewright.example.yaml edgewright.yaml
  echo "settings: edgewright.yaml, a copy of the example"
else
  echo "settings: your edgewright.yaml stays as it is"
fi

if [ ! -f .env ] && [ "$assume_yes" = no ]; then
  printf 'Alpaca key id for stock data (Enter skips): '
  read -r key || key=
  if [ -n "$key" ]; then
    printf 'Alpaca secret: '
    stty -echo 2>/dev/null || true
    read -r secret || secret=
    stty echo 2>/dev/null || true
    echo
    (umask 077 && printf 'EDGEWRIGHT_ALPACA_KEY=%s\nEDGEWRIGHT_ALPACA_SECRET=%s\n' "$key" "$secret" >.env)
    echo "keys: in .env, readable by you alone; load them with: set -a; . ./.env; set +a"
  fi
fi

if command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; then
  echo "services: Docker runs here, but this version needs none"
else
  echo "services: none needed"
fi

make --no-print-directory health
echo "ready. Try: make pipeline"
