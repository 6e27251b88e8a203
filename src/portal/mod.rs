//! The portal: HTML for people, made on the server.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};

use crate::app::App;

pub mod assets;
mod bulk;
mod cancel;
mod desk;
mod download;
mod errors;
mod fields;
mod help;
mod hosted;
mod letter;
mod live;
mod locked;
mod look;
mod mail_frame;
mod mailbox;
mod new_port;
mod notes;
mod port;
mod port_day;
mod ports;
mod posted;
mod proof;
mod query;
mod rejection;
mod review;
mod session;
mod settings;
mod shared;
mod sign_in;
mod start;
mod tell;
mod tickets;
mod unplaced;
pub mod views;
mod welcome;

pub use crate::app::support::zone_name;
pub use shared::{status_of, support, zone_of};

use session::Portal;

/// How many of the largest files one form may bring.
const FILES_AT_ONCE: usize = 5;

/// All pages for people who sign in, and the front-end files of all pages. To be merged with the other
/// faces' routers and wrapped by [`crate::web::finish`]; it brings the fallback for addresses where
/// nothing is.
pub fn router(app: App) -> Router {
    let limits = &app.config.limits;
    let form = DefaultBodyLimit::max(limits.request_bytes_max());
    // Room for the form around the file.
    let with_list = DefaultBodyLimit::max(limits.import_bytes_max() + limits.request_bytes_max());
    let with_files = DefaultBodyLimit::max(FILES_AT_ONCE * limits.upload_bytes_max());
    // More than is kept: somebody who attaches too much is told so beside what they wrote.
    let with_notes = DefaultBodyLimit::max(4 * FILES_AT_ONCE * limits.upload_bytes_max());
    let portal = Portal::new(app);
    let one = "/numbers/ports/{id}";
    let at = |part: &str| format!("{one}/{part}");
    let pages = Router::new()
        .route("/", get(ports::start))
        .route("/sign-in", get(sign_in::ask).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/theme", post(sign_in::theme))
        .route("/forgot", get(welcome::ask).post(welcome::forgot))
        .route("/welcome/{token}", get(welcome::open).post(welcome::take))
        .route(
            "/unsubscribe/{token}",
            get(welcome::look_at_unsubscribe).post(welcome::unsubscribe),
        )
        .route("/look/{hash}/accent.css", get(look::accent))
        .route("/look/{hash}/logo", get(look::logo))
        .route("/numbers/ports", get(ports::list))
        .route("/numbers/ports/export.csv", get(ports::export))
        .route("/numbers/ports/events", get(live::of_overview))
        .route("/numbers/ports/views", post(ports::save_view))
        .route("/numbers/ports/views/{id}/remove", post(ports::drop_view))
        .route("/numbers/ports/keep", post(new_port::keep).layer(form))
        .route("/numbers/ports/check", post(new_port::check))
        .route("/numbers/ports/template.csv", get(new_port::template))
        .route(
            "/numbers/ports/new",
            get(new_port::blank).post(new_port::begin).layer(with_list),
        )
        .route(one, get(port::show))
        .route(
            &at("edit"),
            get(new_port::resume).post(new_port::edit).layer(with_list),
        )
        .route(
            &at("lists/{list}"),
            get(new_port::review_list).post(new_port::add_list),
        )
        .route(&at("lists/{list}/refused.csv"), get(new_port::refused_csv))
        .route(
            &at("notes"),
            get(notes::show).post(notes::write).layer(with_notes),
        )
        .route(&at("ask-for-update"), post(notes::ask_for_update))
        .route(&at("letter"), get(letter::show))
        .route(&at("letter/preview.pdf"), get(letter::preview))
        .route(&at("letter/send"), post(letter::send))
        .route(&at("letter/signer"), post(letter::send))
        .route(&at("letter/resend"), post(letter::resend))
        .route(
            &at("proof"),
            get(proof::show).post(proof::send).layer(with_files),
        )
        .route(&at("answer"), get(rejection::show).post(rejection::answer))
        .route(&at("cancel"), get(cancel::show).post(cancel::cancel))
        .route(&at("test"), get(port_day::show).post(port_day::record))
        .route(
            &at("numbers/{number}"),
            get(cancel::show_number).post(cancel::change_number),
        )
        .route("/documents/{id}", get(proof::document))
        .route("/mailbox", get(mailbox::list))
        .route("/mailbox/{id}", get(mailbox::show))
        .route("/mailbox/{id}/html", get(mailbox::html))
        .route("/mailbox/{id}/again", post(mailbox::again))
        .route("/start", get(start::show))
        .route("/start/checklist", get(start::checklist))
        .route(
            "/mailbox/{id}/reply",
            post(mailbox::reply).layer(with_notes),
        )
        .route("/desk/tickets", get(tickets::list))
        .route(
            "/desk/tickets/{id}",
            get(tickets::show).post(tickets::answer),
        )
        .route("/desk/tickets/{id}/close", post(tickets::close))
        .route("/desk/tickets/{id}/open", post(tickets::open))
        .route("/desk/unplaced-mail", get(unplaced::list))
        .route("/desk/unplaced-mail/{id}", get(unplaced::show))
        .route("/desk/unplaced-mail/{id}/message", get(unplaced::message))
        .route("/desk/unplaced-mail/{id}/place", post(unplaced::place))
        .route("/desk/unplaced-mail/{id}/ticket", post(unplaced::put))
        .route("/desk/unplaced-mail/{id}/open", post(unplaced::open))
        .route("/desk/unplaced-mail/{id}/discard", post(unplaced::discard))
        .route("/help", get(help::show))
        .route("/help/ask", post(help::ask))
        .route("/styleguide", get(help::style_guide))
        .route("/numbers/hosted", get(hosted::list).post(hosted::ask))
        .route("/numbers/hosted/{id}", get(hosted::show))
        .route("/numbers/hosted/{id}/withdraw", post(hosted::withdraw))
        .route("/numbers/hosted/{id}/enable", post(hosted::enable))
        .route("/numbers/hosted/{id}/refuse", post(hosted::refuse))
        .route("/numbers/hosted/{id}/end", post(hosted::end))
        .route("/numbers/hosted/{id}/voice-route", post(hosted::route))
        .merge(settings())
        .route(&at("events"), get(live::of_port))
        .route("/desk/events", get(live::of_desk))
        .route("/desk", get(desk::queues))
        .route("/desk/{queue}", get(desk::one_queue))
        .route("/desk/bulk", get(bulk::start).post(bulk::act))
        .route("/desk/ports/{id}", get(review::show))
        .route("/desk/ports/{id}/claim", post(desk::claim))
        .route("/desk/ports/{id}/release", post(desk::release))
        .route("/desk/ports/{id}/assign", post(desk::assign))
        .route("/desk/ports/{id}/take", get(desk::take))
        .route("/desk/ports/{id}/submit", post(review::submit))
        .route(
            "/desk/ports/{id}/documents/{document}/accept",
            post(review::accept_proof),
        )
        .route(
            "/desk/ports/{id}/documents/{document}/refuse",
            post(review::refuse_proof),
        )
        .route("/desk/ports/{id}/resubmit", post(review::resubmit))
        .route("/desk/ports/{id}/ask-carrier", post(review::ask_carrier))
        .route("/desk/ports/{id}/give-up", post(review::give_up))
        .route("/desk/ports/{id}/snapback", post(review::ask_snapback))
        .route("/desk/ports/{id}/snapback/over", post(review::end_snapback))
        .route("/desk/ports/{id}/accept-date", post(review::accept_date))
        .route("/desk/ports/{id}/clear", post(review::clear))
        .fallback(errors::nothing_here)
        .layer(form)
        .layer(middleware::from_fn_with_state(portal.clone(), errors::show))
        .with_state(portal);
    Router::new()
        .route("/assets/{hash}/{name}", get(assets::serve))
        .merge(pages)
}

fn settings() -> Router<Portal> {
    Router::new()
        .route("/settings", get(settings::account).post(settings::rename))
        .route("/settings/password", post(settings::password))
        .route("/settings/email", post(settings::change_email))
        .route("/settings/sessions/end", post(settings::sign_out_elsewhere))
        .route(
            "/settings/sessions/{handle}/end",
            post(settings::end_session),
        )
        .route(
            "/settings/notifications",
            get(settings::notifications).post(settings::set_notifications),
        )
        .route(
            "/settings/users",
            get(settings::users).post(settings::add_user),
        )
        .route("/settings/users/{id}", get(settings::user))
        .route("/settings/users/{id}/role", post(settings::role))
        .route("/settings/users/{id}/invite", post(settings::invite_again))
        .route("/settings/users/{id}/off", post(settings::disable_user))
        .route("/settings/users/{id}/on", post(settings::enable_user))
        .route(
            "/settings/accounts",
            get(settings::accounts).post(settings::add_account),
        )
        .route("/settings/accounts/{id}/campaign", post(settings::campaign))
        .route("/settings/accounts/{id}/agency", post(settings::agency))
        .route(
            "/settings/keys",
            get(settings::keys).post(settings::add_key),
        )
        .route("/settings/keys/{id}/revoke", post(settings::revoke_key))
        .route(
            "/settings/receiving",
            get(settings::receiving).post(settings::add_receiving),
        )
        .route(
            "/settings/receiving/remove",
            post(settings::remove_receiving),
        )
        .route(
            "/settings/webhooks",
            get(settings::hooks).post(settings::add_hook),
        )
        .route("/settings/webhooks/{id}", get(settings::hook))
        .route("/settings/webhooks/{id}/events", post(settings::set_events))
        .route("/settings/webhooks/{id}/pause", post(settings::pause_hook))
        .route(
            "/settings/webhooks/{id}/secret",
            post(settings::rotate_secret),
        )
        .route("/settings/webhooks/{id}/test", post(settings::test_hook))
        .route(
            "/settings/webhooks/{id}/delete",
            post(settings::remove_hook),
        )
        .route(
            "/settings/webhooks/deliveries/{id}",
            get(settings::delivery),
        )
        .route(
            "/settings/webhooks/deliveries/{id}/replay",
            post(settings::replay),
        )
        .route(
            "/settings/operator",
            get(settings::operator).post(settings::change_operator),
        )
        .route("/settings/operator/back", post(settings::operator_back))
        .route("/settings/operator/logo", post(settings::change_logo))
        .route("/settings/mails", get(settings::mails))
        .route("/settings/mails/{name}", get(settings::mail))
        .route("/settings/mails/{name}/html", get(settings::mail_html))
}
