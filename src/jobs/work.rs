//! Which kind of job is done where.

use async_trait::async_trait;

use super::{Handler, JobContext, JobError, carrier};
use crate::app::{App, mailing, replies, webhooks};
use crate::config::MailMode;
use crate::db::jobs::Job;
use crate::db::{DbError, Tx};
use crate::ids::{DeliveryId, MailId};
use crate::mail::smtp::{MailError, Smtp};
use crate::outbound::{Outbound, Sent};

/// Does all kinds of jobs.
pub struct Work {
    app: App,
    smtp: Option<Smtp>,
    outbound: Outbound,
}

impl Work {
    /// Everything that the jobs need.
    ///
    /// # Errors
    /// [`MailError`] when the mail settings cannot be used.
    pub fn new(app: App) -> Result<Self, MailError> {
        let smtp = match app.config.mail.mode {
            MailMode::Smtp => Some(Smtp::new(
                &app.config.mail,
                &app.config.operator.support.email,
            )?),
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
        if let Some(smtp) = &self.smtp
            && let Err(error) = smtp.send(&mail, attached, reply_to.as_deref()).await
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
        let outcome = self
            .outbound
            .send(
                &endpoint.url,
                &delivery.id.to_string(),
                self.app.clock.wall(),
                &secret,
                &delivery.body,
            )
            .await;
        let (delivered, status, answer) = match &outcome {
            Sent::Answered { status, answer } => {
                ((200..300).contains(status), Some(*status), answer.clone())
            }
            Sent::Failed(why) => (false, None, why.clone()),
        };
        webhooks::attempted(&self.app, id, delivered, last, status, &answer)
            .await
            .map_err(|e| JobError::retry_because(&e))?;
        if delivered {
            return Ok(());
        }
        let pause = pauses.get(attempt.saturating_sub(1)).copied().unwrap_or(60);
        let after = self
            .app
            .clock
            .desk_for_wire(std::time::Duration::from_secs(u64::from(pause)));
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
            "deliver_webhook" => self.deliver(job).await,
            _ => carrier::run(&self.app, job).await,
        }
    }

    async fn gave_up(&self, _tx: &mut Tx, job: &Job, why: &str) -> Result<(), DbError> {
        tracing::warn!(job = %job.id, kind = job.kind, why, "a job was given up");
        Ok(())
    }
}
