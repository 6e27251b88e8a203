//! Settings of the operator, for the desk's administrator; and every mail with made-up data.

use axum::extract::Path;
use axum::http::StatusCode;
use jiff::civil::Time;

use super::{at, shell, zones};
use crate::app::AppError;
use crate::app::account_mail::{self, Rendered};
use crate::app::operator::{self, Operator, Wish, may_be_empty, text_of, week_of};
use crate::config::Week;
use crate::domain::port::Problem;
use crate::portal::errors::Answer;
use crate::portal::fields;
use crate::portal::fields::field;
use crate::portal::mail_frame;
use crate::portal::posted::Posted;
use crate::portal::session::SignedIn;
use crate::portal::views::operator::{
    MailSamplePage, MailsPage, OperatorPage, Part, Setting, SettingKind,
};
use crate::portal::views::{Event, Field, Tone};

const DAYS: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

/// How a field is typed.
#[derive(Clone, Copy)]
enum Kind {
    Line,
    Prose,
    Zone,
    Week,
}

/// A part of the page: slug, name, what it is for, its fields.
struct Plan {
    slug: &'static str,
    name: &'static str,
    lead: &'static str,
    /// Name, label, hint, kind.
    fields: &'static [(&'static str, &'static str, &'static str, Kind)],
}

const PLANS: [Plan; 4] = [
    Plan {
        slug: "look",
        name: "Name and look",
        lead: "On every page and in every mail.",
        fields: &[
            ("name", "Name", "", Kind::Line),
            ("website", "Home page", "A web address", Kind::Line),
            (
                "accent_color",
                "Accent color",
                "Of buttons and links, such as #0b6483. The dark theme gets a lighter one by itself.",
                Kind::Line,
            ),
            (
                "time_zone",
                "Time zone",
                "For people who have not chosen one",
                Kind::Zone,
            ),
        ],
    },
    Plan {
        slug: "support",
        name: "Support",
        lead: "\"Need more help?\" on every page and in every mail.",
        fields: &[
            (
                "support.name",
                "Who answers",
                "Empty: the name with \"support\" behind it",
                Kind::Line,
            ),
            ("support.email", "Mail address", "", Kind::Line),
            ("support.phone", "Telephone", "", Kind::Line),
            ("support.time_zone", "Zone of the hours", "", Kind::Zone),
            (
                "support.hours",
                "Hours",
                "Both fields of a day empty: nobody answers on it",
                Kind::Week,
            ),
        ],
    },
    Plan {
        slug: "legal",
        name: "Legal texts and costs",
        lead: "Links and imprint stand at the foot of each page.",
        fields: &[
            ("terms_url", "Terms", "A web address", Kind::Line),
            ("privacy_url", "Privacy", "A web address", Kind::Line),
            ("prices_url", "Price list", "A web address", Kind::Line),
            (
                "imprint",
                "Imprint",
                "Who answers for these pages",
                Kind::Prose,
            ),
            (
                "costs",
                "What a port costs",
                "In your own words",
                Kind::Prose,
            ),
        ],
    },
    Plan {
        slug: "letter",
        name: "On the letter",
        lead: "Who is appointed by the Letter of Authorization. Letters that were sent stay as they are.",
        fields: &[
            ("legal_name", "Legal name", "", Kind::Line),
            ("street", "Street", "", Kind::Line),
            ("city", "City", "", Kind::Line),
            ("state", "State", "Two letters", Kind::Line),
            ("zip", "ZIP code", "", Kind::Line),
        ],
    },
];

/// A setting's name in forms: dots mean something in style sheets and addresses.
fn control(name: &str) -> String {
    name.replace('.', "-")
}

fn setting(
    now: &Operator,
    plan: &(&str, &str, &str, Kind),
    posted: Option<&Posted>,
    problems: &[Problem],
    file: Option<String>,
) -> Setting {
    let (name, label, hint, kind) = *plan;
    let stored = text_of(now, name);
    let value = match (posted, kind) {
        (Some(posted), Kind::Line | Kind::Prose | Kind::Zone) => posted.one(&control(name)),
        _ => &stored,
    };
    Setting {
        optional: may_be_empty(now, name),
        name: control(name),
        label: label.to_owned(),
        hint: hint.to_owned(),
        field: field(problems, name, value),
        kind: match kind {
            Kind::Line => SettingKind::Line,
            Kind::Prose => SettingKind::Prose,
            Kind::Zone => SettingKind::Pick(zones(value)),
            Kind::Week => SettingKind::Week(week_rows(posted, &now.support.week())),
        },
        file,
    }
}

fn week_rows(posted: Option<&Posted>, week: &Week) -> Vec<(String, String, String, String)> {
    let time = |time: Time| time.strftime("%H:%M").to_string();
    DAYS.iter()
        .zip(week)
        .map(|((day, name), hours)| {
            let (from, to) = match posted {
                Some(posted) => (
                    posted.one(&format!("{day}.from")).to_owned(),
                    posted.one(&format!("{day}.to")).to_owned(),
                ),
                None => hours.map_or_else(Default::default, |(from, to)| (time(from), time(to))),
            };
            ((*day).to_owned(), (*name).to_owned(), from, to)
        })
        .collect()
}

async fn page(
    who: &SignedIn,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<OperatorPage, AppError> {
    let now = who.app.operator();
    let part = posted.map_or("", |posted| posted.one("part"));
    let parts = PLANS
        .iter()
        .map(|plan| Part {
            slug: plan.slug.to_owned(),
            name: plan.name.to_owned(),
            lead: plan.lead.to_owned(),
            fields: plan
                .fields
                .iter()
                .map(|one| {
                    let file = now
                        .set_here
                        .iter()
                        .any(|set| set == one.0)
                        .then(|| text_of(&who.app.config.operator, one.0));
                    let typed = posted.filter(|_| plan.slug == part);
                    setting(&now, one, typed, problems, file)
                })
                .collect(),
        })
        .collect();
    let changes = operator::changes(&who.app, &who.caller).await?;
    Ok(OperatorPage {
        shell: shell(who, "Operator", "/settings/operator"),
        version: now.version,
        parts,
        logo: now
            .logo
            .as_ref()
            .map(|logo| format!("/look/{}/logo", logo.hash)),
        logo_set_here: now.set_here.iter().any(|set| set == "logo"),
        new_logo: Field {
            value: String::new(),
            ..field(problems, "logo", "")
        },
        changes: changes
            .into_iter()
            .map(|one| Event {
                at: at(&who.app, one.at),
                text: one.field.replace(['_', '.'], " "),
                detail: format!("{} became {}", said(&one.was), said(&one.became)),
                by: one.by_name,
                tone: Tone::Info,
            })
            .collect(),
    })
}

fn said(text: &str) -> String {
    if text.is_empty() {
        "nothing".to_owned()
    } else {
        format!("\"{text}\"")
    }
}

pub(in crate::portal) async fn show(who: SignedIn) -> Answer {
    who.desk_administrator_only()?;
    let page = page(&who, None, &[]).await?;
    who.page(&page)
}

/// The hours of the week as they were typed, one day a row.
fn typed_week(posted: &Posted) -> Result<String, Problem> {
    let mut days = Vec::new();
    for (day, name) in DAYS {
        let (from, to) = (
            posted.one(&format!("{day}.from")).trim(),
            posted.one(&format!("{day}.to")).trim(),
        );
        match (from.is_empty(), to.is_empty()) {
            (true, true) => {}
            (false, false) => days.push(format!("{day} {from}-{to}")),
            _ => {
                return Err(Problem::new(
                    "support.hours",
                    format!("Fill in both times of {name}, or none."),
                ));
            }
        }
    }
    let text = days.join(", ");
    week_of(&text).map_err(|says| Problem::new("support.hours", says))?;
    Ok(text)
}

async fn refused(who: &SignedIn, posted: &Posted, error: AppError) -> Answer {
    let (status, problems) = match error {
        // The page has what was typed, and the version that it goes over.
        AppError::Stale => {
            let plan = PLANS.iter().find(|plan| plan.slug == posted.one("part"));
            let first = plan
                .and_then(|plan| plan.fields.first())
                .map_or("", |one| one.0);
            let says = "Somebody else changed these settings meanwhile. What you typed is still here: look at it and save once more.";
            (StatusCode::CONFLICT, vec![Problem::new(first, says)])
        }
        other => (StatusCode::UNPROCESSABLE_ENTITY, fields::problems(other)?),
    };
    let page = page(who, Some(posted), &problems).await?;
    who.page_with(status, &page)
}

pub(in crate::portal) async fn change(posted: Posted) -> Answer {
    let who = &posted.who;
    who.desk_administrator_only()?;
    let plan = PLANS
        .iter()
        .find(|plan| plan.slug == posted.one("part"))
        .ok_or(AppError::NotFound("setting"))?;
    let mut wish = Wish {
        version: posted.one("version").parse().unwrap_or(-1),
        ..Wish::default()
    };
    for (name, _, _, kind) in plan.fields {
        let text = match kind {
            Kind::Week => match typed_week(&posted) {
                Ok(text) => text,
                Err(problem) => {
                    return refused(who, &posted, AppError::Invalid(vec![problem])).await;
                }
            },
            _ => posted.one(&control(name)).to_owned(),
        };
        wish.fields.insert((*name).to_owned(), text);
    }
    match operator::change(&who.app, &who.caller, wish).await {
        Ok(()) => who.done(
            "/settings/operator",
            "Saved. It counts everywhere from now on.",
        ),
        Err(error) => refused(who, &posted, error).await,
    }
}

pub(in crate::portal) async fn back(posted: Posted) -> Answer {
    let who = &posted.who;
    who.desk_administrator_only()?;
    let typed = posted.one("field");
    let name = operator::FIELDS
        .iter()
        .find(|name| control(name) == typed)
        .ok_or(AppError::NotFound("setting"))?;
    let wish = Wish {
        version: posted.one("version").parse().unwrap_or(-1),
        back: vec![(*name).to_owned()],
        ..Wish::default()
    };
    operator::change(&who.app, &who.caller, wish).await?;
    who.done("/settings/operator", "The file's value counts again.")
}

pub(in crate::portal) async fn logo(posted: Posted) -> Answer {
    let who = &posted.who;
    who.desk_administrator_only()?;
    let Some(file) = posted.file("logo_file") else {
        let error = AppError::field("logo", "Choose a picture first.");
        return refused(who, &posted, error).await;
    };
    let wish = Wish {
        version: posted.one("version").parse().unwrap_or(-1),
        logo: Some(file.bytes.clone()),
        ..Wish::default()
    };
    match operator::change(&who.app, &who.caller, wish).await {
        Ok(()) => who.done(
            "/settings/operator",
            "The logo is on all pages, and on letters from now on.",
        ),
        Err(error) => refused(who, &posted, error).await,
    }
}

// Mails.

fn sample(who: &SignedIn, wanted: &str) -> Result<(&'static str, Rendered), AppError> {
    account_mail::samples(&who.app)?
        .into_iter()
        .find(|(name, _)| *name == wanted)
        .ok_or(AppError::NotFound("mail"))
}

pub(in crate::portal) async fn mails(who: SignedIn) -> Answer {
    who.desk_administrator_only()?;
    let page = MailsPage {
        shell: shell(&who, "Mail texts", "/settings/mails"),
        mails: account_mail::samples(&who.app)?
            .into_iter()
            .map(|(name, mail)| (name.to_owned(), mail.subject))
            .collect(),
    };
    who.page(&page)
}

pub(in crate::portal) async fn mail(who: SignedIn, Path(name): Path<String>) -> Answer {
    who.desk_administrator_only()?;
    let (name, mail) = sample(&who, &name)?;
    let page = MailSamplePage {
        shell: shell(&who, &mail.subject, "/settings/mails"),
        name: name.to_owned(),
        subject: mail.subject.clone(),
        text: mail.text,
    };
    who.page(&page)
}

/// A mail's HTML part by itself, for the sandboxed frame.
pub(in crate::portal) async fn mail_html(who: SignedIn, Path(name): Path<String>) -> Answer {
    who.desk_administrator_only()?;
    let (_, mail) = sample(&who, &name)?;
    Ok(mail_frame::answer(&mail.html, &who.app.operator()))
}
