#!/bin/sh
# The command with the service's settings and secrets, for an admin and for cron: goes to
# /usr/local/sbin/ticket-queue-daemon, so that it is typed as `sudo ticket-queue-daemon status`.
set -eu
cd /etc/ticket-queue-daemon
export CREDENTIALS_DIRECTORY=/etc/ticket-queue-daemon/credentials
exec /opt/ticket-queue-daemon/bin/ticket-queue-daemon "$@"
