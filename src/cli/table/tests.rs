use super::*;

fn screen(columns: impl Into<Option<usize>>) -> Screen {
    Screen {
        columns: columns.into(),
        color: false,
    }
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

#[test]
fn a_table_that_is_too_wide_is_wrapped_within_its_columns() {
    let rows = [
        row(&["d1", "小泉進次郎、防衛相に就任", "503 Service Unavailable"]),
        row(&["d22", "short", "cannot connect to the host"]),
    ];
    let heading = ["id", "what", "last answer"];
    let table = |columns| laid_out(&heading, &rows, columns).join("\n");
    assert_eq!(
        table(screen(40)),
        "ID   WHAT               LAST ANSWER\n\
         d1   小泉進次郎、防衛   503 Service\n\
         \x20    相に就任           Unavailable\n\
         d22  short              cannot connect\n\
         \x20                       to the host"
    );
    assert_eq!(
        table(screen(None)),
        table(screen(200)),
        "a pipe gets lines whole"
    );
}

#[test]
fn a_screen_too_narrow_for_the_words_has_a_row_in_lines_of_its_own() {
    let rows = [
        row(&["nippon-hoso-kyokai", "ok", "in 7s (back-off)", ""]),
        row(&["wire", "failing", "never", "status 503"]),
        row(&["", "later", "120 ms", "an attempt"]),
    ];
    let heading = ["feed", "state", "next", "remark"];
    let table = laid_out(&heading, &rows, screen(24)).join("\n");
    assert_eq!(
        table,
        "nippon-hoso-kyokai\n  state ok, next in 7s\n  (back-off)\n\
         wire\n  state failing, next\n  never, remark status\n  503\n\
         \x20 state later, next 120\n  ms, remark an attempt"
    );
}

#[test]
fn only_what_must_be_looked_at_is_red() {
    for (line, wanted) in [
        ("38 ok, 1 failing, 1 silent", "38 ok, [1 failing], 1 silent"),
        ("none waiting, 0 dead", "none waiting, 0 dead"),
        (
            "3 waiting, since 2m ago, 12 dead",
            "3 waiting, since 2m ago, [12 dead]",
        ),
        (
            "not running; stopped 2h ago",
            "[not running]; stopped 2h ago",
        ),
        ("stuck: nothing written", "[stuck]: nothing written"),
        ("running since 3h ago", "running since 3h ago"),
    ] {
        let shown = alarming(line)
            .replace("\x1b[31m", "[")
            .replace("\x1b[0m", "]");
        assert_eq!(shown, wanted, "{line}");
    }
}

#[test]
fn states_have_colours_that_take_no_room() {
    let rows = [
        row(&["a", "failing", "x"]),
        row(&["failing", "ok", "x"]),
        row(&["c", "silent", "x"]),
    ];
    let heading = ["feed", "state", "remark"];
    let color = Screen {
        columns: None,
        color: true,
    };
    let plain = laid_out(&heading, &rows, screen(None)).join("\n");
    let colored = laid_out(&heading, &rows, color).join("\n");
    assert!(
        colored.contains("a        \x1b[31mfailing\x1b[0m  x"),
        "{colored}"
    );
    assert!(colored.contains("\x1b[33msilent\x1b[0m   x"), "{colored}");
    assert_eq!(colored.matches('\x1b').count(), 4, "{colored}");
    let bare = ["\x1b[31m", "\x1b[33m", "\x1b[0m"];
    let bare = bare
        .iter()
        .fold(colored.clone(), |text, code| text.replace(code, ""));
    assert_eq!(bare, plain);
    let narrow = Screen {
        columns: Some(9),
        ..color
    };
    let stacked = laid_out(&heading, &rows, narrow).join("\n");
    assert!(stacked.contains("\x1b[31mfailing\x1b[0m"), "{stacked}");
}
