//! `portolan simulate`: the carrier simulator by itself.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::serve::stop_asked;
use super::{Context, Error, open_clock};
use crate::ids::Ids;
use crate::simulator::{Config, Simulator, demo};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where it answers [default: the setting demo.simulator_listen]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// An API key to accept; without one, any key is
    #[arg(long, value_name = "KEY")]
    api_key: Vec<String>,
    /// Where webhooks go for orders without an address of their own
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Seed of the key that signs webhooks, 64 hexadecimal digits, so that the public key stays the same
    #[arg(
        long,
        value_name = "HEX",
        env = "PORTOLAN_SIMULATOR_SEED",
        hide_env_values = true
    )]
    signing_seed: Option<String>,
    /// Put the demo's companies on file at their losing providers
    #[arg(long)]
    cast: bool,
}

/// Runs the simulator until it is stopped. Its clock is the settings' clock.
pub(super) async fn run(args: Args, context: &mut Context) -> Result<(), Error> {
    crate::tls::choose_provider();
    let config = context.load()?.config;
    let clock = open_clock(&config)?;
    let seed = match args.signing_seed.as_deref().map(hex::decode) {
        None => None,
        Some(Ok(bytes)) => Some(
            bytes
                .try_into()
                .map_err(|_| Error::refused("--signing-seed must be 64 hexadecimal digits"))?,
        ),
        Some(Err(_)) => {
            return Err(Error::refused(
                "--signing-seed must be 64 hexadecimal digits",
            ));
        }
    };
    let settings = Config {
        api_keys: args.api_key,
        webhook_url: args.webhook_url,
        signing_seed: seed,
        ..Config::default()
    };
    let simulator = Simulator::new(settings, clock, Ids::random());
    if args.cast {
        simulator
            .add_customers(demo::cast().iter().map(demo::Part::customer).collect())
            .map_err(Error::refused)?;
    }
    let address = args.listen.unwrap_or(config.demo.simulator_listen);
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Error::unavailable(error).context(format!("cannot listen on {address}"))
    })?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let said = serde_json::json!({
        "base_url": format!("http://{address}/v2"),
        "control_url": format!("http://{address}/control"),
        "public_key": simulator.public_key(),
    });
    if context.ui.is_json() {
        context.ui.json(&said)?;
    } else {
        context
            .ui
            .line(format!("base_url    http://{address}/v2"))?;
        context
            .ui
            .line(format!("control_url http://{address}/control"))?;
        context
            .ui
            .line(format!("public_key  {}", simulator.public_key()))?;
    }
    context.ui.flush();
    simulator
        .serve(listener, stop_asked())
        .await
        .map_err(Error::internal)
}
