#!/bin/sh
# Debian 12: notmuch 0.37-1+b1; for comparison mu 1.8.14-1 (maildir-utils)
#
# Guess:  a subject is decoded once. A headline about mail that reads "=?utf-8?Q?caf=C3=A9?=", and is
#         sent in an encoded word of its own as it must be, is shown as it was written.
# Seen:   `notmuch show` shows it so, as mu does. `notmuch search`, the list people look at, decodes
#         what it has decoded already and shows another headline: "café".
. "$(dirname "$0")/common"
debian notmuch=0.37-1+b1 maildir-utils=1.8.14-1

headline='=?utf-8?Q?caf=C3=A9?='
mkdir -p "$t/root/tmp/m/cur" "$t/root/tmp/m/new" "$t/root/tmp/m/tmp"
cat >"$t/root/tmp/m/cur/1:2,S" <<M
From: desk@example.org
To: reader@example.org
Date: Mon, 02 Nov 2026 01:30:00 +0000
Message-ID: <1@example.org>
Subject: =?utf-8?B?$(printf %s "$headline" | base64 -w0)?=
MIME-Version: 1.0
Content-Type: text/plain

text
M
printf '[database]\npath=/tmp/m\n[user]\nprimary_email=reader@example.org\n' >"$t/root/tmp/.notmuch-config"
inside notmuch new >"$t/log" 2>&1
inside mu init --maildir=/tmp/m >"$t/log" 2>&1
inside mu index >"$t/log" 2>&1

seen 'mu find' "$headline" "$(inside mu find '' --fields s)"
seen 'notmuch show' "\"Subject\": \"$headline\"" "$(inside notmuch show --format=json '*' | grep -o '"Subject": "[^"]*"')"
seen 'notmuch search' '"subject": "café"' "$(inside notmuch search --format=json '*' | grep -o '"subject": "[^"]*"')"
