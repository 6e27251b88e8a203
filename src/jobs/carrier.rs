//! Carrier work: each job may run twice, because each step first looks at what stands.

use jiff::SignedDuration;

use super::{JobContext, JobError};
use crate::app::ports::{self, Extras, Scope};
use crate::app::{App, AppError, inbox};
use crate::carriers::{
    Carrier, CarrierError, DocumentKind, DocumentUpload, NewOrder, OrderData, PortScope,
    RemainingNumbers, ServiceAddress,
};
use crate::db::papers;
use crate::domain::carrier::{CommentAuthor, FocWindow, LineKind, OrderReading, OrderStatus};
use crate::domain::number::{E164, Kind};
use crate::domain::port::{
    Actor, Event, Loa, PortRequest, PortabilityResult, Remaining, Scope as Extent, Stage,
    Supplement, Verdict,
};
use crate::ids::{DocumentId, OrderId, PortId};

const SUBMIT: &str = "carrier_submit";
const SUPPLEMENT: &str = "carrier_supplement";

/// One request's carrier work.
struct Work<'a> {
    app: &'a App,
    job: &'a JobContext,
    carrier: &'a Carrier,
    port: PortId,
    request: PortRequest,
}

/// Does one job of carrier work.
pub(super) async fn run(app: &App, job: &JobContext) -> Result<(), JobError> {
    let port: PortId = job.field("port")?;
    let Some(carrier) = &app.carrier else {
        return Err(JobError::retry_after(
            SignedDuration::from_hours(1),
            "no gaining carrier is set up: see [carriers] in the settings",
        ));
    };
    let Some(stored) = ports::get(app, port).await.map_err(|e| retry(&e))? else {
        return Ok(());
    };
    let work = Work {
        app,
        job,
        carrier,
        port,
        request: stored.request,
    };
    match job.job.kind.as_str() {
        "carrier_portability" => work.check_portability().await,
        SUBMIT => work.submit().await,
        SUPPLEMENT => work.supplement().await,
        "carrier_cancel" => work.cancel().await,
        "carrier_read" => work.read().await,
        "carrier_comments" => work.comments().await,
        "carrier_tell" => work.tell(&job.field::<String>("text")?).await,
        other => Err(JobError::fail(format!("no such carrier work: {other}"))),
    }
}

fn retry(error: &AppError) -> JobError {
    JobError::retry_because(error)
}

impl Work<'_> {
    fn actor(&self) -> Actor {
        Actor::carrier(self.carrier.name())
    }

    /// The carrier's name in our rows.
    fn code(&self) -> &str {
        &self.app.config.carriers.default
    }

    /// Lets an event happen; one that comes too late is no failure of the job.
    async fn happens(&self, event: Event) -> Result<Option<PortRequest>, JobError> {
        match ports::handle(
            self.app,
            self.port,
            Scope::Any,
            &self.actor(),
            event,
            Extras::default(),
        )
        .await
        {
            Ok(handled) => Ok(Some(handled.request)),
            Err(e) if ports::is_moot(&e) => Ok(None),
            Err(e) => Err(retry(&e)),
        }
    }

    async fn take_in(&self, orders: Vec<OrderReading>) -> Result<(), JobError> {
        if orders.is_empty() {
            return Ok(());
        }
        let now = self.app.clock.now();
        let orders = orders
            .into_iter()
            .map(|reading| (self.app.ids.next::<OrderId>(now), reading))
            .collect();
        self.happens(Event::ReadOrders {
            carrier: self.code().to_owned(),
            orders,
        })
        .await?;
        Ok(())
    }

    /// What a failed call means for the job, after the desk has been told what it must know.
    async fn failed(&self, step: &'static str, error: CarrierError) -> JobError {
        let why = format!("{step}: {error}");
        let outcome = match error.retry_after() {
            Some(wire) => JobError::retry_after(self.app.clock.desk_for_wire(wire), why),
            None if error.is_retryable() || error.is_ambiguous() => JobError::retry(why),
            None if matches!(error, CarrierError::Unauthorized) => {
                JobError::retry_after(SignedDuration::from_hours(1), why)
            }
            None => JobError::fail(why),
        };
        // On the heap: every step of the work carries room for this, and it is seldom needed.
        match Box::pin(self.tell_desk(step, &error, &outcome)).await {
            Ok(()) => outcome,
            Err(e) => e,
        }
    }

    /// Puts on the desk's list what a person has to see to: what the carrier refused, what could not be read, and what is
    /// not tried again.
    async fn tell_desk(
        &self,
        step: &str,
        error: &CarrierError,
        outcome: &JobError,
    ) -> Result<(), JobError> {
        if let Some(body) = error.kept_body() {
            inbox::unreadable(
                self.app,
                self.code(),
                "answer",
                Some(self.port),
                body.text().as_bytes(),
                &error.to_string(),
            )
            .await
            .map_err(|e| retry(&e))?;
            let step = step.to_owned();
            self.happens(Event::CarrierUnreadable { step }).await?;
            return Ok(());
        }
        let says = error.to_string();
        match (error, outcome) {
            (CarrierError::Refused { .. }, _) if self.is_sending() => {
                self.sending_refused(step, says).await
            }
            (CarrierError::Unauthorized, _) | (_, JobError::Fail { .. }) => {
                self.refused(step, says).await
            }
            (_, JobError::Retry { .. }) if self.job.job.is_last_attempt() => {
                let tries = self.job.job.attempts;
                self.refused(step, format!("{says}; it was tried {tries} times"))
                    .await
            }
            (_, JobError::Retry { .. }) => Ok(()),
        }
    }

    /// Whether this sends the request or its correction to the carrier.
    fn is_sending(&self) -> bool {
        [SUBMIT, SUPPLEMENT].contains(&self.job.job.kind.as_str())
    }

    /// Tells the desk of what it may have tried again.
    async fn refused(&self, step: &str, says: String) -> Result<(), JobError> {
        let step = step.to_owned();
        self.happens(Event::CarrierRefused { step, says }).await?;
        Ok(())
    }

    /// Before the request comes back to be mended, the orders are read: one that an earlier attempt brought through, and
    /// whose answer was lost, is no draft any more.
    async fn sending_refused(&self, step: &str, says: String) -> Result<(), JobError> {
        let orders = self
            .carrier
            .find_orders(&self.port.to_string())
            .await
            .map_err(|e| JobError::retry(format!("{step}: {says}; then the orders: {e}")))?;
        self.take_in(orders).await?;
        let step = step.to_owned();
        self.happens(Event::SendingRefused { step, says }).await?;
        Ok(())
    }

    async fn check_portability(&self) -> Result<(), JobError> {
        let numbers: Vec<E164> = self
            .request
            .numbers
            .iter()
            .filter(|one| !one.voice.is_over())
            .map(|one| one.number)
            .collect();
        let answers = match self.carrier.check_portability(&numbers).await {
            Ok(answers) => answers,
            Err(e) => return Err(self.failed("check portability", e).await),
        };
        let results = answers
            .into_iter()
            .map(|one| PortabilityResult {
                number: one.number,
                kind: match one.kind {
                    Some(LineKind::Local) => Some(Kind::Local),
                    Some(LineKind::Mobile) => Some(Kind::Mobile),
                    Some(LineKind::TollFree) => Some(Kind::TollFree),
                    Some(LineKind::Other(_)) | None => None,
                },
                not_portable: (!one.portable)
                    .then(|| one.reason.unwrap_or_else(|| "no reason given".to_owned())),
            })
            .collect();
        self.happens(Event::CheckPortability { results }).await?;
        Ok(())
    }

    /// Creates what is missing, fills and confirms what is still a draft. A call whose answer was lost
    /// is made up for here: orders are looked up by our reference before any is created.
    async fn submit(&self) -> Result<(), JobError> {
        if self.request.stage != Stage::Released {
            return Ok(());
        }
        let reference = self.port.to_string();
        let orders = match self.carrier.find_orders(&reference).await {
            Ok(orders) => orders,
            Err(e) => return Err(self.failed("look the order up", e).await),
        };
        let wanted: Vec<E164> = self
            .request
            .numbers
            .iter()
            .filter(|one| !one.voice.is_over())
            .map(|one| one.number)
            .collect();
        // A request that came back may have lost numbers that are on a draft.
        let (unfit, mut orders): (Vec<_>, Vec<_>) = orders.into_iter().partition(|order| {
            order.status == OrderStatus::Draft
                && order
                    .numbers
                    .iter()
                    .any(|said| !wanted.contains(&said.number))
        });
        let mut deleted = Vec::new();
        for order in unfit {
            match self.carrier.cancel(&order.external_id).await {
                // Its numbers are on a new order by the time that it is taken in.
                Ok(gone) => deleted.push(OrderReading {
                    numbers: Vec::new(),
                    ..gone
                }),
                Err(e) => return Err(self.failed("delete a draft", e).await),
            }
        }
        let missing: Vec<E164> = wanted
            .into_iter()
            .filter(|number| {
                !orders
                    .iter()
                    .any(|order| order.numbers.iter().any(|said| said.number == *number))
            })
            .collect();
        if !missing.is_empty() {
            let new = NewOrder {
                reference,
                group_reference: Some(self.request.account.to_string()),
                numbers: missing,
            };
            match self.carrier.create_orders(&new).await {
                Ok(created) => orders.extend(created),
                Err(e) => return Err(self.failed("create the order", e).await),
            }
        }
        self.take_in(orders.clone()).await?;
        self.take_in(deleted).await?;
        for order in orders
            .iter()
            .filter(|order| order.status == OrderStatus::Draft)
        {
            let windows = match self.carrier.allowed_foc_windows(&order.external_id).await {
                Ok(windows) => windows,
                Err(e) => return Err(self.failed("read the possible port dates", e).await),
            };
            self.fill(&order.external_id, self.wanted(&windows)).await?;
            match self.carrier.confirm(&order.external_id).await {
                Ok(confirmed) => self.take_in(vec![confirmed]).await?,
                Err(e) => return Err(self.failed("confirm the order", e).await),
            }
        }
        self.read().await
    }

    /// The window to ask for: on the day that the customer wants or the first after it, else the last.
    fn wanted(&self, windows: &[FocWindow]) -> Option<jiff::Timestamp> {
        let zone = ports::calendar(self.app, &self.request).zone().clone();
        let mut starts: Vec<jiff::Timestamp> =
            windows.iter().map(|window| window.starts_at).collect();
        starts.sort();
        let wish = self.request.details.requested_date;
        starts
            .iter()
            .copied()
            .find(|start| wish.is_none_or(|date| start.to_zoned(zone.clone()).date() >= date))
            .or_else(|| starts.last().copied())
    }

    async fn fill(
        &self,
        external_id: &str,
        requested_foc: Option<jiff::Timestamp>,
    ) -> Result<(), JobError> {
        let secrets = inbox::secrets(self.app, &self.request)
            .await
            .map_err(|e| retry(&e))?;
        let details = &self.request.details;
        let address = self.request.service_address();
        let Some(billing_number) = self.request.btn() else {
            return Err(JobError::fail("the request has no number"));
        };
        let Loa::Signed {
            signer, document, ..
        } = &self.request.loa
        else {
            return Err(JobError::fail("the letter is not signed"));
        };
        let loa = self.upload(*document, DocumentKind::Loa).await?;
        let bill = match self
            .request
            .proof
            .iter()
            .rev()
            .find(|one| one.verdict == Verdict::Accepted)
        {
            Some(proof) => Some(self.upload(proof.document, DocumentKind::Bill).await?),
            None => None,
        };
        let data = OrderData {
            entity_name: details.customer.business_name.clone(),
            authorized_person: signer.name.clone(),
            billing_number,
            account_number: secrets.account_number,
            pin: secrets.pin,
            tax_id: None,
            service_address: ServiceAddress {
                street: address.street.clone(),
                extended: (!address.extended.is_empty()).then(|| address.extended.clone()),
                city: address.city.clone(),
                state: address.state.clone(),
                postal_code: address.postal_code.clone(),
                country: "US".to_owned(),
            },
            loa: Some(loa),
            bill,
            scope: match &details.scope {
                Extent::Full => PortScope::Full,
                Extent::Partial {
                    remaining: Remaining::Keep,
                    new_btn,
                } => PortScope::Partial(RemainingNumbers::Keep {
                    new_billing_number: *new_btn,
                }),
                Extent::Partial {
                    remaining: Remaining::Disconnect,
                    ..
                } => PortScope::Partial(RemainingNumbers::Disconnect),
            },
            requested_foc,
            messaging: self.request.numbers.iter().any(|one| one.wants_text),
            webhook_url: Some(
                self.app
                    .config
                    .server
                    .link(&format!("/hooks/{}", self.code())),
            ),
        };
        match self.carrier.fill_order(external_id, &data).await {
            Ok(_) => Ok(()),
            Err(e) => Err(self.failed("fill the order in", e).await),
        }
    }

    async fn upload(
        &self,
        id: DocumentId,
        kind: DocumentKind,
    ) -> Result<crate::carriers::CarrierDocumentId, JobError> {
        let mut read = self.app.db.read().await?;
        let Some(row) = papers::document(&mut read, id).await? else {
            return Err(JobError::fail("a document's row is missing"));
        };
        drop(read);
        let bytes = self
            .app
            .blobs
            .get(&row.sha256)
            .await
            .map_err(|e| JobError::retry_because(&e))?;
        let upload = DocumentUpload {
            kind,
            filename: row.name,
            content_type: row.content_type,
            bytes,
            reference: Some(self.port.to_string()),
        };
        match self.carrier.upload_document(upload).await {
            Ok(id) => Ok(id),
            Err(e) => Err(self.failed("hand a document over", e).await),
        }
    }

    /// Sends the mended data to the orders that wait for it, and says so to the carrier's staff.
    async fn supplement(&self) -> Result<(), JobError> {
        for order in self
            .request
            .orders
            .iter()
            .filter(|order| order.supplement == Some(Supplement::ToSend))
        {
            // A date that the customer wishes is asked for again with everything else: it may be the answer to a
            // rejected date.
            let date = match self.request.details.requested_date {
                Some(_) => match self.carrier.allowed_foc_windows(&order.external_id).await {
                    Ok(windows) => self.wanted(&windows),
                    Err(e) => return Err(self.failed("read the possible port dates", e).await),
                },
                None => None,
            };
            self.fill(&order.external_id, date).await?;
            let text = format!(
                "We have corrected the data of this order (version {}). Please submit it to the losing provider again.",
                order.version
            );
            let said = match self.carrier.comments(&order.external_id).await {
                Ok(comments) => comments.iter().any(|one| one.body == text),
                Err(e) => return Err(self.failed("read the comments", e).await),
            };
            if !said && let Err(e) = self.carrier.post_comment(&order.external_id, &text).await {
                return Err(self.failed("write a comment", e).await);
            }
            let seen = match self.carrier.get_order(&order.external_id).await {
                Ok(reading) => reading.updated_at,
                Err(e) => return Err(self.failed("read the order", e).await),
            };
            self.happens(Event::SupplementSent {
                order: order.id,
                seen,
            })
            .await?;
        }
        self.read().await
    }

    async fn cancel(&self) -> Result<(), JobError> {
        if !matches!(
            self.request.stage,
            Stage::CancelPending { .. } | Stage::Cancelled { .. }
        ) {
            return Ok(());
        }
        let orders = match self.carrier.find_orders(&self.port.to_string()).await {
            Ok(orders) => orders,
            Err(e) => return Err(self.failed("look the order up", e).await),
        };
        let open: Vec<&OrderReading> = orders
            .iter()
            .filter(|order| !matches!(order.status, OrderStatus::Cancelled | OrderStatus::Ported))
            .collect();
        for order in &open {
            match self.carrier.cancel(&order.external_id).await {
                Ok(_) => {}
                Err(e @ CarrierError::Refused { .. }) => {
                    self.happens(Event::CancelRefused {
                        says: e.to_string(),
                    })
                    .await?;
                }
                Err(e) => return Err(self.failed("cancel the order", e).await),
            }
        }
        self.read().await?;
        let over = match self.carrier.find_orders(&self.port.to_string()).await {
            Ok(orders) => orders
                .iter()
                .all(|order| order.status == OrderStatus::Cancelled),
            Err(e) => return Err(self.failed("look the order up", e).await),
        };
        if over {
            self.happens(Event::NothingToCancel).await?;
        }
        Ok(())
    }

    /// Reads all orders under our reference, those that the carrier split off included.
    async fn read(&self) -> Result<(), JobError> {
        match self.carrier.find_orders(&self.port.to_string()).await {
            Ok(orders) => self.take_in(orders).await,
            Err(e) => Err(self.failed("read the orders", e).await),
        }
    }

    async fn comments(&self) -> Result<(), JobError> {
        for order in &self.request.orders {
            let comments = match self.carrier.comments(&order.external_id).await {
                Ok(comments) => comments,
                Err(e) => return Err(self.failed("read the comments", e).await),
            };
            for comment in comments
                .into_iter()
                .filter(|one| one.by != CommentAuthor::Us && !order.heard.contains(&one.id))
            {
                let by = match comment.by {
                    CommentAuthor::System => "automatic".to_owned(),
                    CommentAuthor::Unknown(word) => word,
                    CommentAuthor::Carrier | CommentAuthor::Us => "staff".to_owned(),
                };
                self.happens(Event::CarrierSpoke {
                    order: order.id,
                    comment: comment.id,
                    body: comment.body,
                    by,
                })
                .await?;
            }
        }
        Ok(())
    }

    async fn tell(&self, text: &str) -> Result<(), JobError> {
        for order in self
            .request
            .orders
            .iter()
            .filter(|one| !matches!(one.status, OrderStatus::Ported | OrderStatus::Cancelled))
        {
            let before = match self.carrier.comments(&order.external_id).await {
                Ok(comments) => comments,
                Err(e) => return Err(self.failed("read the comments", e).await),
            };
            // The last word is ours and the same: it was sent by an earlier try.
            if before
                .last()
                .is_some_and(|one| one.by == CommentAuthor::Us && one.body == text)
            {
                continue;
            }
            if let Err(e) = self.carrier.post_comment(&order.external_id, text).await {
                return Err(self.failed("write a comment", e).await);
            }
        }
        Ok(())
    }
}
