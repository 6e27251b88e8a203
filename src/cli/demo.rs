//! `portolan demo`: the whole product on an empty folder, with the carrier simulator beside it and a
//! clock in which a day takes two seconds. Nothing in it is a demo but the people: server, jobs, adapter
//! and rules are the real ones.

use std::path::Path;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::serve::{self, stop_asked};
use super::{Context, Error, Ink, Ui};
use crate::app::{App, AppError, open, people};
use crate::clock::{Anchor, Clock};
use crate::config::Config;
use crate::db::{Db, jobs};
use crate::domain::port::Role;
use crate::ids::Ids;
use crate::simulator::{self, Simulator, demo};
use crate::telemetry;

pub mod people_at_work;
mod show;

use people_at_work::{Outcome, Play, Stage};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Also play the people (customer, owner, desk), show how each port fares, and end by itself
    #[arg(long)]
    play: bool,
    /// Keep what an earlier demo left in the folder and go on with it
    #[arg(long)]
    keep: bool,
}

/// The file that marks a folder as a demo's, so that nothing else is ever cleared away.
const MARK: &str = "this-is-a-portolan-demo";
/// How often it is looked whether everything is done.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(5);
/// The demo's password for everybody; it answers on this machine only.
const PASSWORD: &str = "portolan-demo";

/// Who signs in where.
pub struct Cast {
    /// The desk agent's API key.
    pub desk_key: String,
    /// The customer's API key.
    pub customer_key: String,
}

pub(super) async fn run(args: Args, context: &mut Context) -> Result<(), Error> {
    let mut base = context.load()?.config;
    // The demo's data are the demo's own.
    base.database.url = None;
    let folder = base.demo.folder.clone();
    prepare(&folder, args.keep)?;
    let clock = clock(&folder, base.demo.day_seconds)?;
    let mut log = base.log.clone();
    if args.play && log.level == "info" {
        log.level = "warn".to_owned();
    }
    telemetry::start(&log).map_err(Error::internal)?;

    let listeners = (
        listen(base.demo.listen).await?,
        listen(base.demo.simulator_listen).await?,
    );
    let set = Set::raise(&base, &folder, clock, listeners, |carrier| carrier).await?;
    let (stage, there) = (set.stage.clone(), set.carrier.clone());
    announce(&mut context.ui, &stage, &there)?;
    let outcomes = if args.play {
        let board = show::Board::new(&context.ui);
        let play = Play::new(stage, demo::cast());
        let outcomes = tokio::select! {
            outcomes = play.run(|scenario, line| board.says(scenario, line)) => Some(outcomes),
            () = stop_asked() => None,
        };
        board.finish();
        outcomes
    } else {
        let open = Play::new(stage, demo::cast());
        open.open_all().await.map_err(Error::internal)?;
        context.ui.note("The ports are filed. Press Ctrl-C to end.");
        stop_asked().await;
        None
    };
    set.strike().await?;
    match outcomes {
        Some(outcomes) => show::table(&mut context.ui, &outcomes).and_then(|()| verdict(&outcomes)),
        None => Ok(()),
    }
}

/// The product and the carrier simulator, at work in this process on a clock that they share.
pub struct Set {
    /// How the played people reach the product.
    pub stage: Stage,
    /// The simulator's address, without `/v2`.
    pub carrier: String,
    /// The simulator, to look at what stands there.
    pub simulator: Simulator,
    clock: Clock,
    db: Db,
    stop: watch::Sender<bool>,
    server: JoinHandle<Result<(), Error>>,
    simulating: JoinHandle<std::io::Result<()>>,
}

impl std::fmt::Debug for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Set")
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}

impl Set {
    /// Starts both. `front` may put something between them: it is given the simulator's address and
    /// returns the one that the adapter is to use. With a clock that stands still, the carrier does what is due
    /// when [`Set::settle`] is called.
    ///
    /// # Errors
    /// When the database or the data folder cannot be used.
    pub async fn raise(
        base: &Config,
        folder: &Path,
        clock: Clock,
        (listener, simulator_listener): (TcpListener, TcpListener),
        front: impl FnOnce(String) -> String,
    ) -> Result<Self, Error> {
        let here = listener.local_addr().map_err(Error::internal)?;
        let there = simulator_listener.local_addr().map_err(Error::internal)?;
        let ids = Ids::random();
        let key = hex::encode(&ids.secret()[..16]);
        let rules = simulator::Config {
            api_keys: vec![key.clone()],
            ..simulator::Config::default()
        };
        let (its_clock, by_itself) = (clock.clone(), !clock.stands_still());
        let simulator = Simulator::new(rules, clock.clone(), ids.clone());
        simulator
            .add_customers(demo::cast().iter().map(demo::Part::customer).collect())
            .map_err(Error::refused)?;
        let carrier = front(format!("http://{there}"));
        let settings = settings(
            base,
            folder,
            &format!("http://{here}"),
            &format!("{carrier}/v2"),
            &key,
            &simulator.public_key(),
        )?;
        let db = super::open_database(&settings).await?;
        let app = open::open(settings, db.clone(), clock, ids)
            .await
            .map_err(Error::unavailable)?;
        let cast = seed(&app).await.map_err(Error::internal)?;
        let (stop, stopped) = watch::channel(false);
        let until = |mut told: watch::Receiver<bool>| async move {
            let _ = told.wait_for(|stop| *stop).await;
        };
        let simulating = tokio::spawn({
            let (simulator, stopped) = (simulator.clone(), stopped.clone());
            async move {
                if by_itself {
                    simulator.serve(simulator_listener, until(stopped)).await
                } else {
                    simulator
                        .serve_without_background(simulator_listener, until(stopped))
                        .await
                }
            }
        });
        let server = tokio::spawn(serve::run(app, listener, true, until(stopped)));
        let stage = Stage {
            base: format!("http://{here}"),
            desk_key: cast.desk_key,
            customer_key: cast.customer_key,
        };
        Ok(Self {
            stage,
            carrier: format!("http://{there}"),
            simulator,
            clock: its_clock,
            db,
            stop,
            server,
            simulating,
        })
    }

    /// Waits until everything that is due now is done, here and at the carrier. For a clock that stands still.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settle(&self) -> Result<(), Error> {
        loop {
            let told = self.simulator.settle().await;
            let mut read = self.db.read().await.map_err(Error::unavailable)?;
            let busy = jobs::is_busy(&mut read, self.clock.now())
                .await
                .map_err(Error::unavailable)?;
            drop(read);
            if told == 0 && !busy {
                return Ok(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Ends both.
    ///
    /// # Errors
    /// What ended the server before.
    pub async fn strike(self) -> Result<(), Error> {
        self.stop.send_replace(true);
        self.server.await.map_err(Error::internal)??;
        let _ = self.simulating.await;
        Ok(())
    }
}

fn verdict(outcomes: &[Outcome]) -> Result<(), Error> {
    let wrong = outcomes.iter().filter(|one| !one.as_it_should()).count();
    if wrong == 0 {
        Ok(())
    } else {
        Err(Error::refused(format!(
            "{wrong} of {} ports did not end as they should",
            outcomes.len()
        )))
    }
}

async fn listen(address: std::net::SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|error| {
        Error::unavailable(error)
            .context(format!("cannot listen on {address}"))
            .hint("something else answers there; set PORTOLAN_DEMO__LISTEN and PORTOLAN_DEMO__SIMULATOR_LISTEN, for example to 127.0.0.1:0")
    })
}

/// Makes the demo's folder, or clears an earlier demo's away. Any other folder is left alone.
fn prepare(folder: &Path, keep: bool) -> Result<(), Error> {
    let mark = folder.join(MARK);
    let failed = |error: std::io::Error| {
        Error::unavailable(error)
            .context(format!("cannot use the demo's folder {}", folder.display()))
    };
    if folder.exists() && !keep {
        let empty = std::fs::read_dir(folder).map_err(failed)?.next().is_none();
        if !empty && !mark.exists() {
            return Err(Error::refused(format!(
                "{} is not empty and not a demo's",
                folder.display()
            ))
            .hint("set `demo.folder` to a folder that does not exist yet"));
        }
        std::fs::remove_dir_all(folder).map_err(failed)?;
    }
    std::fs::create_dir_all(folder)
        .and_then(|()| {
            std::fs::write(
                mark,
                "portolan demo clears this folder away when it begins\n",
            )
        })
        .map_err(failed)
}

/// The demo's clock: a day in a few seconds. It begins on a Monday morning, so that the first days are
/// business days, and is kept in the folder.
///
/// # Errors
/// When the folder cannot be written to.
pub fn clock(folder: &Path, day_seconds: f64) -> Result<Clock, Error> {
    let path = folder.join("clock.json");
    if let Ok(text) = std::fs::read(&path)
        && let Ok(anchor) = serde_json::from_slice::<Anchor>(&text)
    {
        return Ok(Clock::fast(anchor));
    }
    let wall = Clock::system().wall();
    let anchor = Anchor {
        wall,
        desk: monday_morning(wall),
        speed: 86_400.0 / day_seconds.max(0.01),
    };
    let text = serde_json::to_vec_pretty(&anchor).map_err(Error::internal)?;
    std::fs::write(&path, text).map_err(|error| {
        Error::unavailable(error).context(format!("cannot write {}", path.display()))
    })?;
    Ok(Clock::fast(anchor))
}

/// 9 o'clock in New York on this week's Monday.
fn monday_morning(at: Timestamp) -> Timestamp {
    let zone = crate::domain::calendar::zone("America/New_York").unwrap_or(jiff::tz::TimeZone::UTC);
    let today = at.to_zoned(zone.clone()).date();
    let monday = today
        .checked_sub(jiff::Span::new().days(i64::from(today.weekday().to_monday_zero_offset())))
        .unwrap_or(today);
    monday
        .at(9, 0, 0, 0)
        .to_zoned(zone)
        .map_or(at, |zoned| zoned.timestamp())
}

/// The real settings with the demo's changes: where it answers, which carrier it talks to.
pub fn settings(
    base: &Config,
    folder: &Path,
    url: &str,
    carrier: &str,
    key: &str,
    public_key: &str,
) -> Result<Config, Error> {
    let mut config = base.clone();
    let parse = |text: &str| url::Url::parse(text).map_err(Error::internal);
    config.data.folder = folder.to_path_buf();
    config.blobs.folder = None;
    config.server.public_url = parse(url)?;
    config.mail.mode = crate::config::MailMode::Mailbox;
    // Mails are answered where they are read: on the mailbox page.
    config.mail.replies.host = None;
    config.mail.replies.address = Some(
        "replies@portolan.example"
            .parse()
            .map_err(|_| Error::internal(anyhow::anyhow!("the demo's reply address")))?,
    );
    let telnyx = &mut config.carriers.telnyx;
    telnyx.enabled = true;
    telnyx.base_url = parse(carrier)?;
    telnyx.api_key = Some(key.to_owned().into());
    telnyx.public_key = Some(public_key.to_owned());
    // A few times a day: webhooks bring the news, polling is for those that get lost.
    telnyx.poll_seconds = 21_600;
    telnyx.messaging_profile_id = Some("3fa85f55-5717-4562-b3fc-2c963f66afa6".to_owned());
    // The played people are quicker than people.
    config.limits.api_requests_per_minute = 60_000;
    config.links.attempts_per_minute = 6_000;
    config.signin.attempts_per_minute = 600;
    config.links.resend_pause_seconds = 0;
    // The calendar runs, people do not: what waits for them would be too old in a minute.
    config.loa.max_age_days = u16::MAX;
    Ok(config)
}

/// An account with an approved campaign, its customer, a desk agent and an administrator.
pub async fn seed(app: &App) -> Result<Cast, AppError> {
    let password = || PASSWORD.to_owned().into();
    let user = match people::find_user(app, "customer@portolan.example").await {
        Ok(user) => user,
        Err(AppError::NotFound(_)) => {
            let agency = people::NewAccount {
                name: "Lighthouse Agency".to_owned(),
                campaign_approved: true,
                is_agency: true,
                ..people::NewAccount::default()
            };
            let account = people::add_account_once(app, None, agency, None).await?;
            let client = people::NewAccount {
                name: "Harbor Dental Group".to_owned(),
                campaign_approved: true,
                parent: Some(account.id),
                ..people::NewAccount::default()
            };
            people::add_account_once(app, None, client, None).await?;
            people::add_user(
                app,
                None,
                Some(account.id),
                Role::ReadOnly,
                "Rita Reed",
                "reader@portolan.example",
                password(),
            )
            .await?;
            people::add_user(
                app,
                None,
                None,
                Role::Administrator,
                "Ines Faro",
                "admin@portolan.example",
                password(),
            )
            .await?;
            people::add_user(
                app,
                None,
                None,
                Role::Desk,
                "Sam Okafor",
                "desk@portolan.example",
                password(),
            )
            .await?;
            people::add_user(
                app,
                None,
                Some(account.id),
                Role::AccountAdministrator,
                "Dana Whitfield",
                "customer@portolan.example",
                password(),
            )
            .await?
        }
        Err(error) => return Err(error),
    };
    let desk = people::find_user(app, "desk@portolan.example").await?;
    let key = async |user| {
        people::add_api_key(app, user, "the demo's people")
            .await
            .map(|(_, secret)| secret.expose_secret().to_owned())
    };
    Ok(Cast {
        desk_key: key(desk.id).await?,
        customer_key: key(user.id).await?,
    })
}

fn announce(ui: &mut Ui, stage: &Stage, carrier: &str) -> Result<(), Error> {
    if ui.is_json() {
        return Ok(());
    }
    let url = ui.paint(Ink::Strong, &stage.base);
    ui.note(format!("Portolan   {url}"));
    ui.note(format!(
        "Carrier    {carrier}/control (the simulator's inside)"
    ));
    ui.note(format!(
        "Customer   customer@portolan.example   password {PASSWORD}"
    ));
    ui.note(format!(
        "Desk       desk@portolan.example       password {PASSWORD}"
    ));
    ui.note(format!(
        "Admin      admin@portolan.example      password {PASSWORD}"
    ));
    ui.note("Mails are not sent: read them under Mailbox, signed in as the desk.");
    ui.note("");
    ui.note("To work with it from another terminal, such as with `portolan port list`:");
    ui.note(format!("  export PORTOLAN_SERVER={}", stage.base));
    ui.note(format!(
        "  export PORTOLAN_API_KEY={}   # as the customer",
        stage.customer_key
    ));
    ui.note(format!(
        "  export PORTOLAN_API_KEY={}   # as the desk",
        stage.desk_key
    ));
    ui.note("");
    Ok(())
}
