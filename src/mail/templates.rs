//! The mails.
