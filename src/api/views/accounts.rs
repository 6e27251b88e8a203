//! Accounts, who asks, receiving numbers and keys of the API.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::RoleWords;
use crate::app::people;
use crate::domain::number::E164;

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The user whose rights the key has.
    #[schema(example = "user_019ab3f2c7d87a60b1f3d2a4c5e6f702")]
    pub id: String,
    /// Their name.
    #[schema(example = "Ana Ruiz")]
    pub name: String,
    /// What they may do.
    #[schema(value_type = RoleWords)]
    pub role: String,
    /// Their account; missing for the desk's people, who see all accounts.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<String>,
}

/// An account: a company that ports numbers, and the wall around its data.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// Its id.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub id: String,
    /// Its name.
    #[schema(example = "Harbor Dental Group")]
    pub name: String,
    /// The agency whose client it is, if any.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub parent: Option<String>,
    /// Whether it may have client accounts.
    pub is_agency: bool,
    /// Whether it has an approved A2P 10DLC brand and campaign, which texts from US local numbers need.
    pub campaign_approved: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// All accounts that the one who asks may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountList {
    /// The accounts, by name.
    pub items: Vec<Account>,
}

/// A number to which calls are forwarded.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivingNumber {
    /// The number, in E.164 form.
    #[schema(example = "+14045550100")]
    pub number: String,
    /// As people in its country write it.
    #[schema(example = "(404) 555-0100")]
    pub national: String,
}

/// The receiving numbers of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivingNumberList {
    /// The numbers.
    pub items: Vec<ReceivingNumber>,
}

/// A key for the API.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKey {
    /// Its id.
    #[schema(example = "key_019ab3f2c7d87a60b1f3d2a4c5e6f703")]
    pub id: String,
    /// What it is for.
    #[schema(example = "Nightly import")]
    pub name: String,
    /// Its last characters.
    #[schema(example = "x7Qa")]
    pub hint: String,
    /// Whether it only reads.
    pub read_only: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The keys of the one who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyList {
    /// The keys, newest first.
    pub items: Vec<ApiKey>,
}

/// A new key. Only this answer shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewApiKey {
    /// Its id.
    #[schema(example = "key_019ab3f2c7d87a60b1f3d2a4c5e6f703")]
    pub id: String,
    /// What it is for.
    #[schema(example = "Nightly import")]
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The key. It is shown once.
    #[schema(example = "portolan_4Jm…")]
    pub secret: String,
}

impl From<people::Account> for Account {
    fn from(one: people::Account) -> Self {
        Self {
            id: one.id.to_string(),
            name: one.name,
            parent: one.parent.map(|id| id.to_string()),
            is_agency: one.is_agency,
            campaign_approved: one.campaign_approved,
            created_at: one.created_at,
        }
    }
}

impl From<E164> for ReceivingNumber {
    fn from(number: E164) -> Self {
        Self {
            number: number.to_string(),
            national: number.national(),
        }
    }
}

impl From<&people::ApiKey> for ApiKey {
    fn from(one: &people::ApiKey) -> Self {
        Self {
            id: one.id.to_string(),
            name: one.name.clone(),
            hint: one.hint.clone(),
            read_only: one.read_only,
            created_at: one.created_at,
            expires_at: one.expires_at,
            last_used_at: one.used_wall,
            revoked_at: one.revoked_at,
        }
    }
}
