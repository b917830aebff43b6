#!/bin/sh
# What one container does: web, worker, beat or migrate. Anything else is a command of `lms`.
set -eu

case "${1:-}" in
  web) exec lms serve --host 0.0.0.0 --port 8000 --workers "${WEB_WORKERS:-2}" ;;
  worker) exec lms worker --no-beat ;;
  beat) exec lms beat ;;
  migrate) exec lms db upgrade ;;
  *) exec lms "$@" ;;
esac
