//! Users: who may add, change and switch them off; invitations, forgotten passwords, addresses, and what each of
//! them chooses for themselves.

use argon2::Argon2;
use argon2::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::account_mail::{self, To};
use super::people::{hash_of, hash_password, token_of};
use super::{App, AppError, Caller};
use crate::db::access;
use crate::db::jobs::{self, NewJob};
use crate::db::{Tx, people};
use crate::domain::calendar::zone;
use crate::domain::port::{Problem, Role, Topic};
use crate::ids::{AccountId, UserId};
use crate::mail::LINK_PLACE;
use crate::mail::templates::{AddressChanged, AddressLink, Invitation, PasswordLink};

pub use crate::db::access::{Pass, PassPurpose};
pub use crate::db::people::{Account, User};

/// How long nobody is mailed another way to a new password, in wire time: whoever knows an address must not be able
/// to fill its mailbox.
const PASSWORD_MAIL_PAUSE: SignedDuration = SignedDuration::from_mins(2);
/// The place in the vault of tokens that switch a topic off.
const UNSUBSCRIBE_PLACE: &str = "unsubscribe";
/// What a forgotten account's address is sealed for while its job waits.
const FORGOT_PLACE: &str = "forgot";

/// Somebody to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their account; `None` for the desk's people.
    pub account: Option<AccountId>,
    /// What they may do.
    pub role: Role,
    /// Their name.
    pub name: String,
    /// Where their mail goes; also what they sign in with.
    pub email: String,
}

fn name_of(typed: &str) -> Result<String, Problem> {
    let name = typed.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        Err(Problem::new(
            "name",
            "Fill in the name, with at most 100 characters.",
        ))
    } else {
        Ok(name.to_owned())
    }
}

fn address_of(typed: &str) -> Result<String, Problem> {
    let email = typed.trim().to_lowercase();
    if email.len() > 200 || email.parse::<lettre::Address>().is_err() {
        Err(Problem::new("email", "That is not an e-mail address."))
    } else {
        Ok(email)
    }
}

fn check_length(app: &App, field: &str, password: &SecretString) -> Result<(), Problem> {
    let shortest = app.config.signin.password_length_min as usize;
    let length = password.expose_secret().chars().count();
    if length < shortest {
        return Err(Problem::new(
            field,
            format!("Choose a password of at least {shortest} characters."),
        ));
    }
    // Longer ones are no password but an attempt to keep the server busy.
    if length > 200 {
        return Err(Problem::new(
            field,
            "Choose a password of at most 200 characters.",
        ));
    }
    Ok(())
}

async fn hashed(app: &App, password: SecretString) -> Result<String, AppError> {
    let parts = app.clone();
    tokio::task::spawn_blocking(move || hash_password(&parts, password.expose_secret()))
        .await
        .map_err(AppError::broken)?
}

async fn is_right(hash: String, password: SecretString) -> Result<bool, AppError> {
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.expose_secret().as_bytes(), &hash)
                .is_ok()
        })
    })
    .await
    .map_err(AppError::broken)
}

fn new_user(app: &App, new: &NewUser, password_hash: String) -> Result<User, AppError> {
    let mut problems = Vec::new();
    let name = name_of(&new.name).unwrap_or_else(|problem| {
        problems.push(problem);
        String::new()
    });
    let email = address_of(&new.email).unwrap_or_else(|problem| {
        problems.push(problem);
        String::new()
    });
    if new.role.has_account() != new.account.is_some() {
        problems.push(Problem::new(
            "account",
            "A porting user belongs to an account; the desk's people belong to none.",
        ));
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    let now = app.clock.now();
    Ok(User {
        id: app.ids.next(now),
        account: new.account,
        email,
        name,
        role: new.role,
        clients: Vec::new(),
        password_hash,
        signed_in_wall: None,
        time_zone: None,
        muted: Vec::new(),
        disabled_at: None,
    })
}

fn taken(error: crate::db::DbError) -> AppError {
    if error.constraint() == Some("users_email") {
        AppError::field("email", "Somebody already signs in with this address.")
    } else {
        error.into()
    }
}

/// Makes a user with a password, for the command line on the desk's own machine and for tests.
pub async fn add_user(
    app: &App,
    caller: Option<&Caller>,
    account: Option<AccountId>,
    role: Role,
    name: &str,
    email: &str,
    password: SecretString,
) -> Result<User, AppError> {
    if let Some(caller) = caller {
        caller.administrator_only()?;
    }
    let new = NewUser {
        account,
        role,
        name: name.to_owned(),
        email: email.to_owned(),
    };
    let mut user = match (
        check_length(app, "password", &password),
        new_user(app, &new, String::new()),
    ) {
        (Ok(()), Ok(user)) => user,
        (Err(problem), Ok(_)) => return Err(AppError::Invalid(vec![problem])),
        (Ok(()), Err(error)) => return Err(error),
        (Err(problem), Err(AppError::Invalid(mut problems))) => {
            problems.push(problem);
            return Err(AppError::Invalid(problems));
        }
        (_, Err(error)) => return Err(error),
    };
    user.password_hash = hashed(app, password).await?;
    let mut tx = app.db.write().await?;
    people::insert_user(&mut tx, &user, app.clock.now())
        .await
        .map_err(taken)?;
    tx.commit().await?;
    Ok(user)
}

/// The people whom a caller may see: those of their account and its clients; the desk's for a desk agent, and
/// everybody for the desk's administrator.
pub async fn users(app: &App, caller: &Caller) -> Result<Vec<User>, AppError> {
    let mut read = app.db.read().await?;
    if caller.account.is_none() && caller.is_administrator() {
        return Ok(people::everybody(&mut read).await?);
    }
    Ok(people::users(&mut read, caller.account).await?)
}

/// The user with this address, for the command line on the desk's own machine.
pub async fn find_user(app: &App, email: &str) -> Result<User, AppError> {
    let mut read = app.db.read().await?;
    people::user_by_email(&mut read, email)
        .await?
        .ok_or(AppError::NotFound("user"))
}

/// The user with this id if the caller looks after them. Whoever does not even see them is told that there is
/// nobody.
async fn theirs(tx: &mut Tx, caller: &Caller, id: UserId) -> Result<User, AppError> {
    let user = people::user(tx, id)
        .await?
        .filter(|user| match user.account {
            Some(account) => caller.sees(account),
            None => caller.is_desk(),
        })
        .ok_or(AppError::NotFound("user"))?;
    caller.administrators_only()?;
    Ok(user)
}

fn may_give(caller: &Caller, role: Role) -> Result<(), AppError> {
    if caller.account.is_some() && !role.has_account() {
        return Err(AppError::Forbidden(
            "People of the desk are added by the desk's administrator.",
        ));
    }
    Ok(())
}

/// How somebody's link is written: a path of ours with 256 random bits.
fn link_of(app: &App, token: &str) -> SecretString {
    app.config.server.link(&format!("/welcome/{token}")).into()
}

async fn new_pass(
    app: &App,
    tx: &mut Tx,
    user: &User,
    purpose: PassPurpose,
    email: &str,
    lasts: SignedDuration,
) -> Result<(SecretString, Timestamp), AppError> {
    let token = token_of(app.ids.secret());
    let wall = app.clock.wall();
    let expires_wall = wall.checked_add(lasts).unwrap_or(Timestamp::MAX);
    let pass = Pass {
        user: user.id,
        purpose,
        email: email.to_owned(),
        state: "live".to_owned(),
        created_wall: wall,
        expires_wall,
    };
    access::insert_pass(tx, hash_of(&token), &pass).await?;
    Ok((link_of(app, &token), expires_wall))
}

async fn send_invitation(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    user: &User,
) -> Result<(), AppError> {
    let days = i64::from(app.config.signin.invitation_days);
    let lasts = SignedDuration::from_hours(24 * days);
    let (link, expires) =
        new_pass(app, tx, user, PassPurpose::Invitation, &user.email, lasts).await?;
    let account = match user.account {
        Some(id) => people::account(tx, id).await?.map(|one| one.name),
        None => None,
    };
    let operator = app.operator();
    let mail = Invitation {
        name: user.name.clone(),
        by: caller.actor.name.clone(),
        account: account.unwrap_or_else(|| format!("the porting desk of {}", operator.name)),
        role: user.role.title().to_owned(),
        link: LINK_PLACE.to_owned(),
        expires: expires
            .to_zoned(operator.time_zone.clone())
            .strftime("%B %-d, %Y, %-I:%M %P %Z")
            .to_string(),
    };
    let to = To {
        user: Some(user.id),
        name: &user.name,
        address: &user.email,
    };
    account_mail::queue(app, tx, to, &mail, Some(&link), app.clock.now()).await
}

/// Adds somebody and mails them a link to a password of their own.
pub async fn invite(app: &App, caller: &Caller, new: NewUser) -> Result<User, AppError> {
    caller.administrators_only()?;
    may_give(caller, new.role)?;
    let mut new = new;
    if new.role.has_account() && (caller.account.is_some() || new.account.is_some()) {
        new.account = Some(caller.account_for(new.account)?);
    }
    let user = new_user(app, &new, String::new())?;
    let mut tx = app.db.write().await?;
    people::insert_user(&mut tx, &user, app.clock.now())
        .await
        .map_err(taken)?;
    send_invitation(app, &mut tx, caller, &user).await?;
    tx.commit().await?;
    Ok(user)
}

/// Mails an invitation again, with a new link; the earlier one is dead.
pub async fn invite_again(app: &App, caller: &Caller, id: UserId) -> Result<User, AppError> {
    let mut tx = app.db.write().await?;
    let user = theirs(&mut tx, caller, id).await?;
    if !user.password_hash.is_empty() {
        return Err(AppError::Forbidden(
            "They have a password already. Whoever forgot it asks for another one on the sign-in page.",
        ));
    }
    send_invitation(app, &mut tx, caller, &user).await?;
    tx.commit().await?;
    Ok(user)
}

/// Changes what somebody may do, but not oneself, and not from an account to the desk or back.
pub async fn set_role(app: &App, caller: &Caller, id: UserId, role: Role) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    let user = theirs(&mut tx, caller, id).await?;
    may_give(caller, role)?;
    if id == caller.user {
        return Err(AppError::Forbidden("You cannot change your own role."));
    }
    if role.has_account() != user.role.has_account() {
        return Err(AppError::field(
            "role",
            "People cannot move between an account and the desk. Add them again there.",
        ));
    }
    if role != user.role {
        not_the_last(&mut tx, &user).await?;
    }
    people::set_role(&mut tx, id, role).await?;
    Ok(tx.commit().await?)
}

/// Refuses to lose the last administrator of the desk: nobody could make another one.
async fn not_the_last(tx: &mut Tx, user: &User) -> Result<(), AppError> {
    if user.role != Role::Administrator || user.disabled_at.is_some() {
        return Ok(());
    }
    // Two administrators who do this to each other wait here for one another.
    people::lock_administrators(tx).await?;
    if people::living_with_role(tx, None, Role::Administrator).await? <= 1 {
        return Err(AppError::Forbidden(
            "This is the last administrator of the desk. Make somebody else one first.",
        ));
    }
    Ok(())
}

/// Switches somebody off: they are signed out everywhere, and their keys and links stop working. Not oneself, and not
/// the last administrator of the desk.
pub async fn disable_user(app: &App, caller: &Caller, id: UserId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    let user = theirs(&mut tx, caller, id).await?;
    if id == caller.user {
        return Err(AppError::Forbidden("You cannot switch yourself off."));
    }
    not_the_last(&mut tx, &user).await?;
    if !people::disable(&mut tx, id, app.clock.now()).await? {
        return Err(AppError::NotFound("user"));
    }
    for purpose in [
        PassPurpose::Invitation,
        PassPurpose::Password,
        PassPurpose::Address,
    ] {
        access::replace_passes(&mut tx, id, purpose).await?;
    }
    Ok(tx.commit().await?)
}

/// Switches somebody on again.
pub async fn enable_user(app: &App, caller: &Caller, id: UserId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    theirs(&mut tx, caller, id).await?;
    if !people::enable(&mut tx, id).await? {
        return Err(AppError::NotFound("user"));
    }
    Ok(tx.commit().await?)
}

/// Somebody forgot their password. A job looks whether there is such an account, so that the answer takes the same
/// time whether there is or not.
pub async fn forgot(app: &App, email: &str) -> Result<(), AppError> {
    let sealed = app.vault.seal(FORGOT_PLACE, email);
    let job = NewJob::new(
        "mail_password_link",
        serde_json::json!({ "email": URL_SAFE_NO_PAD.encode(sealed) }),
    )
    .attempts(10);
    let mut tx = app.db.write().await?;
    jobs::enqueue(&mut tx, &app.ids, app.clock.now(), job).await?;
    Ok(tx.commit().await?)
}

/// Mails a link for another password, if there is such an account. `sealed` is the address from a job of [`forgot`].
///
/// # Errors
/// Those of the database, and [`AppError::Broken`] for an address that cannot be opened.
pub async fn mail_password_link(app: &App, sealed: &str) -> Result<(), AppError> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(AppError::broken)?;
    let email = app.vault.open(FORGOT_PLACE, &sealed)?;
    let email = email.expose_secret();
    let mut tx = app.db.write().await?;
    let user = people::user_by_email(&mut tx, email)
        .await?
        .filter(|user| user.disabled_at.is_none());
    let Some(user) = user else {
        return Ok(());
    };
    let wall = app.clock.wall();
    let recent = access::last_pass(&mut tx, user.id, PassPurpose::Password).await?;
    if recent.is_some_and(|at| wall.duration_since(at) < PASSWORD_MAIL_PAUSE) {
        return Ok(());
    }
    let minutes = i64::from(app.config.signin.link_minutes);
    let lasts = SignedDuration::from_mins(minutes);
    let (link, _) = new_pass(
        app,
        &mut tx,
        &user,
        PassPurpose::Password,
        &user.email,
        lasts,
    )
    .await?;
    let mail = PasswordLink {
        name: user.name.clone(),
        link: LINK_PLACE.to_owned(),
        lasts: format!("{minutes} minutes"),
    };
    let to = To {
        user: Some(user.id),
        name: &user.name,
        address: &user.email,
    };
    account_mail::queue(app, &mut tx, to, &mail, Some(&link), app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// What is behind a mailed link.
#[derive(Debug)]
pub enum Opened {
    /// It works.
    Live(Box<User>, Pass),
    /// Its time is over.
    Expired(PassPurpose),
    /// It did its one work.
    Used(PassPurpose),
    /// A newer one took its place, or its user was switched off.
    Replaced(PassPurpose),
    /// There is none such.
    Unknown,
}

/// Looks at a mailed link without using it up.
pub async fn open(app: &App, token: &str) -> Result<Opened, AppError> {
    let mut read = app.db.read().await?;
    let Some(pass) = access::pass(&mut read, hash_of(token)).await? else {
        return Ok(Opened::Unknown);
    };
    let user = people::user(&mut read, pass.user)
        .await?
        .filter(|user| user.disabled_at.is_none());
    Ok(match (pass.state.as_str(), user) {
        ("used", _) => Opened::Used(pass.purpose),
        ("live", Some(_)) if app.clock.wall() >= pass.expires_wall => Opened::Expired(pass.purpose),
        ("live", Some(user)) => Opened::Live(Box::new(user), pass),
        _ => Opened::Replaced(pass.purpose),
    })
}

fn link_over() -> AppError {
    AppError::Forbidden("This link no longer works.")
}

/// Chooses a password with a mailed link, which is used up. Every session of theirs ends.
pub async fn choose_password(
    app: &App,
    token: &str,
    password: SecretString,
) -> Result<User, AppError> {
    let Opened::Live(user, pass) = open(app, token).await? else {
        return Err(link_over());
    };
    if pass.purpose == PassPurpose::Address {
        return Err(link_over());
    }
    check_length(app, "new_password", &password)
        .map_err(|problem| AppError::Invalid(vec![problem]))?;
    let hash = hashed(app, password).await?;
    let mut tx = app.db.write().await?;
    if !access::use_pass(&mut tx, hash_of(token)).await? {
        return Err(link_over());
    }
    people::set_password(&mut tx, user.id, &hash, None).await?;
    // Who has a password needs no invitation, and an older mail must not open the account again.
    for purpose in [PassPurpose::Invitation, PassPurpose::Password] {
        access::replace_passes(&mut tx, user.id, purpose).await?;
    }
    tx.commit().await?;
    Ok(*user)
}

/// Asks for another address to sign in with: a link is mailed there, and nothing changes until it is used.
pub async fn ask_for_address(
    app: &App,
    user: &User,
    email: &str,
    password: SecretString,
) -> Result<String, AppError> {
    let email = address_of(email).map_err(|problem| AppError::Invalid(vec![problem]))?;
    if email == user.email {
        return Err(AppError::field("email", "That is your address already."));
    }
    if !is_right(user.password_hash.clone(), password).await? {
        return Err(AppError::field("password", "That is not your password."));
    }
    let minutes = i64::from(app.config.signin.link_minutes);
    let lasts = SignedDuration::from_mins(minutes);
    let mut tx = app.db.write().await?;
    let (link, _) = new_pass(app, &mut tx, user, PassPurpose::Address, &email, lasts).await?;
    let mail = AddressLink {
        name: user.name.clone(),
        old: user.email.clone(),
        link: LINK_PLACE.to_owned(),
        lasts: format!("{minutes} minutes"),
    };
    let to = To {
        user: Some(user.id),
        name: &user.name,
        address: &email,
    };
    account_mail::queue(app, &mut tx, to, &mail, Some(&link), app.clock.now()).await?;
    tx.commit().await?;
    Ok(email)
}

/// Takes a new address with the link that was mailed there. The old address is told.
pub async fn take_address(app: &App, token: &str) -> Result<User, AppError> {
    let Opened::Live(user, pass) = open(app, token).await? else {
        return Err(link_over());
    };
    if pass.purpose != PassPurpose::Address {
        return Err(link_over());
    }
    let mut tx = app.db.write().await?;
    if !access::use_pass(&mut tx, hash_of(token)).await? {
        return Err(link_over());
    }
    people::set_email(&mut tx, user.id, &pass.email)
        .await
        .map_err(taken)?;
    // A way to a new password that was mailed to the old address is nobody's any more.
    access::replace_passes(&mut tx, user.id, PassPurpose::Password).await?;
    let mail = AddressChanged {
        name: user.name.clone(),
        new: pass.email.clone(),
    };
    let to = To {
        user: Some(user.id),
        name: &user.name,
        address: &user.email,
    };
    account_mail::queue(app, &mut tx, to, &mail, None, app.clock.now()).await?;
    tx.commit().await?;
    Ok(User {
        email: pass.email,
        ..*user
    })
}

/// Changes one's own name.
pub async fn rename(app: &App, caller: &Caller, name: &str) -> Result<(), AppError> {
    let name = name_of(name).map_err(|problem| AppError::Invalid(vec![problem]))?;
    let mut tx = app.db.write().await?;
    people::set_name(&mut tx, caller.user, &name).await?;
    Ok(tx.commit().await?)
}

/// Changes one's own password. All sessions end but the one with this token.
pub async fn change_password(
    app: &App,
    user: &User,
    token: &str,
    old: SecretString,
    new: SecretString,
) -> Result<(), AppError> {
    check_length(app, "new_password", &new).map_err(|problem| AppError::Invalid(vec![problem]))?;
    if !is_right(user.password_hash.clone(), old).await? {
        return Err(AppError::field(
            "old_password",
            "That is not your current password.",
        ));
    }
    let hash = hashed(app, new).await?;
    let mut tx = app.db.write().await?;
    people::set_password(&mut tx, user.id, &hash, Some(hash_of(token))).await?;
    access::replace_passes(&mut tx, user.id, PassPurpose::Password).await?;
    Ok(tx.commit().await?)
}

/// Chooses the zone in which one reads times; an empty name is the operator's zone.
pub async fn set_time_zone(app: &App, caller: &Caller, name: &str) -> Result<(), AppError> {
    let name = name.trim();
    if !name.is_empty() && zone(name).is_err() {
        return Err(AppError::field(
            "time_zone",
            "Choose a time zone such as America/Chicago.",
        ));
    }
    let mut tx = app.db.write().await?;
    people::set_time_zone(&mut tx, caller.user, (!name.is_empty()).then_some(name)).await?;
    Ok(tx.commit().await?)
}

/// Chooses the mails that one does without.
pub async fn set_muted(app: &App, caller: &Caller, muted: &[Topic]) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    people::set_muted(&mut tx, caller.user, muted).await?;
    Ok(tx.commit().await?)
}

/// The address that switches a topic off for somebody, without signing in. It can do nothing else, so it does not end.
pub fn unsubscribe_link(app: &App, user: UserId, topic: Topic) -> String {
    let text = format!("{user} {}", topic.name());
    let token = URL_SAFE_NO_PAD.encode(app.vault.seal(UNSUBSCRIBE_PLACE, &text));
    app.config
        .server
        .link(&format!("{UNSUBSCRIBE_PATH}{token}"))
}

/// Where [`unsubscribe_link`] leads.
pub const UNSUBSCRIBE_PATH: &str = "/unsubscribe/";

async fn unsubscriber(app: &App, token: &str) -> Result<(User, Topic), AppError> {
    let unknown = || AppError::NotFound("link");
    let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| unknown())?;
    let text = app
        .vault
        .open(UNSUBSCRIBE_PLACE, &sealed)
        .map_err(|_| unknown())?;
    let (id, topic) = text.expose_secret().split_once(' ').ok_or_else(unknown)?;
    let id: UserId = id.parse().map_err(|_| unknown())?;
    let topic = Topic::named(topic).ok_or_else(unknown)?;
    let mut read = app.db.read().await?;
    let user = people::user(&mut read, id).await?.ok_or_else(unknown)?;
    Ok((user, topic))
}

/// What a link of a mail switches off, and whether it is off already.
pub async fn look_at_unsubscribe(app: &App, token: &str) -> Result<(Topic, bool), AppError> {
    let (user, topic) = unsubscriber(app, token).await?;
    Ok((topic, user.muted.contains(&topic)))
}

/// Switches a topic off, or on again, with the link of a mail.
pub async fn unsubscribe(app: &App, token: &str, off: bool) -> Result<Topic, AppError> {
    let (user, topic) = unsubscriber(app, token).await?;
    let mut muted = user.muted;
    muted.retain(|one| *one != topic);
    if off {
        muted.push(topic);
    }
    let mut tx = app.db.write().await?;
    people::set_muted(&mut tx, user.id, &muted).await?;
    tx.commit().await?;
    Ok(topic)
}

/// Whether an invitation was not taken up yet.
pub fn is_invited(user: &User) -> bool {
    user.password_hash.is_empty()
}
