//! `[control]`: who may ask the running service at its socket.

use super::{section::Section, value::Text};

/// Who may open the control socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlOptions {
    /// The permissions of its file.
    pub mode: u32,
    /// The group of its file, by name or number; the service's own if not set.
    pub group: Option<String>,
}

impl Default for ControlOptions {
    /// Its user, its group and root.
    fn default() -> Self {
        Self {
            mode: 0o660,
            group: None,
        }
    }
}

/// Reads `[control]`.
pub(super) fn read_control(section: Option<&Section<'_>>) -> ControlOptions {
    let default = ControlOptions::default();
    let mode = section.and_then(|section| section.string("mode"));
    let group = section.and_then(|section| section.string("group"));
    ControlOptions {
        mode: mode.and_then(read_mode).unwrap_or(default.mode),
        group: group.and_then(read_group),
    }
}

/// Permissions without which the service's own user could not ask it are none.
fn read_mode(text: Text<'_>) -> Option<u32> {
    let written = text.text.trim();
    let mode = u32::from_str_radix(written, 8).ok();
    let mode = mode.filter(|mode| written.len() <= 4 && (0o600..=0o777).contains(mode));
    if mode.is_none() {
        let help = "write what chmod takes, such as \"0660\", from \"0600\" to \"0777\"";
        text.error_with(format!("{written:?} is no mode of a socket"), help);
    }
    mode
}

fn read_group(text: Text<'_>) -> Option<String> {
    let written = text.text.trim();
    if written.is_empty() {
        text.error_with(
            "`group` is empty",
            "delete it to keep the service's own group",
        );
        return None;
    }
    Some(written.to_owned())
}
