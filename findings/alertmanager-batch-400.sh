#!/bin/sh
# Debian 12: prometheus-alertmanager 0.25.0-1+b4
#
# Guess:  a POST of several alerts that is answered with 400 has changed nothing, so a client may
#         drop the whole or send it again once mended.
# Seen:   the alerts in it that are well-formed are in force, those after the bad one too; 400 and
#         its text speak of the bad one alone.
. "$(dirname "$0")/common"
. "$(dirname "$0")/alertmanager"

code=$(curl -s -o "$t/answer" -w '%{http_code}' -H 'content-type: application/json' \
  "http://127.0.0.1:$port/api/v2/alerts" -d '[
    {"labels": {"alertname": "first"}},
    {"labels": {"alertname": "second"}, "startsAt": "2026-11-02T02:00:00Z", "endsAt": "2026-11-02T01:00:00Z"},
    {"labels": {"alertname": "third"}}]')
seen 'three alerts, the second ends before it starts' '400 "start time must be before end time"' "$code $(cat "$t/answer")"
seen 'alerts in force' 'first
third' "$(amtool alert query -o json | grep -o '"alertname":"[^"]*"' | cut -d'"' -f4 | sort)"
