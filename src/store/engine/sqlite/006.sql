-- Schema 6. Comes after schema 5; never edited, like every schema.

-- What pages show of a feed, none of it counted or read from its items when they are asked for.
-- `kept_items` and `kept_alerts` are how many are kept. `polls` is its last 30 polls, 6 bytes each, the
-- newest first.
ALTER TABLE feed ADD COLUMN kept_items INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN kept_alerts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN polls BLOB NOT NULL DEFAULT x'';
UPDATE feed SET kept_items = (SELECT count(*) FROM item i WHERE i.feed = feed.id),
                kept_alerts = (SELECT count(*) FROM alert a WHERE a.feed = feed.id);
CREATE INDEX feed_alerting ON feed (kept_alerts) WHERE kept_alerts > 0;

-- How a feed is, in a word. Computed, so that whatever is written of a feed cannot leave it behind.
-- `health` is JSON as this program writes it; SQLite's functions for JSON are not allowed here while
-- it trusts no schema. Most feeds are well, and have no entry in the index: their polls do not write
-- to it.
ALTER TABLE feed ADD COLUMN condition TEXT GENERATED ALWAYS AS (
  CASE WHEN gone = 1 THEN 'gone'
       WHEN failures > 0 THEN 'failing'
       WHEN polled_at IS NULL THEN 'new'
       WHEN instr(health, '"is_silent":true') OR instr(health, '"told_silent":true')
         OR instr(health, '"is_lasting":true') OR instr(health, '"told":true') THEN 'silent'
       ELSE 'ok' END) VIRTUAL;
CREATE INDEX feed_condition ON feed (condition, name, active) WHERE active = 1 AND condition <> 'ok';
CREATE INDEX feed_resting ON feed (active) WHERE active <> 1;

-- The feeds that may have missed items, and when they did last.
CREATE INDEX feed_missed ON feed (missed_at, active) WHERE missed_at IS NOT NULL;

-- The alerts of a watch, the newest first, and how many it made in a span of time.
ALTER TABLE alert_watch ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0;
UPDATE alert_watch
   SET made_at = coalesce((SELECT created_at FROM alert a WHERE a.id = alert_watch.alert), 0);
CREATE INDEX alert_watch_watch ON alert_watch (watch, alert);
CREATE INDEX alert_watch_made ON alert_watch (watch, made_at);

-- The deliveries of a receiver in one state, the newest first; what was taken last, what died since, and what a
-- digest tells have an index each.
DROP INDEX delivery_state;
CREATE INDEX delivery_state ON delivery (state, receiver);
CREATE INDEX delivery_sent ON delivery (receiver, settled_at) WHERE state = 'delivered';
CREATE INDEX delivery_died ON delivery (receiver, settled_at) WHERE state = 'dead';
CREATE INDEX delivery_folded ON delivery (receiver, settled_at, folded_into) WHERE state = 'folded';
