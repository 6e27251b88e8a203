//! The portal: HTML for people, made on the server.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};

use crate::app::App;

pub mod assets;
mod desk;
mod errors;
mod fields;
pub mod gallery;
mod new_port;
mod notes;
mod port;
mod ports;
mod posted;
mod review;
mod session;
mod shared;
mod sign_in;
mod tell;
pub mod views;

pub use shared::{status_of, support, zone_name, zone_of};

use session::Portal;

/// All pages for people who sign in, and the front-end files of all pages. To be merged with the other
/// faces' routers and wrapped by [`crate::web::finish`]; it brings the fallback for addresses where
/// nothing is.
pub fn router(app: App) -> Router {
    let limits = &app.config.limits;
    let form = DefaultBodyLimit::max(limits.request_bytes_max());
    // Room for the form around the file.
    let with_list = DefaultBodyLimit::max(limits.import_bytes_max() + limits.request_bytes_max());
    let portal = Portal::new(app);
    let one = "/numbers/ports/{id}";
    let at = |part: &str| format!("{one}/{part}");
    let pages = Router::new()
        .route("/", get(ports::start))
        .route("/sign-in", get(sign_in::ask).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/theme", post(sign_in::theme))
        .route("/numbers/ports", get(ports::list))
        .route("/numbers/ports/template.csv", get(new_port::template))
        .route(
            "/numbers/ports/new",
            get(new_port::blank)
                .post(new_port::begin)
                .layer(with_list.clone()),
        )
        .route(one, get(port::show))
        .route(
            &at("edit"),
            get(new_port::resume)
                .post(new_port::edit)
                .layer(with_list.clone()),
        )
        .route(
            &at("lists/{list}"),
            get(new_port::review_list).post(new_port::add_list),
        )
        .route(&at("lists/{list}/refused.csv"), get(new_port::refused_csv))
        .route(&at("notes"), get(notes::show).post(notes::write))
        .route(&at("ask-for-update"), post(notes::ask_for_update))
        .route("/desk", get(desk::queues))
        .route("/desk/{queue}", get(desk::one_queue))
        .route("/desk/ports/{id}", get(review::show))
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
        .route("/desk/ports/{id}/give-up", post(review::give_up))
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
