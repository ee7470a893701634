-- Schema 8. Comes after schema 7; never edited, like every schema.

-- How many independent publishers have a story, counted when an item joins it: lists have those of many
-- publishers first. Of stories from before, names of reports that are no copies are counted.
ALTER TABLE story ADD COLUMN independent INTEGER NOT NULL DEFAULT 0;
UPDATE story SET independent = (
  SELECT count(DISTINCT s.origin) FROM story_item s
   WHERE s.story = story.id AND s.root = s.item AND s.origin <> '');
CREATE INDEX story_list ON story (independent, last_at) WHERE merged IS NULL;

-- Whether a person split it: what a person parted is not merged again by itself.
ALTER TABLE story ADD COLUMN is_split INTEGER NOT NULL DEFAULT 0;
