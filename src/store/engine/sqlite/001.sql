-- Schema 1. Frozen: a change is a new file, never an edit of this one.
-- Times are milliseconds since 1970, flags 0 or 1, lists JSON arrays, `learned` and `health` JSON
-- objects.
-- Ids that receivers or `--follow` remember are AUTOINCREMENT: pruning the highest row must not
-- let its id be given twice.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The host feeds live on. `due` is its next poll, or while one runs the end of its lease;
-- `not_before` is the end of the pause that politeness asks for, `domain` its registrable domain,
-- `refusals` the answers of 403 and 429 in a row, `unreachable_since` the first of the visits in a
-- row that got none.
CREATE TABLE origin (
  id           INTEGER PRIMARY KEY,
  host         TEXT    NOT NULL UNIQUE,
  domain       TEXT    NOT NULL,
  due          INTEGER NOT NULL,
  turn         INTEGER NOT NULL DEFAULT 0,
  not_before   INTEGER NOT NULL DEFAULT 0,
  leased_until INTEGER NOT NULL DEFAULT 0,
  refusals     INTEGER NOT NULL DEFAULT 0,
  unreachable_since INTEGER
) STRICT;
CREATE INDEX origin_due ON origin (due);
CREATE INDEX origin_domain ON origin (domain);

CREATE TABLE feed (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  name               TEXT    NOT NULL UNIQUE,
  url                TEXT    NOT NULL,
  origin             INTEGER NOT NULL REFERENCES origin (id),
  active             INTEGER NOT NULL DEFAULT 1,
  gone               INTEGER NOT NULL DEFAULT 0,
  due                INTEGER NOT NULL,
  due_reason         TEXT    NOT NULL,
  learned            TEXT    NOT NULL DEFAULT '{}',
  etag               BLOB,
  last_modified      BLOB,
  body_hash          BLOB,
  title              TEXT,
  link               TEXT,
  language           TEXT,
  format             TEXT,
  baseline_at        INTEGER,
  polled_at          INTEGER,
  succeeded_at       INTEGER,
  changed_at         INTEGER,
  not_modified_since INTEGER,
  status             INTEGER,
  failures           INTEGER NOT NULL DEFAULT 0,
  failing_since      INTEGER,
  told_failing       INTEGER NOT NULL DEFAULT 0,
  health             TEXT    NOT NULL DEFAULT '{}',
  reason             TEXT,
  error              TEXT,
  items_total        INTEGER NOT NULL DEFAULT 0,
  warnings           TEXT    NOT NULL DEFAULT '[]',
  last_items         TEXT    NOT NULL DEFAULT '[]',
  missed             INTEGER NOT NULL DEFAULT 0,
  missed_at          INTEGER,
  told_missed        INTEGER NOT NULL DEFAULT 0,
  fill               TEXT,
  moved_to           TEXT,
  moving             TEXT
) STRICT;
CREATE INDEX feed_due ON feed (origin, due) WHERE active = 1 AND gone = 0;
CREATE INDEX feed_troubled ON feed (origin, name) WHERE failures > 0 OR told_failing = 1;

-- As the feed shows it now. `text_hash` stands before the long texts: it is read at every poll.
-- `baseline` says that no watch was asked about it when it came.
CREATE TABLE item (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  feed       INTEGER NOT NULL REFERENCES feed (id),
  text_hash  BLOB    NOT NULL,
  guid       TEXT,
  title      TEXT    NOT NULL,
  link       TEXT,
  authors    TEXT    NOT NULL,
  categories TEXT    NOT NULL,
  published  INTEGER,
  updated    INTEGER,
  date_text  TEXT,
  summary    TEXT    NOT NULL,
  content    TEXT    NOT NULL,
  language   TEXT,
  seen_at    INTEGER NOT NULL,
  baseline   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX item_feed ON item (feed, seen_at);
CREATE INDEX item_seen ON item (seen_at);

-- What an item said before it was edited.
CREATE TABLE revision (
  id          INTEGER PRIMARY KEY,
  item        INTEGER NOT NULL REFERENCES item (id),
  title       TEXT    NOT NULL,
  summary     TEXT    NOT NULL,
  content     TEXT    NOT NULL,
  replaced_at INTEGER NOT NULL
) STRICT;
CREATE INDEX revision_item ON revision (item, id);

-- Every identity a feed ever showed. Keys outlive their items, so `item` is no foreign key; nor is
-- `feed`: no feed is ever deleted, and there are hundreds of keys to check in a first poll.
CREATE TABLE seen (
  feed    INTEGER NOT NULL,
  key     BLOB    NOT NULL,
  item    INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (feed, key)
) STRICT, WITHOUT ROWID;

-- What each watch asks, and since when: it was not asked before.
CREATE TABLE watch (
  name       TEXT    PRIMARY KEY,
  definition TEXT    NOT NULL,
  since      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alert (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  item       INTEGER NOT NULL REFERENCES item (id),
  feed       INTEGER NOT NULL REFERENCES feed (id),
  priority   INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  data       TEXT    NOT NULL
) STRICT;
CREATE INDEX alert_item ON alert (item);
CREATE INDEX alert_feed ON alert (feed);
CREATE INDEX alert_created ON alert (created_at);

-- At most one alert for an (item, watch).
CREATE TABLE alert_watch (
  item  INTEGER NOT NULL REFERENCES item (id),
  watch TEXT    NOT NULL,
  alert INTEGER NOT NULL REFERENCES alert (id),
  PRIMARY KEY (item, watch)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_watch_alert ON alert_watch (alert);

-- `due` here is the end of the receiver's back-off.
CREATE TABLE receiver (
  id            INTEGER PRIMARY KEY,
  name          TEXT    NOT NULL UNIQUE,
  active        INTEGER NOT NULL DEFAULT 1,
  due           INTEGER NOT NULL,
  failures      INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  told_failing  INTEGER NOT NULL DEFAULT 0,
  off           INTEGER NOT NULL DEFAULT 0,
  reason        TEXT,
  error         TEXT,
  through       TEXT
) STRICT;

-- What is not told for a while. One of a name at a time is open: `ended_at` is set when it was
-- lifted, or was told that it ran out.
CREATE TABLE mute (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  kind     TEXT    NOT NULL CHECK (kind IN ('watch', 'feed', 'receiver')),
  name     TEXT    NOT NULL,
  since    INTEGER NOT NULL,
  until    INTEGER NOT NULL,
  comment  TEXT,
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX mute_open ON mute (kind, name) WHERE ended_at IS NULL;

-- `mute` is what held it, also after it was sent all the same.
-- `folded_into` is the delivery that tells a folded one; no foreign key, for either may be pruned
-- before the other.
CREATE TABLE delivery (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  receiver      INTEGER NOT NULL REFERENCES receiver (id),
  alert         INTEGER REFERENCES alert (id),
  kind          TEXT    NOT NULL,
  priority      INTEGER NOT NULL,
  state         TEXT    NOT NULL CHECK (state IN ('pending', 'delivered', 'dead', 'dropped',
                                                   'folded', 'muted')),
  due           INTEGER NOT NULL,
  turn          INTEGER NOT NULL DEFAULT 0,
  attempts      INTEGER NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL,
  waiting_since INTEGER NOT NULL,
  settled_at    INTEGER,
  reason        TEXT,
  detail        TEXT,
  mute          INTEGER REFERENCES mute (id),
  accepted      TEXT    NOT NULL DEFAULT '[]',
  folded_into   INTEGER,
  payload       TEXT    NOT NULL
) STRICT;
CREATE INDEX delivery_due ON delivery (receiver, due) WHERE state = 'pending';
CREATE INDEX delivery_next ON delivery (receiver, priority DESC, id, due) WHERE state = 'pending';
CREATE INDEX delivery_state ON delivery (state, receiver, settled_at);
CREATE INDEX delivery_settled ON delivery (settled_at, id) WHERE settled_at IS NOT NULL;
CREATE INDEX delivery_alert ON delivery (alert);
CREATE INDEX delivery_mute ON delivery (mute) WHERE mute IS NOT NULL;

CREATE TABLE attempt (
  delivery   INTEGER NOT NULL REFERENCES delivery (id),
  number     INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER,
  reason     TEXT,
  detail     TEXT,
  PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_open ON attempt (delivery) WHERE ended_at IS NULL;
