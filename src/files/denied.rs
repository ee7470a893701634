//! Whose a file is that this user may not have, and what to do.

use std::{
    fmt, fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Access, access},
    process::geteuid,
};

/// Links that are followed, one behind the other: as many as the kernel follows.
const MOST_LINKS: u32 = 40;

/// What keeps this user from a file: the file itself, or a folder before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    path: PathBuf,
    owner: u32,
    group: u32,
    mode: u32,
    us: u32,
    is_service: bool,
}

impl Denied {
    /// What keeps this user from reading and writing a file, or from making it. `None` where nobody
    /// can tell, or where no owner and no mode does: root may all of it, and is refused by something
    /// else.
    pub fn of(path: &Path) -> Option<Self> {
        let path = std::path::absolute(path).ok()?;
        let us = geteuid().as_raw();
        let at = blocker(&path, MOST_LINKS)?;
        let data = fs::metadata(&at).ok()?;
        (us != 0).then(|| Self {
            path: at,
            owner: data.uid(),
            group: data.gid(),
            mode: data.mode() & 0o7777,
            us,
            is_service: std::env::var_os("NOTIFY_SOCKET").is_some(),
        })
    }

    /// The help for a message, after its own semicolon; empty where there is none.
    pub fn help(path: &Path) -> String {
        Self::of(path).map_or(String::new(), |denied| format!("; help: {denied}"))
    }

    fn advice(&self, owner: &str) -> String {
        let path = self.path.display();
        if self.is_service {
            return format!(
                "the service runs as another user: let that one have it with `chown` or `chmod`, \
                 or give it a secret with `LoadCredential=` in the unit (this is user {})",
                self.us
            );
        }
        if self.owner == self.us {
            return format!("it is yours: `chmod u+rwX {path}` lets you have it");
        }
        // A user that systemd made for the service has no name that sudo knows.
        if self.owner == 0 || owner.parse::<u32>().is_ok() {
            return "run this as root: `sudo fivebells …`".to_owned();
        }
        format!("run this as {owner}, `sudo -u {owner} fivebells …`, or as root")
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = name(self.owner, "/etc/passwd");
        let group = name(self.group, "/etc/group");
        write!(
            f,
            "{} belongs to {owner}:{group} and has mode {:04o}; {}",
            self.path.display(),
            self.mode,
            self.advice(&owner)
        )
    }
}

/// The first thing on the way to a file, or behind it, that cannot be had: the file where it can be
/// looked at, else what leads to it.
fn blocker(path: &Path, links: u32) -> Option<PathBuf> {
    if let Ok(data) = fs::metadata(path) {
        let is_ours = access(path, Access::READ_OK | Access::WRITE_OK).is_ok();
        // What is ours is refused for its folder, in which nothing can be made or renamed.
        let parent = path.parent().filter(|_| is_ours && data.is_file());
        return Some(parent.unwrap_or(path).to_owned());
    }
    let parent = path.parent()?;
    match fs::read_link(path) {
        Ok(target) if links > 0 => blocker(&parent.join(target), links - 1),
        _ => blocker(parent, links),
    }
}

/// The name of a user or a group, or its number. Only the file is asked: to ask whatever else the
/// system asks takes the C library.
fn name(number: u32, file: &str) -> String {
    let names = fs::read_to_string(file).unwrap_or_default();
    named(number, &names).map_or_else(|| number.to_string(), str::to_owned)
}

/// In the lines of passwd(5) or group(5).
fn named(number: u32, lines: &str) -> Option<&str> {
    let number = number.to_string();
    lines.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(owner: u32, us: u32, is_service: bool) -> String {
        let denied = Denied {
            path: "/srv/store.db".into(),
            owner,
            group: 0,
            mode: 0o600,
            us,
            is_service,
        };
        denied.to_string()
    }

    #[test]
    fn the_owner_and_the_mode_are_said_and_what_to_do() {
        // The user 2 of the test stands in no list but root's, which everybody has.
        let number = 3_999_999_999;
        for (owner, us, is_service, wanted) in [
            (0, 7, false, "run this as root: `sudo fivebells …`"),
            (number, 7, false, "run this as root: `sudo fivebells …`"),
            (7, 7, false, "it is yours: `chmod u+rwX /srv/store.db`"),
            (0, 7, true, "the service runs as another user"),
        ] {
            let said = denied(owner, us, is_service);
            assert!(said.contains("/srv/store.db belongs to "), "{said}");
            assert!(said.contains(":root and has mode 0600; "), "{said}");
            assert!(said.contains(wanted), "{said}");
        }
        let of_bells = Denied {
            path: "/srv/store.db".into(),
            owner: 1,
            group: 0,
            mode: 0o600,
            us: 7,
            is_service: false,
        };
        assert_eq!(
            of_bells.advice("bells"),
            "run this as bells, `sudo -u bells fivebells …`, or as root"
        );
    }

    #[test]
    fn a_number_has_the_name_that_its_file_gives() {
        let lines = "root:x:0:0:root:/root:/bin/sh\n\nbells:x:990:980::/:/bin/false\n";
        assert_eq!(named(990, lines), Some("bells"));
        assert_eq!(named(980, lines), None, "that is a group");
        assert_eq!(named(99, lines), None);
    }

    #[test]
    fn what_is_in_the_way_is_the_file_the_folder_or_what_a_link_leads_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "").expect("written");
        fs::create_dir(at("inner")).expect("made");
        std::os::unix::fs::symlink("inner/none", at("link")).expect("linked");
        std::os::unix::fs::symlink("round", at("round")).expect("linked");
        for (asked, wanted) in [
            ("none", ""),
            ("inner/none/more", "inner"),
            ("link", "inner"),
            ("inner", "inner"),
            ("file", ""),
            ("round", ""),
        ] {
            assert_eq!(
                blocker(&at(asked), 40),
                Some(at(wanted).components().collect()),
                "{asked}"
            );
        }
    }
}
