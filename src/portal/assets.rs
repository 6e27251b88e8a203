//! The front-end files, built into the binary and served under URLs that change with their content.
//!
//! `assets/vendor` is made by `make assets` (npm) and never committed. It holds `portolan.css` and
//! `portolan.js` as bundles with Tabler and htmx inside. In a build without it the files of the same
//! names in `assets/own` are served instead: our own rules only, so that every page still works.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use rust_embed::RustEmbed;

/// Built by npm.
#[derive(RustEmbed)]
#[folder = "assets/vendor/"]
struct Vendor;

/// Our own.
#[derive(RustEmbed)]
#[folder = "assets/own/"]
struct Own;

struct Asset {
    body: Cow<'static, [u8]>,
    gzip: Option<Cow<'static, [u8]>>,
    brotli: Option<Cow<'static, [u8]>>,
    url: String,
    hash: String,
}

static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    let names = Own::iter()
        .chain(Vendor::iter())
        .filter(|name| !name.ends_with(".gz") && !name.ends_with(".br"));
    for name in names {
        let packed = |ending: &str| Vendor::get(&format!("{name}{ending}")).map(|file| file.data);
        let (file, gzip, brotli) = match Vendor::get(&name) {
            Some(file) => (file, packed(".gz"), packed(".br")),
            None => match Own::get(&name) {
                Some(file) => (file, None, None),
                None => continue,
            },
        };
        let hash = hex::encode(&file.metadata.sha256_hash()[..8]);
        let url = format!("/assets/{hash}/{name}");
        all.insert(
            name.into_owned(),
            Asset {
                body: file.data,
                gzip,
                brotli,
                url,
                hash,
            },
        );
    }
    all
});

/// Whether the bundles of `make assets` are in this binary. Without them pages work, but look plain.
pub fn bundled() -> bool {
    Vendor::get("portolan.css").is_some()
}

/// The URL of a front-end file, such as `/assets/1f0c9a.../portolan.css`. A name that is not there
/// gives a URL that answers 404, and a debug build stops.
pub fn url(name: &str) -> &'static str {
    let asset = ASSETS.get(name);
    debug_assert!(asset.is_some(), "no asset is called {name}");
    asset.map_or("/assets/none", |asset| asset.url.as_str())
}

/// Each file's name, URL and content, for writing pages to a folder.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static [u8])> {
    ASSETS
        .iter()
        .map(|(name, asset)| (name.as_str(), asset.url.as_str(), asset.body.as_ref()))
}

/// `GET /assets/{hash}/{name}`. A file under its own hash may be kept for good; under another hash (a
/// page of another version asks) the present content is sent and must be asked for again.
pub async fn serve(
    Path((hash, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    let Some(asset) = ASSETS.get(&name) else {
        let mut missing = Response::new(Body::from("no such file"));
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let takes = |coding: &str| {
        accepted.split(',').map(str::trim).any(|entry| {
            entry == coding || entry.starts_with(&format!("{coding};")) && !entry.ends_with("q=0")
        })
    };
    let (body, coding) = match (&asset.brotli, &asset.gzip) {
        (Some(body), _) if takes("br") => (body, Some("br")),
        (_, Some(body)) if takes("gzip") => (body, Some("gzip")),
        _ => (&asset.body, None),
    };
    let mut response = Response::new(match body {
        Cow::Borrowed(bytes) => Body::from(*bytes),
        Cow::Owned(bytes) => Body::from(bytes.clone()),
    });
    let set = response.headers_mut();
    set.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(content_type(&name)),
    );
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    set.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let keep = if hash == asset.hash {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Some(coding) = coding {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The Content-Security-Policy of every HTML page: nothing inline, nothing from elsewhere. `data:`
/// pictures are Tabler's arrows and ticks.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// The policy of a mail's HTML part in the mailbox: inline styles and pictures only, no scripts, and no
/// rights of the portal's origin.
pub const MAIL_CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(coding: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_str(coding).expect("plain"),
        );
        headers
    }
    fn parts(name: &str) -> (String, String) {
        let mut parts = url(name).split('/').skip(2);
        (
            parts.next().expect("hash").to_owned(),
            parts.next().expect("name").to_owned(),
        )
    }

    #[tokio::test]
    async fn a_file_under_its_own_hash_is_kept_for_good_and_under_another_is_not() {
        let (hash, name) = parts("portolan.css");
        let good = serve(Path((hash, name.clone())), HeaderMap::new()).await;
        assert_eq!(
            good.headers()[header::CACHE_CONTROL],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(
            good.headers()[header::CONTENT_TYPE],
            "text/css; charset=utf-8"
        );
        let stale = serve(Path(("0000".into(), name)), HeaderMap::new()).await;
        assert_eq!(stale.headers()[header::CACHE_CONTROL], "no-cache");
        let none = serve(
            Path(("0000".into(), "../Cargo.toml".into())),
            HeaderMap::new(),
        )
        .await;
        assert_eq!(none.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_refused_coding_is_not_sent() {
        if !bundled() {
            println!("skipped: no assets/vendor, run `make assets`");
            return;
        }
        let (hash, name) = parts("portolan.css");
        let at = || Path((hash.clone(), name.clone()));
        assert_eq!(
            serve(at(), ask("gzip, br")).await.headers()[header::CONTENT_ENCODING],
            "br"
        );
        assert_eq!(
            serve(at(), ask("gzip, br;q=0")).await.headers()[header::CONTENT_ENCODING],
            "gzip"
        );
        assert!(
            serve(at(), ask("identity"))
                .await
                .headers()
                .get(header::CONTENT_ENCODING)
                .is_none()
        );
    }

    /// A first visit (page, style, script) stays far under the promised 150 kB over the wire.
    #[test]
    fn a_first_visit_is_light() {
        if !bundled() {
            println!("skipped: no assets/vendor, run `make assets`");
            return;
        }
        let wire = |name: &str| {
            ASSETS[name]
                .brotli
                .as_ref()
                .map_or(usize::MAX, |body| body.len())
        };
        let total = wire("portolan.css") + wire("portolan.js") + wire("icons.svg");
        assert!(
            total < 60_000,
            "style, script and icons weigh {total} bytes"
        );
    }
}
