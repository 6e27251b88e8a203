-- Forms as they are being typed, so that nothing typed is lost: sealed, because account numbers and PINs are in them. A
-- form that was saved or thrown away keeps its row without the text, so that what was still on its way does not bring it back.
CREATE TABLE kept_forms (
    id      TEXT    NOT NULL PRIMARY KEY,
    user_id TEXT    NOT NULL REFERENCES users (id),
    port_id TEXT    REFERENCES ports (id),
    sealed  BLOB,
    step    INTEGER NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_forms_of_user ON kept_forms (user_id, kept_at) WHERE sealed IS NOT NULL;
CREATE INDEX kept_forms_old ON kept_forms (kept_at);
