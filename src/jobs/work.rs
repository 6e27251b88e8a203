//! Which kind of job is done where.

use async_trait::async_trait;

use super::{Handler, JobContext, JobError, carrier};
use crate::app::operator::Operator;
use crate::app::{App, account_mail, mailing, replies, tickets, users, webhooks};
use crate::config::MailMode;
use crate::db::jobs::Job;
use crate::db::{DbError, Tx, mails, outside};
use crate::ids::{DeliveryId, MailId};
use crate::mail::smtp::{Attached, Departure, MailError, Smtp};
use crate::outbound::{Outbound, Sent};

/// Does all kinds of jobs.
pub struct Work {
    app: App,
    smtp: Option<Smtp>,
    outbound: Outbound,
}

/// What the operator of now adds to a mail that leaves.
fn departure<'a>(operator: &'a Operator, reply_to: Option<&'a str>) -> Departure<'a> {
    Departure {
        reply_to,
        support: &operator.support.email,
        logo: operator.mail_logo().map(|logo| Attached {
            name: format!("logo.{}", logo.extension()),
            content_type: logo.content_type.clone(),
            bytes: logo.bytes.clone(),
        }),
    }
}

impl Work {
    /// Everything that the jobs need.
    ///
    /// # Errors
    /// [`MailError`] when the mail settings cannot be used.
    pub fn new(app: App) -> Result<Self, MailError> {
        let smtp = match app.config.mail.mode {
            MailMode::Smtp => Some(Smtp::new(&app.config.mail)?),
            MailMode::Mailbox => None,
        };
        let outbound = Outbound::new(&app.config.webhooks_out);
        Ok(Self {
            app,
            smtp,
            outbound,
        })
    }

    async fn send_mail(&self, job: &JobContext) -> Result<(), JobError> {
        let id: MailId = job.field("mail")?;
        let Some(mail) = mailing::for_sending(&self.app, id)
            .await
            .map_err(|e| JobError::retry_because(&e))?
        else {
            return Ok(());
        };
        let reply_to = replies::address_of(&self.app, &mail)
            .await
            .map_err(|e| JobError::retry_because(&e))?;
        let attached = match &self.smtp {
            None => None,
            Some(_) => mailing::attached(&self.app, &mail)
                .await
                .map_err(|e| JobError::retry_because(&e))?,
        };
        let operator = self.app.operator();
        if let Some(smtp) = &self.smtp
            && let Err(error) = smtp
                .send(&mail, attached, departure(&operator, reply_to.as_deref()))
                .await
        {
            let given_up = !matches!(error, MailError::NotNow(_));
            mailing::not_sent(&self.app, id, &error.to_string(), given_up)
                .await
                .map_err(|e| JobError::retry_because(&e))?;
            return Err(if given_up {
                JobError::fail(error)
            } else {
                JobError::retry(error)
            });
        }
        mailing::sent(&self.app, id)
            .await
            .map_err(|e| JobError::retry_because(&e))
    }

    async fn send_account_mail(&self, job: &JobContext) -> Result<(), JobError> {
        let id: MailId = job.field("mail")?;
        let retry = |e: crate::app::AppError| JobError::retry_because(&e);
        let Some(mail) = account_mail::for_sending(&self.app, id)
            .await
            .map_err(retry)?
        else {
            return Ok(());
        };
        let Some(smtp) = &self.smtp else {
            return account_mail::sent(&self.app, id).await.map_err(retry);
        };
        let reply_to = mail
            .ticket
            .and_then(|ticket| tickets::address(&self.app, ticket));
        let operator = self.app.operator();
        let Err(error) = smtp
            .send_account_mail(&mail, departure(&operator, reply_to.as_deref()))
            .await
        else {
            return account_mail::sent(&self.app, id).await.map_err(retry);
        };
        let given_up = !matches!(error, MailError::NotNow(_));
        account_mail::not_sent(&self.app, id, &error.to_string(), given_up)
            .await
            .map_err(retry)?;
        Err(if given_up {
            JobError::fail(error)
        } else {
            JobError::retry(error)
        })
    }

    async fn deliver(&self, job: &JobContext) -> Result<(), JobError> {
        let id: DeliveryId = job.field("delivery")?;
        let Some((delivery, endpoint, secret)) = webhooks::for_sending(&self.app, id)
            .await
            .map_err(|e| JobError::retry_because(&e))?
        else {
            return Ok(());
        };
        let pauses = &self.app.config.webhooks_out.retry_seconds;
        let attempt = usize::try_from(job.job.attempts).unwrap_or(usize::MAX);
        let last = attempt > pauses.len();
        let pause = pauses.get(attempt.saturating_sub(1)).copied().unwrap_or(60);
        let after = self
            .app
            .clock
            .desk_for_wire(std::time::Duration::from_secs(u64::from(pause)));
        let at_wall = self.app.clock.wall();
        let sent = self
            .outbound
            .send(
                &endpoint.url,
                &delivery.id.to_string(),
                at_wall,
                &secret,
                &delivery.body,
            )
            .await;
        let took = self.app.clock.wall().duration_since(at_wall);
        let (status, answer) = match sent {
            Sent::Answered { status, answer } => (Some(status), answer),
            Sent::Failed(why) => (None, why),
        };
        let outcome = webhooks::Outcome {
            at_wall,
            took_ms: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
            status,
            answer: answer.clone(),
            next_at: self
                .app
                .clock
                .now()
                .checked_add(after)
                .ok()
                .filter(|_| !last),
        };
        let delivered = webhooks::attempted(&self.app, id, outcome)
            .await
            .map_err(|e| JobError::retry_because(&e))?;
        if delivered {
            return Ok(());
        }
        Err(JobError::retry_after(
            after,
            status.map_or(answer, |status| format!("the endpoint answered {status}")),
        ))
    }
}

#[async_trait]
impl Handler for Work {
    fn kinds(&self) -> Vec<&'static str> {
        vec![
            "send_mail",
            "send_account_mail",
            "mail_password_link",
            "deliver_webhook",
            "carrier_portability",
            "carrier_submit",
            "carrier_supplement",
            "carrier_cancel",
            "carrier_read",
            "carrier_comments",
            "carrier_tell",
        ]
    }

    async fn run(&self, job: &JobContext) -> Result<(), JobError> {
        match job.job.kind.as_str() {
            "send_mail" => self.send_mail(job).await,
            "send_account_mail" => self.send_account_mail(job).await,
            "mail_password_link" => {
                let sealed: String = job.field("email")?;
                users::mail_password_link(&self.app, &sealed)
                    .await
                    .map_err(|e| JobError::retry_because(&e))
            }
            "deliver_webhook" => self.deliver(job).await,
            _ => carrier::run(&self.app, job).await,
        }
    }

    /// Whoever looks at the mail or the delivery sees that it will not go by itself.
    async fn gave_up(&self, tx: &mut Tx, job: &Job, why: &str) -> Result<(), DbError> {
        let id = |name: &str| job.payload.get(name).and_then(|value| value.as_str());
        match job.kind.as_str() {
            "send_mail" => {
                if let Some(id) = id("mail").and_then(|id| id.parse().ok()) {
                    mails::not_sent(tx, id, why, true).await?;
                }
            }
            "send_account_mail" => {
                if let Some(id) = id("mail").and_then(|id| id.parse().ok()) {
                    account_mail::given_up(&self.app, tx, id, why).await?;
                }
            }
            "deliver_webhook" => {
                if let Some(id) = id("delivery").and_then(|id| id.parse().ok()) {
                    outside::give_up(tx, id).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
