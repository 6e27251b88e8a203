//! One number of a port request.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{NumberKindWords, TextStateWords, VoiceStateWords};
use crate::domain::carrier::CarrierReason;
use crate::domain::number::Kind;
use crate::domain::port::{self, PortNumber};
use crate::domain::rejection;

/// One number of a port request. Voice and texts are moved apart from each other, so each has a state.
#[derive(Debug, Serialize, ToSchema)]
pub struct Number {
    /// Its id.
    #[schema(example = "num_019ab3f2c7d87a60b1f3d2a4c5e6f709")]
    pub id: String,
    /// The number, in E.164 form.
    #[schema(example = "+14045550123")]
    pub number: String,
    /// The number as people in its country write it.
    #[schema(example = "(404) 555-0123")]
    pub national: String,
    /// What kind of line it is, as far as known. The carrier's check may know better than the number.
    #[schema(value_type = NumberKindWords)]
    pub kind: &'static str,
    /// Where its calls are to ring.
    #[schema(example = "+14045550100")]
    pub receiving: Option<String>,
    /// The tracking source.
    #[schema(example = "Google Ads")]
    pub source: Option<String>,
    /// What the customer calls it.
    #[schema(example = "Front desk")]
    pub description: Option<String>,
    /// Whether texts are wanted.
    pub wants_text: bool,
    /// Why the gaining carrier cannot take it, once it was asked.
    pub not_portable: Option<String>,
    /// Where its voice stands.
    pub voice: Voice,
    /// Where its texts stand.
    pub text: Text,
    /// The carrier order that it is on.
    #[schema(example = "ord_019ab3f2c7d87a60b1f3d2a4c5e6f70a")]
    pub order: Option<String>,
    /// The last test call to the number: whether it rang where it should.
    pub voice_test: Option<Test>,
    /// The last test call from the number: whether it was shown as caller ID.
    pub caller_id_test: Option<Test>,
    /// The last test text.
    pub text_test: Option<Test>,
}

/// Where a number's voice stands. Fields that do not belong to the state are left out.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Voice {
    /// The state.
    #[schema(value_type = VoiceStateWords)]
    pub state: &'static str,
    /// Why it was rejected, in the carriers' own codes and words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What has to be answered so that it can go back to the carrier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// The span in which it moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// When it was in its new home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ported_at: Option<Timestamp>,
    /// Why it will not port with this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Why a carrier rejected something.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CarrierReason)]
pub struct Reason {
    /// Whose code it is: the same code means different things at different carriers.
    #[schema(example = "telnyx")]
    pub system: String,
    /// The code.
    #[schema(example = "ACCOUNT_NUMBER_MISMATCH")]
    pub code: String,
    /// The carrier's own text.
    #[schema(example = "The account number does not match.")]
    pub text: String,
}

/// A question that a rejection asks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Question {
    /// The field that it is about.
    #[schema(example = "account_number")]
    pub field: String,
    /// The question.
    pub ask: String,
    /// What helps to answer it.
    pub help: String,
}

/// A span in which numbers move: about 90 minutes.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Window {
    /// The confirmed instant.
    pub start: Timestamp,
    /// 90 minutes later.
    pub end: Timestamp,
}

/// Where a number's texts stand. Fields that do not belong to the state are left out.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Text {
    /// The state.
    #[schema(value_type = TextStateWords)]
    pub state: &'static str,
    /// By when texts should follow voice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Timestamp>,
    /// Since when texts work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_at: Option<Timestamp>,
    /// Why they do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A test call or text, kept as evidence.
#[derive(Debug, Serialize, ToSchema)]
pub struct Test {
    /// Whether it reached where it should.
    pub passed: bool,
    /// When it was made.
    pub at: Timestamp,
    /// Who says so.
    #[schema(example = "Ana Ruiz")]
    pub by: String,
    /// Where it should have gone and where it went.
    pub remark: String,
}

/// A page of a request's numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberPage {
    /// The numbers, in the order in which they were given.
    pub items: Vec<Number>,
    /// Pass it as `cursor` to get the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "200")]
    pub next_cursor: Option<String>,
}

/// A kind's name.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Local => "local",
        Kind::Mobile => "mobile",
        Kind::TollFree => "toll_free",
        Kind::Unknown => "unknown",
    }
}

impl From<&CarrierReason> for Reason {
    fn from(reason: &CarrierReason) -> Self {
        let system = match serde_json::to_value(reason.system) {
            Ok(serde_json::Value::String(name)) => name,
            _ => String::new(),
        };
        Self {
            system,
            code: reason.code.clone(),
            text: reason.text.clone(),
        }
    }
}

impl From<port::Window> for Window {
    fn from(window: port::Window) -> Self {
        Self {
            start: window.start,
            end: window.end,
        }
    }
}

impl From<&port::Test> for Test {
    fn from(test: &port::Test) -> Self {
        Self {
            passed: test.passed,
            at: test.at,
            by: test.by.clone(),
            remark: test.remark.clone(),
        }
    }
}

impl From<&port::Voice> for Voice {
    fn from(voice: &port::Voice) -> Self {
        let mut view = Self {
            state: voice.name(),
            ..Self::default()
        };
        match voice {
            port::Voice::Rejected { reasons } => {
                view.reasons = reasons.iter().map(Reason::from).collect();
                view.questions = rejection::playbook(reasons)
                    .customer_questions()
                    .map(|one| Question {
                        field: one.field.path().to_owned(),
                        ask: one.ask.to_owned(),
                        help: one.help.to_owned(),
                    })
                    .collect();
            }
            port::Voice::Scheduled { window } | port::Voice::Porting { window } => {
                view.window = Some((*window).into());
            }
            port::Voice::Ported { at } => view.ported_at = Some(*at),
            port::Voice::Failed { reason } => view.reason = Some(reason.clone()),
            port::Voice::Waiting
            | port::Voice::Submitted
            | port::Voice::Cancelled
            | port::Voice::SnappedBack => {}
        }
        view
    }
}

impl From<&port::Text> for Text {
    fn from(text: &port::Text) -> Self {
        let mut view = Self {
            state: text.name(),
            ..Self::default()
        };
        match text {
            port::Text::WaitingRouting { by } => view.by = Some(*by),
            port::Text::Enabled { at } => view.enabled_at = Some(*at),
            port::Text::Failed { reason } => view.reason = Some(reason.clone()),
            port::Text::NotWanted | port::Text::WaitingCampaign | port::Text::WaitingPort => {}
        }
        view
    }
}

impl From<&PortNumber> for Number {
    fn from(one: &PortNumber) -> Self {
        Self {
            id: one.id.to_string(),
            number: one.number.to_string(),
            national: one.number.national(),
            kind: kind_name(one.kind),
            receiving: one.receiving.map(|number| number.to_string()),
            source: one.source.clone(),
            description: one.description.clone(),
            wants_text: one.wants_text,
            not_portable: one.not_portable.clone(),
            voice: (&one.voice).into(),
            text: (&one.text).into(),
            order: one.order.map(|id| id.to_string()),
            voice_test: one.voice_test.as_ref().map(Test::from),
            caller_id_test: one.caller_id_test.as_ref().map(Test::from),
            text_test: one.text_test.as_ref().map(Test::from),
        }
    }
}
