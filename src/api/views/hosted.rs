//! Hosted numbers.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::HostedStateWords;
use crate::app::hosted::Hosted;
use crate::domain::hosted::Hosting;

/// A number that texts here, or is to. Its calls stay with its provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct HostedNumber {
    /// Its id.
    #[schema(example = "hosted_019ab3f2c7d87a60b1f3d2a4c5e6f70b")]
    pub id: String,
    /// Whose it is.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: String,
    /// The number, in E.164 form.
    #[schema(example = "+14045550123")]
    pub number: String,
    /// As people in its country write it.
    #[schema(example = "(404) 555-0123")]
    pub national: String,
    /// Who provides its calls.
    #[schema(example = "Northline Telephone")]
    pub voice_provider: String,
    /// What the number is for; may be empty.
    #[schema(example = "Front desk")]
    pub description: String,
    /// How far its hosting is. Its texts are on while it is `enabled`.
    #[schema(value_type = HostedStateWords)]
    pub state: &'static str,
    /// Since when it is so.
    pub state_at: Timestamp,
    /// Who asked, while it waits for the desk.
    #[schema(example = "Dana Whitfield")]
    pub requested_by: Option<String>,
    /// Why it was refused or ended.
    #[schema(example = "The number texts with another service today.")]
    pub reason: Option<String>,
    /// Whether its texts wait for its account's A2P 10DLC brand and campaign.
    pub lacks_campaign: bool,
    /// The account's port request that moves its voice, or has moved it; then it is no hosted number any more.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: Option<String>,
    /// A port request of another account that has the number. Only for those who see that account, such as the desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_port: Option<OtherPort>,
}

/// A port request of another account that has a hosted number.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherPort {
    /// The port request.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: String,
    /// Whose it is.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f702")]
    pub account: String,
    /// Whether the number's voice has moved here with it. Then it cannot be hosted.
    pub ported: bool,
}

/// A page of hosted numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct HostedNumberPage {
    /// The numbers.
    pub items: Vec<HostedNumber>,
    /// Pass it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl HostedNumber {
    /// What is shown of it.
    pub fn of(one: &Hosted) -> Self {
        let number = &one.number;
        let requested_by = match &number.state {
            Hosting::Requested { name, .. } => Some(name.clone()),
            _ => None,
        };
        Self {
            id: number.id.to_string(),
            account: number.account.to_string(),
            number: number.number.to_string(),
            national: number.number.national(),
            voice_provider: number.voice_provider.clone(),
            description: number.description.clone(),
            state: number.state.name(),
            state_at: number.state.at(),
            requested_by,
            reason: number.state.reason().map(str::to_owned),
            lacks_campaign: one.lacks_campaign,
            port: one.port.id().map(|id| id.to_string()),
            other_port: one.elsewhere.as_ref().map(|other| OtherPort {
                port: other.port.to_string(),
                account: other.account.to_string(),
                ported: other.done,
            }),
        }
    }
}
