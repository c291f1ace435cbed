-- What a process keeps of public boxes (means, pages, pictures) it keeps with this number. It grows in the transaction that hides a
-- box, or changes what everybody may know of one, so that no answer after that is made from what was kept before.
ALTER TABLE publication ADD COLUMN version bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN publication.version IS 'Grows with each change of what everybody may see of boxes that are known';

-- With its owner's rights: whoever may change a box may not set the number.
CREATE FUNCTION count_publication() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE publication SET version = version + 1;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION count_publication IS 'A trigger: what everybody may see has changed';
REVOKE ALL ON FUNCTION count_publication FROM PUBLIC;

-- Deferred: the one row is locked last in each transaction, so that two who change several boxes never wait for each other.
-- Of these columns ingest writes the node alone, once. A new box hides nothing.
CREATE CONSTRAINT TRIGGER box_publication
    AFTER UPDATE OF is_public, place_is_exact, retired_at, registered_at, name, node ON box
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.is_public, OLD.place_is_exact, OLD.retired_at, OLD.registered_at, OLD.name, OLD.node)
          IS DISTINCT FROM (NEW.is_public, NEW.place_is_exact, NEW.retired_at, NEW.registered_at, NEW.name, NEW.node))
    EXECUTE FUNCTION count_publication();
CREATE CONSTRAINT TRIGGER box_publication_ends
    AFTER DELETE ON box DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_publication();
CREATE CONSTRAINT TRIGGER publication_boxes
    AFTER UPDATE OF boxes ON publication DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.boxes IS DISTINCT FROM NEW.boxes) EXECUTE FUNCTION count_publication();
