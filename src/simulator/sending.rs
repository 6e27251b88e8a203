//! Carries webhooks to their receivers.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Simulator;
use super::webhooks::Letter;

/// The outgoing post: a client, and one queue for each order that has a carrier on the way.
pub(super) struct Post {
    client: Option<reqwest::Client>,
    lanes: Mutex<HashMap<Uuid, VecDeque<Uuid>>>,
}

impl Post {
    pub(super) fn new(timeout: Duration) -> Self {
        // The process may have chosen a provider already; either way there is one afterwards.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            client: client(timeout),
            lanes: Mutex::new(HashMap::new()),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator is another company's machine: it stands on its own and shares no client with the desk"
)]
fn client(timeout: Duration) -> Option<reqwest::Client> {
    reqwest::Client::builder()
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent("telnyx-webhooks")
        .build()
        .ok()
}

/// Sends what is ready. One order's webhooks go one after the other: a webhook whose order has one on the
/// way queues behind it. The handles are those of the queues that were started.
pub(super) fn dispatch(
    simulator: &Simulator,
    ready: VecDeque<(Uuid, Uuid)>,
) -> Vec<JoinHandle<()>> {
    let mut started = Vec::new();
    for (order, id) in ready {
        let mut lanes = simulator
            .0
            .post
            .lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get_mut(&order) {
            lane.push_back(id);
            continue;
        }
        lanes.insert(order, VecDeque::from([id]));
        drop(lanes);
        let simulator = simulator.clone();
        started.push(tokio::spawn(async move {
            while let Some(next) = next_in_lane(&simulator, order) {
                deliver(&simulator, next).await;
            }
        }));
    }
    started
}

/// The next webhook of an order; closes the lane when there is none.
fn next_in_lane(simulator: &Simulator, order: Uuid) -> Option<Uuid> {
    let mut lanes = simulator
        .0
        .post
        .lanes
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let next = lanes.get_mut(&order)?.pop_front();
    if next.is_none() {
        lanes.remove(&order);
    }
    next
}

/// Makes one attempt at one delivery and notes how it ended.
async fn deliver(simulator: &Simulator, id: Uuid) {
    let (letter, lost) = {
        let mut world = simulator.world();
        let Some(letter) = world.letter(id) else {
            return;
        };
        let lost = world.loses_letter();
        (letter, lost)
    };
    let outcome = if lost {
        Err("lost on the way, as asked for".to_owned())
    } else {
        send(simulator, &letter).await
    };
    let mut world = simulator.world();
    match outcome {
        Ok(status) => world.delivered(letter.delivery, Some(status), None),
        Err(error) => world.delivered(letter.delivery, None, Some(error)),
    }
    drop(world);
    simulator.ring();
}

async fn send(simulator: &Simulator, letter: &Letter) -> Result<u16, String> {
    let Some(client) = &simulator.0.post.client else {
        return Err("no HTTP client".to_owned());
    };
    let sent = client
        .post(&letter.url)
        .header("content-type", "application/json")
        .header("telnyx-signature-ed25519", &letter.signature)
        .header("telnyx-timestamp", &letter.timestamp)
        .body(letter.body.clone())
        .send()
        .await;
    match sent {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
        Err(error) if error.is_connect() => Err("no connection".to_owned()),
        Err(_) => Err("the connection broke".to_owned()),
    }
}
