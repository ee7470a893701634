//! What an item costs: time and bytes, and look-ups in a store that holds many.

use std::{fs, hint::black_box, time::Instant};

use fivebells::{
    model::{FeedId, ItemId},
    story::{
        Arrival, Features, Member, Memory, Placement, Shelf, Sketch, StoryId, StoryText, place,
    },
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, config::DbConfig, params};

use super::stream::seconds;

const TABLES: &str = "
    PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;
    CREATE TABLE story (id INTEGER PRIMARY KEY, merged INTEGER, revision INTEGER NOT NULL,
        first_at INTEGER NOT NULL, last_at INTEGER NOT NULL) STRICT;
    CREATE TABLE story_item (item INTEGER PRIMARY KEY, story INTEGER NOT NULL, root INTEGER NOT NULL,
        near INTEGER, evidence TEXT, feed INTEGER NOT NULL, publisher TEXT NOT NULL,
        origin TEXT NOT NULL, seen_at INTEGER NOT NULL, sketch BLOB NOT NULL) STRICT;
    CREATE INDEX story_item_story ON story_item (story, item);
    CREATE INDEX story_item_seen ON story_item (seen_at) WHERE sketch <> x'';
    CREATE TABLE story_key (key INTEGER NOT NULL, item INTEGER NOT NULL,
        PRIMARY KEY (key, item)) STRICT, WITHOUT ROWID;";

pub(super) fn print(pairs: &[Vec<String>], items: usize) {
    let say = |figure: &str, value: String| println!("| cost | {figure} | {value} |");
    let mut reading = Vec::new();
    let mut placing = Vec::new();
    let mut shelf = Memory::default();
    let mut bytes = Vec::new();
    for (at, pair) in pairs.iter().cycle().take(pairs.len() * 20).enumerate() {
        let text = StoryText {
            title: &pair[1],
            content: &pair[2],
            ..StoryText::default()
        };
        let start = Instant::now();
        let features = black_box(Features::of(black_box(&text)));
        reading.push(start.elapsed());
        let arrival = Arrival {
            feed: FeedId(1),
            seen_at: seconds(at),
            features: &features,
        };
        let start = Instant::now();
        let Ok(placed) = place(&arrival, &mut shelf);
        placing.push(start.elapsed());
        bytes.push(placed.sketch.to_bytes().len());
        if at < pairs.len() {
            shelf.put(ItemId(at as i64 + 1), &arrival, placed);
        }
    }
    reading.sort_unstable();
    placing.sort_unstable();
    bytes.sort_unstable();
    let (half, most) = (reading.len() / 2, reading.len() * 99 / 100);
    say(
        "reading a text, median, 99 %",
        format!("{:?}, {:?}", reading[half], reading[most]),
    );
    say(
        "placing it in memory, median, 99 %",
        format!("{:?}, {:?}", placing[half], placing[most]),
    );
    say(
        "bytes of a sketch, median, 99 %",
        format!("{}, {}", bytes[half], bytes[most]),
    );
    store(items, say);
}

fn store(items: usize, say: impl Fn(&str, String)) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("stories.db");
    let connection = Connection::open(&path).expect("a store");
    // As the store has it: a statement with a bound LIMIT is prepared once, not each time.
    let stable = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    connection.set_db_config(stable, true).expect("known");
    connection.execute_batch(TABLES).expect("tables");
    let mut shelf = Rows {
        connection: &connection,
    };
    let mut random = fastrand::Rng::with_seed(17);
    let mut spent = Vec::new();
    connection.execute_batch("BEGIN").expect("a transaction");
    let mut keys = 0;
    for at in 0..items {
        let (title, body) = invented(&mut random);
        let text = StoryText {
            title: &title,
            content: &body,
            ..StoryText::default()
        };
        let features = Features::of(&text);
        let arrival = Arrival {
            feed: FeedId(at as i64 % 5_000),
            seen_at: seconds(at),
            features: &features,
        };
        let start = Instant::now();
        let placed = place(&arrival, &mut shelf).expect("rows");
        spent.push(start.elapsed());
        keys += placed.keys.len();
        shelf.put(
            at as i64 + 1,
            &arrival,
            &placed.placement,
            &placed.sketch,
            &placed.keys,
        );
    }
    connection
        .execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("a commit");
    let mut last = spent.split_off(items - items / 20);
    last.sort_unstable();
    spent.truncate(items / 20);
    spent.sort_unstable();
    for (name, times) in [("the first", &spent), ("the last", &last)] {
        let (half, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        say(
            &format!("placing over SQLite, {name} twentieth of {items}, median, 99 %"),
            format!("{half:?}, {most:?}"),
        );
    }
    let size = fs::metadata(&path).expect("a file").len() as usize;
    say(
        "bytes of the file, keys, an item",
        format!("{}, {:.1}", size / items, keys as f64 / items as f64),
    );
}

/// Title and body of invented words; some are frequent, most are rare.
fn invented(random: &mut fastrand::Rng) -> (String, String) {
    let mut words = |count: usize| {
        let word = |random: &mut fastrand::Rng| {
            // As many words have a rank below 10 as between 10 and 100, and so on.
            let rank = 10_f64.powf(random.f64() * 5.3) as u64;
            let mixed = rank.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let letter = |place: u32| char::from(b'a' + (mixed >> (place * 5 + 20) & 15) as u8);
            let word: String = (0..7).map(letter).collect();
            if rank.is_multiple_of(3) {
                word[..1].to_uppercase() + &word[1..]
            } else {
                word
            }
        };
        (0..count)
            .map(|_| word(random))
            .collect::<Vec<_>>()
            .join(" ")
    };
    (words(8), words(70))
}

/// The tables as a shelf.
struct Rows<'a> {
    connection: &'a Connection,
}

impl Rows<'_> {
    fn put(
        &mut self,
        item: i64,
        arrival: &Arrival<'_>,
        placement: &Placement,
        sketch: &Sketch,
        keys: &[i64],
    ) {
        let (story, near, evidence) = match placement {
            Placement::New => (item, None, None),
            Placement::Copy {
                story,
                of,
                evidence,
            } => (story.0, Some(of.0), Some(evidence)),
            Placement::FollowUp {
                story,
                near,
                evidence,
            } => (story.0, Some(near.0), Some(evidence)),
        };
        let at = arrival.seen_at.as_second();
        let sql = "INSERT INTO story VALUES (?1, NULL, 1, ?2, ?2)
                   ON CONFLICT (id) DO UPDATE SET revision = revision + 1, last_at = ?2";
        let mut insert = self.connection.prepare_cached(sql).expect("a statement");
        insert.execute(params![story, at]).expect("a row");
        let sql = "INSERT INTO story_item VALUES (?1, ?2, ?1, ?3, ?4, ?5, ?6, ?6, ?7, ?8)";
        let mut insert = self.connection.prepare_cached(sql).expect("a statement");
        let row = params![
            item,
            story,
            near,
            evidence.map(ToString::to_string),
            arrival.feed.0,
            format!("publisher-{}.com", arrival.feed.0),
            at,
            sketch.to_bytes()
        ];
        insert.execute(row).expect("a row");
        let sql = "INSERT INTO story_key VALUES (?1, ?2)";
        let mut insert = self.connection.prepare_cached(sql).expect("a statement");
        for key in keys {
            insert.execute([*key, item]).expect("a row");
        }
    }
}

impl Shelf for Rows<'_> {
    type Error = rusqlite::Error;

    fn newest(&mut self, key: i64, most: usize) -> Result<Vec<ItemId>, rusqlite::Error> {
        let sql = "SELECT item FROM story_key WHERE key = ?1 ORDER BY item DESC LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement
            .query_map([key, most as i64], |row| row.get(0).map(ItemId))?
            .collect()
    }

    fn count(&mut self, key: i64, most: usize) -> Result<usize, rusqlite::Error> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM story_key WHERE key = ?1 LIMIT ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_row([key, most as i64], |row| {
            row.get(0).map(|count: i64| count as usize)
        })
    }

    fn texts(&mut self, story: StoryId, most: usize) -> Result<usize, rusqlite::Error> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM story_item WHERE story = ?1 LIMIT ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_row([story.0, most as i64], |row| {
            row.get(0).map(|count: i64| count as usize)
        })
    }

    fn member(&mut self, item: ItemId) -> Result<Option<Member>, rusqlite::Error> {
        let sql = "SELECT story, feed, seen_at, sketch FROM story_item WHERE item = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement
            .query_row([item.0], |row| {
                let seen_at = Timestamp::from_second(row.get(2)?).expect("a time");
                Ok(Member {
                    item,
                    story: StoryId(row.get(0)?),
                    root: item,
                    feed: FeedId(row.get(1)?),
                    seen_at,
                    sketch: Sketch::from_bytes(row.get_ref(3)?.as_blob()?).expect("a sketch"),
                    story_first_at: seen_at,
                    story_last_at: seen_at,
                })
            })
            .optional()
    }
}
