#!/bin/sh
# For every proposed change: is the policy well-formed, does it decide what it
# should, and what would it change? Changes nothing.
set -eu
printf '%s\n' "$PULLGATE_TOKEN" |
  pullgate login "$PULLGATE_SERVER" -u "$PULLGATE_USER" --password-stdin
pullgate policy test -f cases.yaml --policy acme.yaml
pullgate apply -f acme.yaml --dry-run
