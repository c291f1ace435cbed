-- What devices announced about themselves (discovery of Home Assistant): which values they will say on which topics, in which
-- units. As it came, so that a later version reads more of it.
CREATE TABLE input_declaration (
    format   text NOT NULL,
    topic    text NOT NULL CHECK (length(topic) <= 500),
    payload  bytea NOT NULL CHECK (length(payload) <= 65536),
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (format, topic)
);
COMMENT ON TABLE input_declaration IS 'What devices of other makes announced: which values come on which topics';
