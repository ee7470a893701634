-- Schema 2. Comes after schema 1; never edited, like every schema.

-- What items are recognised by: hashes of what documents said of each, and when one last did. An
-- item has up to four, numbered by `alias`: a site's hosts take turns, a story moves. Outlives its
-- item, so `item` is no foreign key; nor is `feed`: no feed is ever deleted. `recognition` says by
-- what the item was known under this one.
CREATE TABLE fingerprint (
  feed        INTEGER NOT NULL,
  item        INTEGER NOT NULL,
  alias       INTEGER NOT NULL,
  recognition INTEGER NOT NULL,
  whole       INTEGER NOT NULL,
  guid        INTEGER,
  link        INTEGER,
  path        INTEGER,
  title       INTEGER,
  date        INTEGER,
  text        INTEGER,
  seen_at     INTEGER NOT NULL,
  PRIMARY KEY (feed, item, alias)
) STRICT, WITHOUT ROWID;
CREATE INDEX fingerprint_whole ON fingerprint (feed, whole);
CREATE INDEX fingerprint_guid ON fingerprint (feed, guid) WHERE guid IS NOT NULL;
CREATE INDEX fingerprint_link ON fingerprint (feed, link) WHERE link IS NOT NULL;
CREATE INDEX fingerprint_title ON fingerprint (feed, title) WHERE title IS NOT NULL;

-- `seen` holds what schema 1 recognised items by. It is only read, and empties itself.

-- A watch with `on_update = "every"` alerts an item again, so an (item, watch) may have several.
CREATE TABLE alert_watch_2 (
  item  INTEGER NOT NULL REFERENCES item (id),
  watch TEXT    NOT NULL,
  alert INTEGER NOT NULL REFERENCES alert (id),
  PRIMARY KEY (item, watch, alert)
) STRICT, WITHOUT ROWID;
INSERT INTO alert_watch_2 (item, watch, alert) SELECT item, watch, alert FROM alert_watch;
DROP TABLE alert_watch;
ALTER TABLE alert_watch_2 RENAME TO alert_watch;
CREATE INDEX alert_watch_alert ON alert_watch (alert);
