//! Typesets Portolan's letters.
