//! A wire to PostgreSQL that a test can cut and mend.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes connections on to a server as long as the wire is whole.
pub struct Wire {
    state: Arc<State>,
    /// The database's URL by way of this wire.
    pub url: String,
}

struct State {
    whole: watch::Sender<bool>,
    trap: Mutex<Option<&'static str>>,
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
        let state = Arc::new(State {
            whole: watch::Sender::new(true),
            trap: Mutex::default(),
        });
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(&target)
                    .await
                    .expect("the server is there");
                tokio::spawn(pass_on(near, far, shared.clone()));
            }
        });
        Self {
            state,
            url: url.into(),
        }
    }

    /// Ends all connections and lets no new one through.
    pub fn cut(&self) {
        self.state.whole.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.state.whole.send_replace(true);
    }

    /// The next time somebody sends these words, the server gets them and carries them out, but the
    /// connection breaks before its answer arrives.
    pub fn break_before_the_answer_to(&self, words: &'static str) {
        *self.state.trap.lock().expect("no test panicked") = Some(words);
    }

    /// Whether that has happened.
    pub fn broke(&self) -> bool {
        self.state.trap.lock().expect("no test panicked").is_none()
    }
}

async fn pass_on(mut near: TcpStream, mut far: TcpStream, state: Arc<State>) {
    let mut whole = state.whole.subscribe();
    if !*whole.borrow_and_update() {
        return;
    }
    let (mut up, mut down) = (vec![0_u8; 64 * 1024], vec![0_u8; 64 * 1024]);
    loop {
        tokio::select! {
            read = near.read(&mut up) => {
                let Ok(n @ 1..) = read else { return };
                if far.write_all(&up[..n]).await.is_err() {
                    return;
                }
                let trapped = {
                    let mut trap = state.trap.lock().expect("no test panicked");
                    let met = trap.is_some_and(|words| up[..n].windows(words.len()).any(|w| w == words.as_bytes()));
                    if met {
                        *trap = None;
                    }
                    met
                };
                if trapped {
                    let _ = far.read(&mut down).await;
                    return;
                }
            }
            read = far.read(&mut down) => {
                let Ok(n @ 1..) = read else { return };
                if near.write_all(&down[..n]).await.is_err() {
                    return;
                }
            }
            () = async { drop(whole.wait_for(|whole| !whole).await) } => return,
        }
    }
}
