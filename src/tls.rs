//! The one TLS provider of the process.

use std::sync::Once;

/// Chooses *ring* as the process's TLS implementation, once; harmless when one is chosen already.
pub fn choose_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that somebody chose before us, which is as good.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
    });
}
