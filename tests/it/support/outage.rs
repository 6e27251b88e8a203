//! A wire to PostgreSQL that a test can cut and mend.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes connections on to a server as long as the wire is whole.
pub struct Wire {
    whole: Arc<watch::Sender<bool>>,
    /// The database's URL by way of this wire.
    pub url: String,
}

impl Wire {
    /// A wire to the server of a URL.
    pub async fn to(url: &str) -> Self {
        let mut url: url::Url = url.parse().expect("a URL");
        let target = format!(
            "{}:{}",
            url.host_str().expect("a host"),
            url.port().unwrap_or(5432)
        );
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .expect("a port");
        let port = listener.local_addr().expect("an address").port();
        url.set_host(Some("127.0.0.1")).expect("can be set");
        url.set_port(Some(port)).expect("can be set");
        let whole = Arc::new(watch::Sender::new(true));
        let state = whole.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let mut cut = state.subscribe();
                let target = target.clone();
                tokio::spawn(async move {
                    if !*cut.borrow_and_update() {
                        return;
                    }
                    let (mut near, mut far) = (
                        near,
                        TcpStream::connect(target)
                            .await
                            .expect("the server is there"),
                    );
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.wait_for(|whole| !whole) => {}
                    }
                });
            }
        });
        Self {
            whole,
            url: url.into(),
        }
    }

    /// Ends all connections and lets no new one through.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}
