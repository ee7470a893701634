//! Who types a command.

use std::env::var;

use crate::view::words::one_line;

/// The longest name that is kept, in characters.
const MAX_CHARS: usize = 64;

/// The name of who types this: behind `sudo` that of who typed `sudo`, else the login, else the
/// number of the user. It helps a team, and proves nothing.
pub(super) fn types() -> String {
    let user = rustix::process::getuid().as_raw();
    chosen(|name| var(name).ok(), user)
}

fn chosen(variable: impl Fn(&str) -> Option<String>, user: u32) -> String {
    let names = ["SUDO_USER", "LOGNAME", "USER"].into_iter();
    let mut names = names.filter_map(variable);
    let name = names.find_map(|name| {
        let name = one_line(&name, MAX_CHARS);
        (!name.is_empty()).then_some(name)
    });
    name.unwrap_or_else(|| format!("uid {user}"))
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn behind_sudo_it_is_who_typed_sudo_and_without_a_name_the_number() {
        for (known, expected) in [
            (&[("SUDO_USER", "mai"), ("LOGNAME", "root")][..], "mai"),
            (&[("LOGNAME", "root"), ("USER", "x")], "root"),
            (&[("LOGNAME", " "), ("USER", "ken\n")], "ken"),
            (&[], "uid 7"),
        ] {
            let variable = |name: &str| {
                let found = known.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(chosen(variable, 7), expected);
        }
    }
}
