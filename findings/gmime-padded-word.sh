#!/bin/sh
# Debian 12: libgmime-3.0-0 3.2.13+dfsg-2, seen through notmuch 0.37-1+b1 and mu 1.8.14-1
#
# Guess:  an encoded word stands by itself (RFC 2047, 5: each is decoded alone), so a long headline
#         cut into several base64 words at whole characters is put together again by any reader.
# Seen:   neighbours of the same charset and encoding are joined before they are decoded, and the
#         "=" at the end of the first ends the whole: the rest of the headline is gone. Whether a
#         Japanese subject comes out whole depends on the number of bytes in each word modulo 3.
#         With Q for the second word nothing is lost.
. "$(dirname "$0")/common"
debian notmuch=0.37-1+b1 maildir-utils=1.8.14-1

b() { printf '=?utf-8?B?%s?=' "$(printf %s "$1" | base64 -w0)"; }
mail() { # NAME SUBJECT
  printf '%s\n' 'From: desk@example.org' 'To: reader@example.org' \
    'Date: Mon, 02 Nov 2026 01:30:00 +0000' "Message-ID: <$1@example.org>" "Subject: $2" \
    'MIME-Version: 1.0' 'Content-Type: text/plain' '' text >"$t/root/tmp/m/cur/$1:2,S"
}
mkdir -p "$t/root/tmp/m/cur" "$t/root/tmp/m/new" "$t/root/tmp/m/tmp"
mail 8bytes "$(b 'G7外相') $(b '会合が開幕')"
mail 9bytes "$(b '外相級') $(b '会合が開幕')"
mail q "$(b 'G7外相') =?utf-8?Q?=E4=BC=9A=E5=90=88?="
printf '[database]\npath=/tmp/m\n[user]\nprimary_email=reader@example.org\n' >"$t/root/tmp/.notmuch-config"
inside notmuch new >"$t/log" 2>&1
inside mu init --maildir=/tmp/m >"$t/log" 2>&1
inside mu index >"$t/log" 2>&1

by_mu() { inside mu find "msgid:$1@example.org" --fields s; }
by_notmuch() { inside notmuch show --format=json "id:$1@example.org" | sed 's/.*"Subject": "\([^"]*\)".*/\1/'; }
seen 'mu, 外相級 (9 bytes) + 会合が開幕' '外相級会合が開幕' "$(by_mu 9bytes)"
seen 'notmuch, the same' '外相級会合が開幕' "$(by_notmuch 9bytes)"
seen 'mu, G7外相 (8 bytes) + 会合が開幕' 'G7外相' "$(by_mu 8bytes)"
seen 'notmuch, the same' 'G7外相' "$(by_notmuch 8bytes)"
seen 'mu, G7外相 (8 bytes) + 会合 in Q' 'G7外相会合' "$(by_mu q)"
