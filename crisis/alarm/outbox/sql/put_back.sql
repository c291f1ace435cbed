-- Writes the outbox in memory (main) into the file on the disk (disk), in one transaction that begins by locking the
-- file: what commands leave there is never overwritten, and what they took back does not come again.
BEGIN IMMEDIATE;
DELETE FROM disk.alarm;
INSERT INTO disk.alarm SELECT * FROM main.alarm;
DELETE FROM disk.message;
INSERT INTO disk.message SELECT * FROM main.message;
DELETE FROM disk.seen;
INSERT INTO disk.seen SELECT * FROM main.seen;
DELETE FROM disk.channel;
INSERT INTO disk.channel SELECT * FROM main.channel;
DELETE FROM disk.meta;
INSERT INTO disk.meta SELECT * FROM main.meta;
UPDATE disk.request AS r SET answer = m.answer FROM main.request AS m WHERE m.id = r.id AND r.answer IS NULL;
COMMIT;
