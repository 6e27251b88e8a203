//! Announcements of commits: in this process at once, on PostgreSQL also on the other nodes.
//!
//! They are hints. One may get lost (a crash between commit and announcement, a broken connection,
//! a listener that is slow), so whoever listens also looks by itself now and then.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinHandle;

/// How many announcements a slow listener may be behind before it misses some.
const BEHIND_MAX: usize = 1024;
/// PostgreSQL refuses payloads of 8,000 bytes.
const PAYLOAD_BYTES_MAX: usize = 7_900;
const CHANNEL: &str = "portolan";

/// Something that a commit changed, for those who wait for it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Signal {
    /// What kind of thing changed, such as `jobs` or `port`.
    pub topic: Cow<'static, str>,
    /// Which one: an id, or empty. No private data: on PostgreSQL every role that may connect can listen.
    pub about: String,
}

impl Signal {
    /// There is work in the job table.
    pub fn jobs() -> Self {
        Self::about("jobs", String::new())
    }

    /// A reconciler should look now: something that it is for changed at `now` (desk time).
    pub fn nudge(reconciler: &'static str, now: jiff::Timestamp) -> Self {
        Self::about(
            "reconcile",
            format!("{reconciler}@{}", now.as_microsecond()),
        )
    }

    /// The reconciler that is meant, and when it was nudged, if this is a nudge.
    pub fn as_nudge(&self) -> Option<(&str, jiff::Timestamp)> {
        let (name, at) = self
            .about
            .rsplit_once('@')
            .filter(|_| self.topic == "reconcile")?;
        Some((
            name,
            jiff::Timestamp::from_microsecond(at.parse().ok()?).ok()?,
        ))
    }

    /// Some signals of other nodes may have been missed. It never leaves this module.
    fn missed() -> Self {
        Self::about("missed", String::new())
    }

    fn heard(self) -> Option<Self> {
        (self.topic != "missed").then_some(self)
    }

    /// One thing of a kind changed.
    pub fn about(topic: &'static str, about: impl ToString) -> Self {
        Self {
            topic: Cow::Borrowed(topic),
            about: about.to_string(),
        }
    }
}

/// A listener's end.
pub struct Signals(broadcast::Receiver<Signal>);

impl Signals {
    /// The next signal; `None` when some were missed and the listener should look by itself. Never
    /// returns once the database was closed.
    pub async fn next(&mut self) -> Option<Signal> {
        match self.0.recv().await {
            Ok(signal) => signal.heard(),
            Err(broadcast::error::RecvError::Lagged(_)) => None,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }

    /// The next signal if one waits already: `Some(None)` when some were missed.
    pub fn waiting(&mut self) -> Option<Option<Signal>> {
        match self.0.try_recv() {
            Ok(signal) => Some(signal.heard()),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(None),
            Err(_) => None,
        }
    }

    /// Waits for a signal of one topic. Signals that came before are not forgotten.
    pub async fn of(&mut self, topic: &str) {
        while self
            .next()
            .await
            .is_some_and(|signal| signal.topic != topic)
        {}
    }
}

pub(super) struct Hub {
    here: broadcast::Sender<Signal>,
    elsewhere: Option<mpsc::Sender<Signal>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Wire {
    node: String,
    signals: Vec<Signal>,
}

impl Hub {
    pub(super) fn local() -> Self {
        Self {
            here: broadcast::Sender::new(BEHIND_MAX),
            elsewhere: None,
            tasks: Mutex::default(),
        }
    }

    /// Announces to and listens to the other nodes on connections beside the transactions', so that a
    /// commit never waits for it. `node` tells our own echo from the others' announcements.
    pub(super) fn across_nodes(pool: &PgPool, connect: PgConnectOptions, node: String) -> Self {
        let here = broadcast::Sender::new(BEHIND_MAX);
        let (elsewhere, waiting) = mpsc::channel(BEHIND_MAX);
        let tasks = vec![
            tokio::spawn(send(pool.clone(), waiting, node.clone())),
            tokio::spawn(listen(connect, here.clone(), node)),
        ];
        Self {
            here,
            elsewhere: Some(elsewhere),
            tasks: Mutex::new(tasks),
        }
    }

    pub(super) fn subscribe(&self) -> Signals {
        Signals(self.here.subscribe())
    }

    pub(super) fn announce(&self, signals: Vec<Signal>) {
        for signal in signals {
            if let Some(elsewhere) = &self.elsewhere {
                // Full only when the server hangs; the other nodes will look by themselves.
                let _ = elsewhere.try_send(signal.clone());
            }
            // An error means that nobody listens.
            let _ = self.here.send(signal);
        }
    }

    pub(super) fn stop(&self) {
        for task in self
            .tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
        {
            task.abort();
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Passes signals on, as many at once as fit one notification. What waits is sent once.
async fn send(pool: PgPool, mut waiting: mpsc::Receiver<Signal>, node: String) {
    while let Some(first) = waiting.recv().await {
        let mut queue = VecDeque::from([first]);
        while let Ok(more) = waiting.try_recv() {
            if !queue.contains(&more) {
                queue.push_back(more);
            }
        }
        while let Some(payload) = pack(&node, &mut queue) {
            let sent = sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(payload)
                .execute(&pool)
                .await;
            if let Err(e) = sent {
                tracing::debug!(error = %e, "an announcement to the other nodes was lost; they will look by themselves");
            }
        }
    }
}

fn pack(node: &str, queue: &mut VecDeque<Signal>) -> Option<String> {
    let mut room = PAYLOAD_BYTES_MAX - node.len() - 64;
    let mut signals = Vec::new();
    while let Some(next) = queue.front() {
        // JSON may double a character's length; ids and words stay as they are.
        let size = 2 * (next.topic.len() + next.about.len()) + 32;
        if size > room && !signals.is_empty() {
            break;
        }
        let next = queue.pop_front()?;
        if size > room {
            tracing::warn!(topic = %next.topic, "a signal is too long to be announced to the other nodes");
            continue;
        }
        room -= size;
        signals.push(next);
    }
    if signals.is_empty() {
        None
    } else {
        serde_json::to_string(&Wire {
            node: node.to_owned(),
            signals,
        })
        .ok()
    }
}

/// Hears the other nodes; connects again by itself.
async fn listen(connect: PgConnectOptions, here: broadcast::Sender<Signal>, node: String) {
    let mut pause = Duration::from_millis(100);
    loop {
        let own = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(connect.clone());
        let outcome: Result<(), sqlx::Error> = async {
            let mut listener = PgListener::connect_with(&own).await?;
            listener.listen(CHANNEL).await?;
            // Anything may have been said before we listened.
            let _ = here.send(Signal::missed());
            pause = Duration::from_millis(100);
            while let Some(heard) = listener.try_recv().await? {
                match serde_json::from_str::<Wire>(heard.payload()) {
                    Ok(wire) if wire.node == node => {}
                    Ok(wire) => {
                        for signal in wire.signals {
                            let _ = here.send(signal);
                        }
                    }
                    Err(_) => tracing::debug!("an announcement of an unknown form was ignored"),
                }
            }
            Ok(())
        }
        .await;
        if let Err(e) = outcome {
            tracing::debug!(error = %e, "listening to the other nodes was interrupted; trying again");
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}
