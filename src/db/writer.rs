//! SQLite's one writer: whose turn it is, and commits that several share.
//!
//! A commit waits for the disk, and there is one writer. Whoever is done while others wait for their turn therefore leaves
//! the transaction open for them: each works behind a savepoint of its own, and one commit stores the work of all.
//! Nobody hears of success before that commit is on the disk; who fails takes back its own work and nobody else's.
//!
//! What was done stands in [`State`] before each step that can be dropped halfway, so that whoever comes next can tidy up.
//! Where it cannot be known what became of a step, everything is rolled back and everybody is told to try again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::error::{self, Cause};
use super::{DbError, Durability, Engine};

/// How long a reader waits for a commit at most: whoever holds the turn might be waiting for this reader.
const SETTLED_WITHIN: Duration = Duration::from_secs(1);

const BEGIN: &str = "BEGIN IMMEDIATE";

/// The savepoint of a turn that does all its work in one go.
const WHOLE: &str = "turn_whole";

/// SQLite's own habit, in pages of the log.
const CHECKPOINT_BY_ITSELF: &str = "PRAGMA wal_autocheckpoint = 1000";

/// The way to the writer. Clones lead to the same one; turns are taken in the order of asking.
#[derive(Clone)]
pub(super) struct Gate(Arc<Shared>);

struct Shared {
    writer: Arc<Mutex<Writer>>,
    /// How many wait for their turn.
    waiting: AtomicUsize,
    /// Whether somebody gave up who had seen work that is not committed yet.
    unsettled: AtomicBool,
    /// How long one waits for a turn.
    patience: Duration,
    commits: Arc<AtomicU64>,
}

struct Writer {
    options: SqliteConnectOptions,
    /// Counts commits: odd from before a commit begins until it is known to be over.
    commits: Arc<AtomicU64>,
    durability: Durability,
    /// `None` once it is closed, or failed and not yet opened again.
    connection: Option<SqliteConnection>,
    closed: bool,
    state: State,
    /// Whether `synchronous` is what `durability` asks for. A wrong value errs to the safe side.
    synced: bool,
    /// Whether commits also move the log into the file when it is long.
    checkpoints: bool,
    savepoints: u64,
}

enum State {
    /// There is no transaction.
    Idle,
    /// There may be one, and nothing in it is to stay.
    Unknown,
    /// There is one.
    Open(Group),
}

/// An open transaction.
#[derive(Default)]
struct Group {
    durable: bool,
    /// Those who are done and wait for the commit. As long as there is one, there is a task that will commit.
    members: Vec<oneshot::Sender<Result<(), DbError>>>,
    /// The savepoint of whoever has the turn. If nobody has it, they left without a word.
    savepoint: Option<String>,
    /// What may have undone the members' work.
    spoiled: Option<DbError>,
}

/// One writer's turn. Dropped without [`Turn::commit`], it leaves no trace.
pub(super) struct Turn {
    gate: Gate,
    writer: OwnedMutexGuard<Writer>,
    durable: bool,
    /// Whether the database knows of it. It is told with the first statement.
    begun: bool,
    over: bool,
    /// Whether it wrote so much that moving the log into the file can wait until after the answer.
    pub(super) bulky: bool,
}

/// Counts somebody who waits, also if they stop waiting.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn among(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Gate {
    /// Connects the writer.
    pub(super) async fn open(
        options: SqliteConnectOptions,
        durability: Durability,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        let connection = options.connect().await?;
        let commits = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            options,
            commits: commits.clone(),
            durability,
            connection: Some(connection),
            closed: false,
            state: State::Idle,
            synced: true,
            checkpoints: true,
            savepoints: 0,
        };
        Ok(Self(Arc::new(Shared {
            writer: Arc::new(Mutex::new(writer)),
            waiting: AtomicUsize::new(0),
            unsettled: AtomicBool::new(false),
            patience,
            commits,
        })))
    }

    /// How many commits there were; nothing while one is under way. What was read is still so as long as this
    /// number is the same before the reading and now.
    pub(super) fn commits(&self) -> Option<u64> {
        let count = self.0.commits.load(Ordering::Acquire);
        count.is_multiple_of(2).then_some(count / 2)
    }

    /// Waits for a turn. Not `durable`: a power cut may undo the commit.
    pub(super) async fn begin(&self, durable: bool) -> Result<Turn, DbError> {
        let waiting = Waiting::among(&self.0.waiting);
        let turn = tokio::time::timeout(self.0.patience, self.0.writer.clone().lock_owned()).await;
        drop(waiting);
        let mut writer = turn.map_err(|_| sorted(sqlx::Error::PoolTimedOut, BEGIN))?;
        writer.tidy().await;
        if let State::Open(group) = &writer.state
            && durable
            && !group.durable
        {
            writer = self.commit_apart(writer).await?;
        }
        Ok(Turn {
            gate: self.clone(),
            writer,
            durable,
            begun: false,
            over: false,
            bulky: false,
        })
    }

    /// Commits for all members in a task of its own: nobody's impatience can stop it halfway.
    async fn commit_apart(
        &self,
        mut writer: OwnedMutexGuard<Writer>,
    ) -> Result<OwnedMutexGuard<Writer>, DbError> {
        let gate = self.clone();
        tokio::spawn(async move {
            writer.commit_members().await;
            gate.0.unsettled.store(false, Ordering::Release);
            writer
        })
        .await
        .map_err(|_| sorted(sqlx::Error::WorkerCrashed, "COMMIT"))
    }

    /// Sees to it that what members wait for is committed, after those who wait for a turn now.
    fn commit_soon(&self) {
        let gate = self.clone();
        tokio::spawn(async move {
            let mut writer = gate.0.writer.clone().lock_owned().await;
            writer.tidy().await;
            writer.commit_members().await;
            gate.0.unsettled.store(false, Ordering::Release);
        });
    }

    /// Returns at once, unless somebody was refused for what is not committed yet. They and everybody else then
    /// wait for the commit, so that they find what they were refused for.
    pub(super) async fn settled(&self) {
        if !self.0.unsettled.load(Ordering::Acquire) {
            return;
        }
        let turn = tokio::time::timeout(SETTLED_WITHIN, self.0.writer.clone().lock_owned()).await;
        if let Ok(mut writer) = turn {
            writer.tidy().await;
            // An error is the members' own, who are told.
            let _ = self.commit_apart(writer).await;
        }
    }

    /// Moves the log into the file, after those who wait for a turn now.
    fn checkpoint_soon(&self) {
        let gate = self.clone();
        tokio::spawn(async move {
            let mut writer = gate.0.writer.clone().lock_owned().await;
            writer.tidy().await;
            if matches!(writer.state, State::Idle) && !writer.checkpoints && !writer.closed {
                // What does not work here is done by one of the next commits.
                writer.checkpoints = writer
                    .run(&format!(
                        "PRAGMA wal_checkpoint(PASSIVE); {CHECKPOINT_BY_ITSELF}"
                    ))
                    .await
                    .is_ok();
            }
        });
    }

    /// Commits what is done, and closes the connection.
    pub(super) async fn close(&self) {
        let mut writer = self.0.writer.clone().lock_owned().await;
        writer.tidy().await;
        writer.commit_members().await;
        writer.closed = true;
        if let Some(connection) = writer.connection.take() {
            // What was committed is on the disk; the log is read at the next start.
            let _ = connection.close().await;
        }
    }
}

impl Writer {
    async fn connection(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        if self.closed {
            return Err(sqlx::Error::PoolClosed);
        }
        if self.connection.is_none() {
            let connection = self.options.connect().await?;
            self.synced = true;
            self.checkpoints = true;
            self.connection = Some(connection);
        }
        self.connection.as_mut().ok_or(sqlx::Error::WorkerCrashed)
    }

    async fn run(&mut self, script: &str) -> Result<(), sqlx::Error> {
        let connection = self.connection().await?;
        sqlx::raw_sql(AssertSqlSafe(script.to_owned()))
            .execute(connection)
            .await
            .map(drop)
    }

    /// Begins a transaction, or joins the one that is open.
    async fn begin(&mut self, durable: bool) -> Result<(), DbError> {
        if let State::Open(group) = &mut self.state {
            self.savepoints += 1;
            let name = format!("turn_{}", self.savepoints);
            let script = format!("SAVEPOINT {name}");
            group.savepoint = Some(name);
            return self.run(&script).await.map_err(|e| {
                let e = sorted(e, "SAVEPOINT");
                self.spoil(&e);
                e
            });
        }
        let script = self.beginning(durable);
        self.state = State::Unknown;
        self.run(&script).await.map_err(|e| sorted(e, BEGIN))?;
        self.has_begun(durable);
        Ok(())
    }

    /// [`Self::begin`] and all the work in one go.
    async fn whole(
        &mut self,
        durable: bool,
        work: &str,
        values: SqliteArguments,
    ) -> Result<(), sqlx::Error> {
        let joins = if let State::Open(group) = &mut self.state {
            group.savepoint = Some(WHOLE.to_owned());
            true
        } else {
            false
        };
        // The same words each time, so that they are prepared once. What was done well needs its savepoint no longer,
        // so there is never a second one of this name.
        let script = if joins {
            format!("SAVEPOINT {WHOLE};\n{work};\nRELEASE {WHOLE}")
        } else {
            let script = format!("{};\n{work}", self.beginning(durable));
            self.state = State::Unknown;
            script
        };
        let connection = self.connection().await?;
        sqlx::query_with(AssertSqlSafe(script), values)
            .execute(connection)
            .await?;
        match &mut self.state {
            State::Open(group) => group.savepoint = None,
            _ => self.has_begun(durable),
        }
        Ok(())
    }

    fn beginning(&mut self, durable: bool) -> String {
        let mut script = String::new();
        if self.synced != durable {
            let pragma = if durable {
                self.durability.pragma()
            } else {
                Durability::Normal.pragma()
            };
            script += pragma;
            script += "; ";
            self.synced = false;
        }
        if !self.checkpoints {
            script += CHECKPOINT_BY_ITSELF;
            script += "; ";
        }
        script + BEGIN
    }

    fn has_begun(&mut self, durable: bool) {
        self.synced = durable;
        self.checkpoints = true;
        self.state = State::Open(Group {
            durable,
            ..Group::default()
        });
    }

    /// Makes an end of what somebody left behind who went without a word. Afterwards either nothing is open, or
    /// a transaction with members and nothing else in it.
    async fn tidy(&mut self) {
        let State::Open(group) = &mut self.state else {
            if matches!(self.state, State::Unknown) {
                self.undo().await;
            }
            return;
        };
        if let Some(why) = group.spoiled.take() {
            self.give_up(&why).await;
        } else if group.members.is_empty() {
            self.state = State::Unknown;
            self.undo().await;
        } else if let Some(name) = &group.savepoint {
            let script = format!("ROLLBACK TO {name}; RELEASE {name}");
            match self.run(&script).await {
                Ok(()) => {
                    if let State::Open(group) = &mut self.state {
                        group.savepoint = None;
                    }
                }
                // It was dropped just while it began or ended, or took the whole transaction with it.
                Err(e) => self.give_up(&sorted(e, "ROLLBACK TO")).await,
            }
        }
    }

    /// Notes what may have undone the members' work: they all have to try again.
    fn spoil(&mut self, why: &DbError) {
        if let State::Open(group) = &mut self.state {
            group.spoiled.get_or_insert_with(|| shared(why));
        }
    }

    /// Rolls everything back, and tells the members.
    async fn give_up(&mut self, why: &DbError) {
        if let State::Open(group) = std::mem::replace(&mut self.state, State::Unknown) {
            for member in group.members {
                let _ = member.send(Err(shared(why)));
            }
        }
        self.undo().await;
    }

    /// To be said before a commit is tried. Dropped halfway, it may have happened or not.
    fn commit_begins(&mut self) {
        self.state = State::Unknown;
        self.commits.fetch_or(1, Ordering::AcqRel);
    }

    /// There is no transaction any more.
    fn is_idle(&mut self) {
        self.state = State::Idle;
        if !self.commits.load(Ordering::Acquire).is_multiple_of(2) {
            self.commits.fetch_add(1, Ordering::AcqRel);
        }
    }

    async fn undo(&mut self) {
        self.state = State::Unknown;
        // SQLite may have rolled back by itself. Whatever else happens: a new connection knows nothing of it.
        if let Err(e) = self.run("ROLLBACK").await
            && !e.to_string().contains("no transaction is active")
        {
            self.connection = None;
        }
        self.is_idle();
    }

    /// Commits what is open, and tells the members.
    async fn commit_members(&mut self) {
        if !matches!(self.state, State::Open(_)) {
            return;
        }
        let State::Open(group) = std::mem::replace(&mut self.state, State::Unknown) else {
            return;
        };
        self.commit_begins();
        let outcome = self.run("COMMIT").await.map_err(|e| sorted(e, "COMMIT"));
        match &outcome {
            Ok(()) => self.is_idle(),
            Err(_) => self.undo().await,
        }
        for member in group.members {
            let _ = member.send(match &outcome {
                Ok(()) => Ok(()),
                Err(why) => Err(shared(why)),
            });
        }
    }
}

impl Turn {
    /// Tells the database, unless it knows. To be done before anything is run.
    pub(super) async fn start(&mut self) -> Result<(), DbError> {
        if !self.begun {
            self.begun = true;
            self.writer.begin(self.durable).await?;
        }
        Ok(())
    }

    /// Whether anything was run.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Runs the only statements of this turn, which has not begun yet.
    pub(super) async fn whole(
        &mut self,
        work: &str,
        values: SqliteArguments,
    ) -> Result<(), sqlx::Error> {
        self.begun = true;
        self.writer.whole(self.durable, work, values).await
    }

    /// What statements run on.
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        self.writer
            .connection
            .as_mut()
            .ok_or(sqlx::Error::WorkerCrashed)
    }

    /// To be told of each statement that failed. A refused row concerns nobody else; after some other errors
    /// SQLite rolls the whole transaction back.
    pub(super) fn failed(&mut self, why: &DbError) {
        if !matches!(
            why,
            DbError::Unique { .. }
                | DbError::ForeignKey(_)
                | DbError::Refused { .. }
                | DbError::ReadOnly(_)
                | DbError::NoRow
        ) {
            self.writer.spoil(why);
        }
    }

    /// Commits, together with others if there are any. Returns once the commit is done.
    pub(super) async fn commit(mut self) -> Result<(), DbError> {
        let State::Open(group) = &mut self.writer.state else {
            return Err(DbError::Failed);
        };
        let others_wait = self.gate.0.waiting.load(Ordering::Acquire) > 0;
        if group.members.is_empty() && !others_wait {
            return self.commit_alone().await;
        }
        let (tell, told) = oneshot::channel();
        // The commit releases it.
        group.savepoint = None;
        group.members.push(tell);
        let first = group.members.len() == 1;
        self.over = true;
        let gate = self.gate.clone();
        drop(self);
        if first {
            gate.commit_soon();
        }
        told.await.unwrap_or_else(|_| {
            Err(DbError::CommitUnknown(Cause {
                message: "the program ended during the commit".to_owned(),
                code: None,
                statement: None,
            }))
        })
    }

    async fn commit_alone(mut self) -> Result<(), DbError> {
        let script = if self.bulky {
            self.writer.checkpoints = false;
            "PRAGMA wal_autocheckpoint = 0; COMMIT"
        } else {
            "COMMIT"
        };
        self.writer.commit_begins();
        self.writer
            .run(script)
            .await
            .map_err(|e| sorted(e, "COMMIT"))?;
        self.writer.is_idle();
        self.over = true;
        if self.bulky {
            self.gate.checkpoint_soon();
        }
        Ok(())
    }

    /// Gives up now instead of on drop.
    pub(super) async fn rollback(mut self) {
        self.leave();
        self.writer.tidy().await;
        self.over = true;
    }

    /// Whoever goes without a commit has perhaps seen what others have not committed yet.
    fn leave(&self) {
        if let State::Open(group) = &self.writer.state
            && !group.members.is_empty()
        {
            self.gate.0.unsettled.store(true, Ordering::Release);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        self.leave();
        // The next one tidies up. If nobody comes, the file would stay locked for programs beside us.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let gate = self.gate.clone();
            runtime.spawn(async move { gate.0.writer.lock().await.tidy().await });
        }
    }
}

fn sorted(error: sqlx::Error, statement: &str) -> DbError {
    error::sort(Engine::Sqlite, error, Some(statement), None)
}

/// The same failure for somebody whose commit was the same.
fn shared(why: &DbError) -> DbError {
    match why {
        DbError::DiskFull(cause) => DbError::DiskFull(cause.clone()),
        DbError::Unavailable(cause) => DbError::Unavailable(cause.clone()),
        DbError::Busy(cause) | DbError::Query(cause) => DbError::Busy(cause.clone()),
        other => DbError::Busy(Cause {
            message: other.to_string(),
            code: None,
            statement: None,
        }),
    }
}
