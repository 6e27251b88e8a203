//! The gaining carriers: translators between the shared words and each carrier's own API.
