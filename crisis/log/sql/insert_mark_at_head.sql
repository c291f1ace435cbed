-- :name text. The mark gets the place of the last event, unless there is one of this name.
INSERT OR IGNORE INTO mark (name, value) SELECT :name, coalesce(max(seq), 0) FROM event
