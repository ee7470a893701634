#!/bin/sh
# Debian 12: mosquitto and mosquitto-clients 2.0.11-1.2+deb12u2
#
# Guess:  `mosquitto_pub -q 1` waits for the broker's acknowledgement, so exit code 0 means that the
#         broker took the message; at least with MQTT 5, whose acknowledgement carries a reason.
# Seen:   a topic that the broker's access list refuses ends with 0 too. With MQTT 3.1.1 nothing is
#         printed at all; with MQTT 5 "Not authorized" is printed, and it is 0 nevertheless.
. "$(dirname "$0")/common"
debian mosquitto=2.0.11-1.2+deb12u2 mosquitto-clients=2.0.11-1.2+deb12u2

echo 'topic readwrite open/#' >"$t/root/tmp/acl"
printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' 'acl_file /tmp/acl' 'user root' >"$t/root/tmp/conf"
start mosquitto -c /tmp/conf
publish() { # MQTT TOPIC
  if inside mosquitto_pub -h 127.0.0.1 -p "$port" -V "$1" -q 1 -r -t "$2" -m "by $1" 2>&1; then echo 'exit code 0'
  else echo "exit code $?"; fi
}
received() { # TOPIC: the retained message, which is there for whoever asks later
  inside mosquitto_sub -h 127.0.0.1 -p "$port" -W 2 -C 1 -t "$1" 2>/dev/null || echo nothing
}
up() { inside mosquitto_pub -h 127.0.0.1 -p "$port" -t open/up -m up; }
until_ready up

seen 'MQTT 3.1.1, a topic that is allowed' 'exit code 0' "$(publish mqttv311 open/desk)"
seen 'what a subscriber has' 'by mqttv311' "$(received open/desk)"
seen 'MQTT 3.1.1, a topic that is not' 'exit code 0' "$(publish mqttv311 closed/desk)"
seen 'MQTT 5, a topic that is not' 'Warning: Publish 1 failed: Not authorized.
exit code 0' "$(publish mqttv5 closed/desk)"
