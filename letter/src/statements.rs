//! What the subscriber declares and authorizes, in words: once, for the PDF and for every page that shows the letter.

use crate::data::{Extent, Letter, Remaining};

/// One statement of the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it is about, in a few words.
    pub title: &'static str,
    /// What it says.
    pub text: String,
}

/// What the letter says of the account: a name, and its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is.
    pub label: &'static str,
    /// What stands there.
    pub lines: Vec<String>,
}

impl Letter {
    /// Whether the gaining carrier handles the order itself; it is named once then.
    fn is_alone(&self) -> bool {
        self.agent.name.trim() == self.gaining_carrier.trim()
    }

    /// Whose numbers move, from where to where, and who handles it.
    pub fn account(&self) -> Vec<Field> {
        let one = |label, text: &str| Field {
            label,
            lines: vec![text.trim().to_owned()],
        };
        let several = |label, lines: &[String]| Field {
            label,
            lines: lines.to_vec(),
        };
        let signer = match self.signer.title.as_deref().map(str::trim) {
            Some(title) if !title.is_empty() => format!("{}, {title}", self.signer.name.trim()),
            _ => self.signer.name.clone(),
        };
        let mut fields = vec![
            one("Subscriber, as on the account", &self.subscriber),
            one("Authorized person", &signer),
            several("Billing address", &self.billing_address),
            several("Service address", &self.service_address),
            one(
                "From: Losing Communications Provider (LCP)",
                &self.losing_provider,
            ),
            one(
                "To: Gaining Communications Provider (GCP)",
                &self.gaining_carrier,
            ),
        ];
        if let Some(number) = &self.billing_number {
            fields.push(one("Billing telephone number (BTN)", number));
        }
        if !self.is_alone() {
            fields.push(one("Agent that handles the order", &self.agent.name));
        }
        fields
    }

    /// Who signs, as the letter's first sentence says it.
    pub fn declaration(&self) -> &'static str {
        "I sign for the subscriber named above. I am the customer of record of the account, or the customer of record \
         has given me the authority to make this change."
    }

    /// What is authorized: the statements that 47 CFR 64.1130(e) asks for, and for how long they hold. There is at
    /// least one.
    pub fn statements(&self) -> Vec<Statement> {
        let (old, new) = (self.losing_provider.trim(), self.gaining_carrier.trim());
        let agent = self.agent.name.trim();
        let (numbers, them, one) = match self.numbers.len() {
            1 => ("number", "it", true),
            _ => ("numbers", "them", false),
        };
        let (agents, they, who, ask) = if self.is_alone() {
            ("agent", "agent, it", new.to_owned(), "the GCP".to_owned())
        } else {
            (
                "agents",
                "agents, they",
                format!("{new} and {agent}"),
                format!("the GCP or {agent}"),
            )
        };
        let statement = |title, text| Statement { title, text };
        vec![
            statement(
                "Decision to change",
                format!(
                    "I have decided to change the provider of the telephone {numbers} listed in this letter from {old}, the \
                     Losing Communications Provider (LCP), to {new}, the Gaining Communications Provider (GCP), and to keep \
                     the {numbers}."
                ),
            ),
            statement(
                "Agent",
                format!(
                    "I designate {who} to act as my {agents} for this change. As my {they} may tell the LCP of my decision, \
                     send it the order, receive from it the records of this account that the change needs, and do what \
                     else is needed to complete the change."
                ),
            ),
            statement(
                "One provider for each number",
                "I understand that for any one telephone number I may have only one provider of each kind of service. For \
                 each listed number I choose the GCP for local service. I choose the GCP for local toll calls (intraLATA). \
                 I choose the GCP for long-distance calls (interLATA, interstate and international)."
                    .to_owned(),
            ),
            statement("Fees", format!("I may ask {ask} whether a fee applies to this change.")),
            statement("Extent", self.extent_in_words(one, them)),
            statement(
                "Time",
                format!(
                    "This letter covers one change, ordered within {} {} after the date of my signature. Until the {} I may \
                     withdraw it by telling {agent}.",
                    self.valid_days,
                    if self.valid_days == 1 { "day" } else { "days" },
                    if one { "number moves" } else { "numbers move" },
                ),
            ),
        ]
    }

    fn extent_in_words(&self, one: bool, them: &str) -> String {
        let remaining = match &self.extent {
            Extent::Full => {
                let all = if one {
                    "The listed number is the only telephone number"
                } else {
                    "The listed numbers are all of the telephone numbers"
                };
                return format!(
                    "{all} of the account. Moving {them} ends the LCP's telephone service on {them}."
                );
            }
            Extent::Partial(remaining) => remaining,
        };
        let listed = if one {
            "The listed number is"
        } else {
            "The listed numbers are"
        };
        let others = match remaining {
            Remaining::Stay {
                new_billing_number: None,
            } => "stay with the LCP; this letter does not change them.".to_owned(),
            Remaining::Stay {
                new_billing_number: Some(number),
            } => format!(
                "stay with the LCP; this letter does not change them. Their billing telephone number becomes {number}."
            ),
            Remaining::Disconnect => format!(
                "do not move; I ask the LCP to disconnect them once the listed {} moved.",
                if one { "number has" } else { "numbers have" }
            ),
        };
        format!("{listed} a part of the account. Its other telephone numbers {others}")
    }
}
