#!/bin/sh
# For what has been merged: make it the policy, and see that it decides what it
# should.
set -eu
printf '%s\n' "$PULLGATE_TOKEN" |
  pullgate login "$PULLGATE_SERVER" -u "$PULLGATE_USER" --password-stdin
pullgate policy test -f cases.yaml --policy acme.yaml
pullgate apply -f acme.yaml
pullgate policy test -f cases.yaml
