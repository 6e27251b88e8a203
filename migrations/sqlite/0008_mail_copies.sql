-- Mails that bring a document with them: the signed letter, to who signed it (R114).
ALTER TABLE mails ADD COLUMN attachment_id TEXT REFERENCES documents (id);
