//! The carriers' other side: a stateful server that speaks their public APIs and plays the losing providers.
//!
//! So far it is Telnyx's v2 porting API, as its published description says, under `/v2`, and a control
//! API of our own under `/control` (see [`control`]). The adapters of `crate::carriers` talk to it over
//! HTTP like to the real carrier; the two share no code and no types, so the published description
//! judges both.
//!
//! Everything in it follows the desk clock: business days, answers, port windows, deadlines. Only what
//! belongs to the network follows the wire: signature timestamps, time limits, pauses before a retry.
//!
//! With a running clock, start [`Simulator::serve`] (or mount [`Simulator::router`] and start
//! [`Simulator::run_background`]). With a manual clock, mount the router, move the clock and call
//! [`Simulator::settle`]: it does all that is due, webhooks included, before it returns.
//!
//! State lives in memory: a simulator that is stopped forgets.

mod calendar;
mod connection;
pub mod control;
pub mod demo;
mod documents;
mod errors;
mod faults;
mod fields;
mod gate;
mod lifecycle;
mod listing;
mod matching;
mod orders;
mod pdf;
mod providers;
mod scenarios;
mod sending;
mod steps;
mod telnyx_api;
mod webhooks;
mod world;

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::SigningKey;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::Notify;

pub use calendar::Zone;
pub use faults::{Fault, FaultKind, WebhookFaults};
pub use matching::Reason;
pub use orders::Status;
pub use pdf::one_page as one_page_pdf;
pub use providers::{
    Address, Customer, Habit, HeldNumber, Hidden, Network, NumberKind, Provider, Record,
    stock as stock_providers,
};
pub use scenarios::{Options, Scenario};
pub use webhooks::{Attempt, EventKind, sign};
pub use world::{Counters, RequestLine};

use crate::clock::Clock;
use crate::ids::Ids;
use world::World;

/// How the simulator is set up.
#[derive(Clone)]
pub struct Config {
    /// API keys that are accepted as `Authorization: Bearer`. An empty list accepts any key, but not none.
    pub api_keys: Vec<String>,
    /// If set, the control API wants it as `Authorization: Bearer`.
    pub control_key: Option<String>,
    /// Where webhooks go for orders without an address of their own.
    pub webhook_url: Option<String>,
    /// Seed of the Ed25519 key that signs webhooks; [`Simulator::new`] draws one if `None`.
    pub signing_seed: Option<[u8; 32]>,
    /// Whether `messaging_changed` and `deleted` come without the `data` envelope, as the published samples show.
    pub bare_webhooks: bool,
    /// Whether texts can only be switched on with a messaging profile, as the documentation says.
    pub texts_need_profile: bool,
    /// Whether numbers that are on no customer's account port anyway, whatever is filled in.
    pub accept_unknown: bool,
    /// How long a webhook's receiver may take, in wire time.
    pub webhook_timeout: Duration,
    /// Pauses before the second, third... attempt of a webhook, in wire time. After the last it is given up.
    pub webhook_pauses: Vec<Duration>,
    /// How long a document may stay without an order that refers to it, in desk time.
    pub document_life: SignedDuration,
    /// The same in wire time; the longer of the two counts, so that a fast clock leaves time for two calls.
    pub document_grace_wire: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            api_keys: Vec::new(),
            control_key: None,
            webhook_url: None,
            signing_seed: None,
            bare_webhooks: true,
            texts_need_profile: true,
            accept_unknown: false,
            // The carrier's documentation: an answer within two seconds, or it counts as failed.
            webhook_timeout: Duration::from_secs(2),
            webhook_pauses: [1, 5, 30, 120].map(Duration::from_secs).to_vec(),
            document_life: SignedDuration::from_mins(30),
            document_grace_wire: Duration::from_secs(60),
        }
    }
}

impl Config {
    fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.signing_seed.unwrap_or_default())
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys and the seed stay out.
        f.debug_struct("Config")
            .field("webhook_url", &self.webhook_url)
            .finish_non_exhaustive()
    }
}

/// A simulated carrier. Clones share one state.
#[derive(Clone)]
pub struct Simulator(Arc<Inner>);

struct Inner {
    world: Mutex<World>,
    clock: Clock,
    /// Rung when there may be something new to do.
    bell: Notify,
    post: sending::Post,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Simulator")
    }
}

impl Simulator {
    /// A carrier with the stock providers, no customers and no orders.
    pub fn new(mut config: Config, clock: Clock, ids: Ids) -> Self {
        let seed = config.signing_seed.unwrap_or_else(|| ids.secret());
        config.signing_seed = Some(seed);
        let post = sending::Post::new(config.webhook_timeout);
        let world = Mutex::new(World::new(config, clock.clone(), ids));
        Self(Arc::new(Inner {
            world,
            clock,
            bell: Notify::new(),
            post,
        }))
    }

    /// `/v2` and `/control`.
    pub fn router(&self) -> axum::Router {
        axum::Router::new()
            .nest("/v2", telnyx_api::router(self))
            .nest("/control", control::router(self))
    }

    /// Serves the router on `listener` and does all background work until `shutdown` is ready.
    ///
    /// # Errors
    /// What the listener reports when it can no longer accept.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let this = self.clone();
        let background =
            tokio::spawn(async move { this.run_background(std::future::pending()).await });
        let served = self.serve_without_background(listener, shutdown).await;
        background.abort();
        served
    }

    /// Serves the router only. For a manual clock, where the test calls [`Simulator::settle`].
    ///
    /// # Errors
    /// What the listener reports when it can no longer accept.
    pub async fn serve_without_background(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let app = self
            .router()
            .into_make_service_with_connect_info::<connection::Cut>();
        axum::serve(connection::Cuttable::new(listener), app)
            .with_graceful_shutdown(shutdown)
            .await
    }

    /// Does timers and webhooks as they fall due, until `shutdown` is ready. Sleeps in between.
    pub async fn run_background(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            // Asked for before looking, so that a bell that rings meanwhile is not lost.
            let bell = self.0.bell.notified();
            let next = {
                let mut world = self.world();
                world.catch_up();
                let ready = world.take_ready();
                let next = world.next_due();
                drop(world);
                sending::dispatch(self, ready);
                next
            };
            let sleep = async {
                match next {
                    Some(at) => self.0.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = &mut shutdown => return,
                () = bell => {}
                () = sleep => {}
            }
        }
    }

    /// Does everything that is due by now, and sends every webhook that is due, waiting for the answers.
    /// For a manual clock without background work. Returns how many webhooks were sent.
    pub async fn settle(&self) -> usize {
        let mut sent = 0;
        loop {
            let ready = self.present().take_ready();
            if ready.is_empty() {
                return sent;
            }
            sent += ready.len();
            for queue in sending::dispatch(self, ready) {
                // A queue that panicked has nothing more to wait for.
                let _ = queue.await;
            }
        }
    }

    /// When the next timer rings, in desk time. A test with a manual clock can move it exactly there.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.world().next_due()
    }

    /// Puts customers of losing providers on file; returns their ids.
    ///
    /// # Errors
    /// A sentence, if a provider is unknown or a number is on file already. Nothing is stored then.
    pub fn add_customers(&self, customers: Vec<Customer>) -> Result<Vec<String>, String> {
        self.world().add_customers(customers)
    }

    /// The public half of the key that signs webhooks: 32 bytes in base64, as the carrier's portal shows it.
    pub fn public_key(&self) -> String {
        BASE64.encode(self.world().config.signing_key().verifying_key().to_bytes())
    }

    /// What has been counted so far.
    pub fn counters(&self) -> Counters {
        self.world().counters.clone()
    }

    /// Lets something go wrong with coming calls.
    pub fn inject(&self, fault: Fault) {
        let mut world = self.world();
        let id = world.next_fault;
        world.next_fault += 1;
        world.faults.push(Fault { id, ..fault });
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state with all that is due done, as every handler wants it.
    fn present(&self) -> MutexGuard<'_, World> {
        let mut world = self.world();
        world.catch_up();
        world
    }

    fn ring(&self) {
        self.0.bell.notify_one();
    }
}
