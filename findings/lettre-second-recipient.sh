#!/bin/sh
# crates.io: lettre 0.11.23 (features: builder)
#
# Guess:  `Message::builder()` collects the recipients that `to()` is called with: what `Address` has
#         accepted is in the header and in the envelope, or building fails.
# Seen:   `to()` writes the header as text, and the next `to()` reads that text again. Its reader
#         takes less than `Address` does: after "news desk"@example.org, which is valid (RFC 5321),
#         the header is begun anew. All recipients before are gone, and `body()` returns Ok. As the
#         last one it takes all of them along, and `body()` says that there is no recipient.
set -eu
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir "$t/src"
cat >"$t/Cargo.toml" <<'C'
[package]
name = "probe"
version = "0.0.0"
edition = "2021"
[dependencies]
lettre = { version = "=0.11.23", default-features = false, features = ["builder"] }
C
cat >"$t/src/main.rs" <<'C'
use lettre::{message::Mailbox, Address, Message};

fn main() {
    for list in [
        &["ann@example.org", "bob@example.org", "cy@example.org"],
        &["ann@example.org", "\"news desk\"@example.org", "cy@example.org"],
        &["ann@example.org", "cy@example.org", "\"news desk\"@example.org"],
    ] {
        let mut builder = Message::builder().from("from@example.org".parse().expect("a sender"));
        for address in list {
            let address: Address = address.parse().expect("a valid address");
            builder = builder.to(Mailbox::new(None, address));
        }
        match builder.body(String::from("text")) {
            Ok(mail) => println!("{} => {}", list.join(", "), mail.envelope().to().iter().map(|a| a.to_string()).collect::<Vec<_>>().join(", ")),
            Err(e) => println!("{} => {e}", list.join(", ")),
        }
    }
}
C
expected='ann@example.org, bob@example.org, cy@example.org => ann@example.org, bob@example.org, cy@example.org
ann@example.org, "news desk"@example.org, cy@example.org => cy@example.org
ann@example.org, cy@example.org, "news desk"@example.org => missing destination address, invalid envelope'
actual=$(CARGO_TARGET_DIR="$t/target" cargo run -q --manifest-path "$t/Cargo.toml")
echo "to() called for each => recipients of the envelope"
printf '%s\n' "$actual"
[ "$actual" = "$expected" ] || { printf 'CHANGED, it was:\n%s\n' "$expected"; exit 1; }
