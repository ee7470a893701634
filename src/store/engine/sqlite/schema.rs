//! The schema is frozen, and its due times are found without reading whole tables.

use super::{super::Tx, super::Value, connection::Access, connection::Connection, migrate};
use crate::store::{
    alerts, feeds, items, mutes, outbox, overview, polls, record, report, stories, summary, watches,
};

fn fresh() -> (tempfile::TempDir, Connection) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("store.db");
    let mut connection = Connection::open(&path, Access::Create).expect("opened");
    migrate::migrate(&mut connection, &path, migrate::MIGRATIONS).expect("made");
    (directory, connection)
}

fn texts(connection: &mut Connection, sql: &str, params: &[Value], column: &str) -> Vec<String> {
    let rows = connection.rows(sql, params).expect("it runs");
    rows.into_iter()
        .map(|mut row| row.take(column).expect("a text"))
        .collect()
}

/// Stores in the field have this schema. If this test fails, the change belongs into a new
/// migration.
#[test]
fn the_schema_is_frozen() {
    let (_directory, mut connection) = fresh();
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name";
    insta::assert_snapshot!(texts(&mut connection, sql, &[], "sql").join("\n"));
}

#[test]
fn due_rows_and_pages_of_items_are_found_by_index() {
    let (_directory, mut connection) = fresh();
    for (sql, params) in [
        (polls::CLAIM, 3),
        (polls::MOST_OVERDUE, 1),
        (polls::NEXT_DUE, 0),
        (polls::PAUSE_DOMAIN, 2),
        (polls::NEIGHBOURS, 2),
        (polls::ARRIVALS, 2),
        (polls::BY_WHOLE[0], 6),
        (polls::BY_WHOLE[1], 34),
        (polls::BY_GUID[0], 6),
        (polls::BY_GUID[1], 34),
        (polls::BY_LINK[0], 6),
        (polls::BY_LINK[1], 34),
        (polls::BY_TITLE[0], 6),
        (polls::BY_TITLE[1], 34),
        (polls::BY_ITEM[0], 6),
        (polls::BY_ITEM[1], 34),
        (polls::BEFORE, 6),
        (polls::ROWS[0], 5),
        (polls::ROWS[1], 33),
        (polls::BEARERS, 13),
        (polls::TEXTS, 5),
        (polls::REFRESH, 4),
        (items::MOMENT, 3),
        (items::EARLIER, 3),
        (items::MOMENT_OF_FEED, 4),
        (items::EARLIER_OF_FEED, 4),
        (outbox::NEWEST, 2),
        (outbox::NEWEST_IN_STATE, 4),
        (outbox::LANE, 2),
        (outbox::CLAIM, 4),
        (outbox::NEXT_DUE, 1),
        (outbox::PROBE, 4),
        (outbox::CLAIM_ONE, 4),
        (outbox::WAITING, 4),
        (outbox::SENT, 2),
        (outbox::NEXT_DUE_AFTER, 2),
        (outbox::FIRST, 2),
        (outbox::DUE, 4),
        (stories::OF_TEXT, 4),
        (stories::OF_STORY, 3),
        (stories::OF_WATCH, 4),
        (stories::RESTED, 2),
        (stories::RIPE, 2),
        (stories::LOOKS[0], 2),
        (stories::LOOKS[1], 2),
        (stories::LOOKS[2], 1),
        (stories::LOOKS[3], 2),
        (stories::LOOKS[4], 2),
        (outbox::FOLLOWERS, 1),
    ] {
        assert_found_by_index(&mut connection, sql, params);
    }
}

#[test]
fn what_pages_show_is_found_by_index() {
    let (_directory, mut connection) = fresh();
    for (sql, params) in [
        (alerts::OF_ALL, 3),
        (alerts::OF_FEED, 4),
        (alerts::OF_WATCH, 4),
        (feeds::BY_NAME, 2),
        (feeds::BY_NAME_AND_HOW, 2),
        (feeds::BY_CONDITION, 3),
        (feeds::NAMES, 0),
        (overview::ALERTS, 1),
        (overview::MISSED, 1),
        (watches::OF_ALL, 1),
        (watches::OF_ONE, 1),
        (watches::OF_SPAN, 3),
        (items::RECENT, 3),
        (stories::BELOW, 1),
        (stories::OF_COUNT, 6),
        (stories::OF_SEVERAL, 2),
        (stories::FOLDED, 2),
        (stories::TIMELINE, 2),
        (stories::THEN[0], 4),
        (stories::THEN[1], 4),
        (stories::THEN[2], 4),
        (stories::THEN[3], 1),
        (stories::THEN[4], 3),
        (stories::REPORTS, 2),
    ] {
        assert_found_by_index(&mut connection, sql, params);
    }
}

fn assert_found_by_index(connection: &mut Connection, sql: &str, params: usize) {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    let plan = texts(connection, &sql, &vec![Value::Null; params], "detail");
    // A min() reads one entry of its index, which SQLite calls SEARCH, and the list of ids
    // that a statement has just found is not a table.
    let slow = |step: &String| {
        step.starts_with("SCAN")
            && !step.contains("LIST SUBQUERY")
            && step != "SCAN CONSTANT ROW"
            // At most as many rows as are counted.
            && step != "SCAN some"
            && !step.starts_with("SCAN alert_watch USING COVERING INDEX")
            && !step.starts_with("SCAN feed USING COVERING INDEX")
            || step.contains("TEMP B-TREE")
    };
    assert!(
        !plan.is_empty() && !plan.iter().any(slow),
        "{sql}\n{plan:#?}"
    );
}

/// A first poll gives thousands of items one moment: a page within it must be found by its item.
#[test]
fn a_page_within_a_moment_is_found_to_the_row() {
    let (_directory, mut connection) = fresh();
    for (sql, params) in [(items::MOMENT, 3), (items::MOMENT_OF_FEED, 4)] {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let plan = texts(&mut connection, &sql, &vec![Value::Null; params], "detail").join("\n");
        assert!(plan.contains("seen_at=? AND rowid<?"), "{plan}");
    }
}

/// A range of ids is no scan to SQLite, and may be the whole table: a rare watch, or the dead of a
/// receiver, must be found by what they are.
#[test]
fn a_page_of_few_among_many_is_found_by_all_that_is_asked() {
    let (_directory, mut connection) = fresh();
    for (sql, params, by) in [
        (alerts::OF_WATCH, 4, "(watch=? AND alert>? AND alert<?)"),
        (alerts::OF_FEED, 4, "(feed=? AND rowid>? AND rowid<?)"),
        (watches::OF_SPAN, 3, "(watch=? AND made_at>? AND made_at<?)"),
        (feeds::BY_CONDITION, 3, "(condition=? AND name>?)"),
        (stories::BELOW, 1, "story_list (independent<?)"),
        (
            stories::OF_COUNT,
            6,
            "(independent=? AND last_at>? AND last_at<?)",
        ),
        (
            outbox::NEWEST_IN_STATE,
            4,
            "(state=? AND receiver=? AND rowid<?)",
        ),
    ] {
        let plan = plan(&mut connection, sql, params).join("\n");
        assert!(plan.contains(by), "{plan}");
    }
}

/// Ended mutes are kept for long, and every insert of a delivery asks for those in force.
#[test]
fn mutes_that_ended_are_not_read() {
    let (_directory, mut connection) = fresh();
    let sql = format!("EXPLAIN QUERY PLAN {}", mutes::IN_FORCE);
    let made = texts(&mut connection, &sql, &[Value::Null], "detail").join("\n");
    assert!(made.contains("USING INDEX mute_open"), "{made}");
    let shown = plan(&mut connection, mutes::STATUS_IN_FORCE, 1).join("\n");
    let of_digest = "delivery_folded (receiver=? AND settled_at=? AND folded_into=?)";
    for index in ["delivery_mute (mute=?)", of_digest] {
        assert!(shown.contains(index), "{index}: {shown}");
    }
}

/// A report, and the page that shows what it would say, reads what is wrong and what came since the
/// last one.
#[test]
fn a_report_reads_no_feed_that_is_well_and_nothing_older() {
    let (_directory, mut connection) = fresh();
    for (sql, params, by) in [
        (
            report::COUNTS,
            1,
            &[
                "feed_condition",
                "feed_missed (missed_at>?)",
                "item_seen (seen_at>?)",
                "alert_created (created_at>?)",
            ][..],
        ),
        (
            report::WATCHES,
            1,
            &[
                "COVERING INDEX alert_created (created_at>?)",
                "COVERING INDEX alert_watch_alert (alert=?)",
            ],
        ),
        (report::FAILING, 1, &["feed_condition"]),
        (report::SILENT, 0, &["feed_condition (condition=?)"]),
        (
            report::RECEIVERS,
            1,
            &[
                "delivery_died (receiver=? AND settled_at>?)",
                "delivery_state (state=? AND receiver=?)",
            ],
        ),
        (
            summary::OLDEST_WAITING,
            0,
            &["delivery_state (state=? AND receiver=?)"],
        ),
    ] {
        let plan = plan(&mut connection, sql, params).join("\n");
        for index in by {
            assert!(plan.contains(index), "{index}: {plan}");
        }
        assert!(
            !plan.contains("SCAN feed\n") && !plan.ends_with("SCAN feed"),
            "{plan}"
        );
    }
}

/// What counts feeds, alerts and deliveries for a page reads indices of few rows, never the rows.
#[test]
fn counts_of_pages_read_no_item_alert_or_delivery() {
    let (_directory, mut connection) = fresh();
    for sql in [summary::SUMMARY, feeds::IN_CONDITION, feeds::ACTIVE] {
        let plan = plan(&mut connection, sql, 0);
        let reads = |step: &&String| step.starts_with("SCAN") || step.starts_with("SEARCH");
        let is_counted = |step: &String| {
            let of_feeds = ["feed_condition", "feed_alerting", "feed_resting"];
            step.contains("SCAN CONSTANT ROW")
                || step.contains("COVERING INDEX")
                || of_feeds.iter().any(|index| step.contains(index))
        };
        assert!(plan.iter().filter(reads).all(is_counted), "{plan:#?}");
        assert!(plan.iter().any(|step| reads(&step)));
    }
}

/// By its hashes, an item is looked for in every feed, not in every fingerprint.
#[test]
fn an_item_is_found_by_its_name_feed_by_feed() {
    let (_directory, mut connection) = fresh();
    for (sql, params) in [
        (record::SEEN_BY_LINK, 2),
        (record::SEEN_BY_GUID, 2),
        (record::SEEN_AS, 2),
    ] {
        let plan = plan(&mut connection, sql, params);
        let scans: Vec<&String> = plan.iter().filter(|it| it.starts_with("SCAN")).collect();
        assert_eq!(scans.len(), 1, "{plan:#?}");
        let of_feeds = scans[0].starts_with("SCAN f USING COVERING INDEX");
        assert!(of_feeds, "{plan:#?}");
        let by_index =
            |step: &String| step.starts_with("SEARCH s USING") && step.contains("(feed=? AND ");
        assert!(plan.iter().any(by_index), "{plan:#?}");
    }
}

/// Beside these counts and lags, which read a whole index or the newest alerts, no page reads more
/// than its rows.
#[test]
fn lags_and_counts_of_deliveries_read_no_more_than_they_must() {
    let (_directory, mut connection) = fresh();
    for (sql, params, first) in [
        (alerts::LAGS, 1, "SCAN a"),
        (
            outbox::COUNTS,
            0,
            "SCAN delivery USING COVERING INDEX delivery_state",
        ),
    ] {
        let plan = plan(&mut connection, sql, params);
        let scans: Vec<&str> = { plan.iter().map(String::as_str) }
            .filter(|it| it.starts_with("SCAN") || it.contains("TEMP B-TREE"))
            .collect();
        assert_eq!(scans, [first], "{plan:#?}");
    }
}

fn plan(connection: &mut Connection, sql: &str, params: usize) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    texts(connection, &sql, &vec![Value::Null; params], "detail")
}
