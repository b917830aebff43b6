#!/bin/sh
# What one container does: web, worker, beat or migrate. Anything else is a command of `lms`.
set -eu

# What work that was killed left behind; each container has a /var/tmp of its own.
case "${1:-}" in web | worker | beat) [ "${TMPDIR:-}" != /var/tmp ] || find /var/tmp -mindepth 1 -delete ;; esac

case "${1:-}" in
  web) exec lms serve --host 0.0.0.0 --port 8000 --workers "${WEB_WORKERS:-2}" ;;
  worker) exec lms worker --no-beat ;;
  beat) exec lms beat ;;
  migrate) exec lms db upgrade ;;
  *) exec lms "$@" ;;
esac
