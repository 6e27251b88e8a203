-- Forms as they are being typed, so that nothing typed is lost: sealed, because account numbers and PINs are in them. A
-- form that was saved or thrown away keeps its row without the text, so that what was still on its way does not bring it back.
CREATE TABLE kept_forms (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    port_id TEXT COLLATE "C" REFERENCES ports (id),
    sealed  BYTEA,
    step    BIGINT  NOT NULL,
    kept_at BIGINT  NOT NULL
);
CREATE INDEX kept_forms_of_user ON kept_forms (user_id, kept_at) WHERE sealed IS NOT NULL;
CREATE INDEX kept_forms_old ON kept_forms (kept_at);
