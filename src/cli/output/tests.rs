use super::*;

#[test]
fn a_title_cannot_turn_the_rest_of_its_line_around() {
    assert_eq!(
        one_line("a\u{202e}b\u{2066}c \u{200f}ד\n d", 10),
        "abc \u{200f}ד d"
    );
}

#[test]
fn json_holds_nothing_that_acts_on_a_terminal_and_reads_the_same() {
    let text = "小泉 a\u{9b}31m\u{202e}b\u{2066}\u{7f}\u{2028} é";
    let json = harmless(&serde_json::to_string(text).expect("a string"));
    assert_eq!(json, "\"小泉 a\\u009b31m\\u202eb\\u2066\\u007f\\u2028 é\"");
    let read: String = serde_json::from_str(&json).expect("JSON");
    assert_eq!(read, text);
}

#[test]
fn text_is_cut_by_columns_not_by_characters() {
    assert_eq!(fit("Koizumi", None), "Koizumi");
    assert_eq!(fit("Koizumi", Some(7)), "Koizumi");
    assert_eq!(fit("Koizumi", Some(6)), "Koizu…");
    assert_eq!(fit("小泉進次郎", Some(10)), "小泉進次郎");
    assert_eq!(fit("小泉進次郎", Some(9)), "小泉進次…");
    assert_eq!(fit("小泉進次郎", Some(8)), "小泉進…");
    assert_eq!(width("\x1b[1;33m小泉\x1b[0m a"), 6);
}

#[test]
fn text_is_wrapped_and_keeps_its_indent() {
    let text = "it waits for desk";
    assert_eq!(wrap(text, None), [text]);
    assert_eq!(wrap(text, Some(17)), [text]);
    assert_eq!(wrap(text, Some(16)), ["it waits for", "desk"]);
    assert_eq!(wrap("  a bc", Some(4)), ["  a", "  bc"]);
    assert_eq!(wrap("whole", Some(2)), ["whole"]);
    assert_eq!(wrap("", Some(2)), [""]);
}

#[test]
fn an_error_is_broken_between_words_and_a_report_is_left_alone() {
    let error = "error: feed is off; help: add --write";
    assert_eq!(
        of_one_line(error, Some(32)),
        "error: feed is off; help: add\n--write"
    );
    assert_eq!(of_one_line(error, None), error);
    let report = "error: no such key\n  |  wire = 1\n";
    assert_eq!(of_one_line(report, Some(8)), report);
}
