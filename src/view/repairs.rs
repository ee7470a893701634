//! What had to be repaired to read a feed, in words.

use serde::Deserialize;

use crate::parse::Warning;

/// One kind of fault, as the store has it.
#[derive(Deserialize)]
struct StoredWarning {
    kind: String,
    count: u32,
    first_at: usize,
}

/// A line for every kind of fault of a feed that was just read.
pub(crate) fn found(warnings: &[Warning]) -> Vec<String> {
    let words = |warning: &Warning| words(warning.kind.as_str(), warning.count, warning.first_at);
    warnings.iter().map(words).collect()
}

/// The same of a feed's state. It may be of a version whose faults this one does not know.
pub(crate) fn stored(warnings: &str) -> Vec<String> {
    let stored: Vec<StoredWarning> = serde_json::from_str(warnings).unwrap_or_default();
    let words = |fault: &StoredWarning| words(&fault.kind, fault.count, fault.first_at);
    stored.iter().map(words).collect()
}

/// `bare ampersand, 3 times, first at byte 1042`; no place where it makes no sense.
fn words(kind: &str, count: u32, first_at: usize) -> String {
    let kind = kind.replace('_', " ");
    match (count, first_at) {
        (1, 0) => kind,
        (1, at) => format!("{kind}, at byte {at}"),
        (count, 0) => format!("{kind}, {count} times"),
        (count, at) => format!("{kind}, {count} times, first at byte {at}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::WarningKind;

    #[test]
    fn new_and_stored_warnings_read_alike() {
        let warning = |kind, count, first_at| Warning {
            kind,
            count,
            first_at,
        };
        let warnings = [
            warning(WarningKind::BareAmpersand, 3, 1042),
            warning(WarningKind::Truncated, 1, 88),
            warning(WarningKind::WrongEncoding, 1, 0),
            warning(WarningKind::ItemsMissing, 2, 0),
        ];
        let lines = [
            "bare ampersand, 3 times, first at byte 1042",
            "truncated, at byte 88",
            "wrong encoding",
            "items missing, 2 times",
        ];
        assert_eq!(found(&warnings), lines);
        let stored = serde_json::to_string(&warnings).expect("plain data");
        assert_eq!(super::stored(&stored), lines);
        assert!(super::stored("").is_empty());
    }
}
