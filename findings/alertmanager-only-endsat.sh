#!/bin/sh
# Debian 12: prometheus-alertmanager 0.25.0-1+b4
#
# Guess:  an alert posted with endsAt alone is one that has begun now and ends then: its manual says
#         that Alertmanager fills in the present time where startsAt is left out.
# Seen:   it starts when it ends. `amtool alert add --end` posts such an alert, and ten years ahead
#         stand in startsAt.
. "$(dirname "$0")/common"
. "$(dirname "$0")/alertmanager"

today=$(date -u +%Y-%m-%d)
amtool alert add begun
amtool alert add ends --end=2036-11-02T01:00:00Z
field() { amtool alert query -o json "alertname=$1" | grep -o "\"$2\":\"[^\"]*\""; }
seen 'amtool alert add begun' "\"startsAt\":\"$today" "$(field begun startsAt | cut -c1-22)"
seen 'amtool alert add ends --end=2036-11-02T01:00:00Z' '"startsAt":"2036-11-02T01:00:00.000Z"
"endsAt":"2036-11-02T01:00:00.000Z"' "$(field ends startsAt; field ends endsAt)"
