#!/bin/sh
# Debian 12: mu 1.8.14-1 (maildir-utils)
#
# Guess:  `Keywords: Indo-Pacific, South China Sea` gives the message two tags: keywords are phrases
#         between commas (RFC 5322, 3.6.5), and mu takes tags from this header and from X-Keywords.
# Seen:   Keywords is cut at spaces and the commas stay: "Indo-Pacific," and "South" and "China" and
#         "Sea". X-Keywords with the same value is cut at the commas, as one would think.
. "$(dirname "$0")/common"
debian maildir-utils=1.8.14-1

mail() { # NAME HEADER
  printf '%s\n' 'From: desk@example.org' 'To: reader@example.org' \
    'Date: Mon, 02 Nov 2026 01:30:00 +0000' "Message-ID: <$1@example.org>" 'Subject: headline' \
    "$2: Indo-Pacific, South China Sea" '' text >"$t/root/tmp/m/cur/$1:2,S"
}
mkdir -p "$t/root/tmp/m/cur" "$t/root/tmp/m/new" "$t/root/tmp/m/tmp"
mail plain Keywords
mail x X-Keywords
inside mu init --maildir=/tmp/m >"$t/log" 2>&1
inside mu index >"$t/log" 2>&1

tags() { inside mu find "msgid:$1@example.org" --format=sexp | tr '\n' ' ' | grep -o ':tags ([^)]*)'; }
seen 'X-Keywords: Indo-Pacific, South China Sea' ':tags ("Indo-Pacific" "South China Sea")' "$(tags x)"
seen 'Keywords: Indo-Pacific, South China Sea' ':tags ("Indo-Pacific," "South" "China" "Sea")' "$(tags plain)"
