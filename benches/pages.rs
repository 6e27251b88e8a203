//! Pages of a desk with 10,000 port requests, against nginx that sends files of the same sizes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::Pace;
use crate::support::desk::{self, Furnished};
use crate::support::finding::{Bound, Figure, Finding, Goal};
use crate::support::http::Wire;
use crate::support::scratch::Scratch;
use crate::support::server::Server;
use crate::support::spread::{Spread, ratios};

/// Requests in the database.
const PORTS: usize = 10_000;
/// Connections that ask without a pause, from one thread.
const CONNECTIONS: usize = 8;
/// Connections for the times of single answers.
const FEW: usize = 2;

/// A page, and who opens it.
struct Page {
    name: &'static str,
    path: String,
    by_desk: bool,
}

/// What wrk said.
struct Load {
    per_second: f64,
    /// Milliseconds.
    p99: f64,
}

pub fn run(scratch: &Scratch, pace: Pace) -> Result<Finding> {
    let (rounds, seconds) = (pace.of(5, 2), pace.of(4, 1));
    let count = pace.of(PORTS, 200);
    let data = scratch.folder()?;
    let who = desk::furnish_with_people(&data)?;
    let server = Server::start(
        &data,
        &[("PORTOLAN_LIMITS__API_REQUESTS_PER_MINUTE", "1000000")],
    )?;
    let port = fill(&server, &who, count)?;
    let pages = [
        page("Port Numbers", "/numbers/ports".to_owned(), false),
        page("one port", format!("/numbers/ports/{port}"), false),
        page("its notes", format!("/numbers/ports/{port}/notes"), false),
        page("Port New Numbers", "/numbers/ports/new".to_owned(), false),
        page("the desk", "/desk".to_owned(), true),
    ];
    let files = scratch.folder()?;
    let mut sizes = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let mut wire = Wire::open(server.address)?;
        let cookie = cookie(&who, page);
        // Once before it counts: notes are marked as read, statements are prepared.
        wire.ask("GET", &page.path, &format!("cookie: {cookie}\r\n"), b"")?;
        let answer = wire.ask("GET", &page.path, &format!("cookie: {cookie}\r\n"), b"")?;
        ensure!(answer.status == 200, "{}: {}", page.name, answer.status);
        fs::write(files.join(format!("{at}.html")), &answer.body)?;
        sizes.push(answer.body.len());
    }
    let peer = Nginx::start(&files)?;
    let (mut goals, mut figures) = (Vec::new(), Vec::new());
    let mut slowest: Vec<f64> = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let [mut ours, mut theirs, mut p99] = [const { Vec::new() }; 3];
        for _ in 0..rounds {
            let url = format!("http://{}{}", server.address, page.path);
            let cookie = cookie(&who, page);
            ours.push(wrk(&url, &cookie, CONNECTIONS, seconds)?.per_second);
            let static_page = format!("http://{}/{at}.html", peer.address);
            theirs.push(wrk(&static_page, "", CONNECTIONS, seconds)?.per_second);
            p99.push(wrk(&url, &cookie, FEW, seconds)?.p99);
        }
        let share = |rates: &[f64]| -> Vec<f64> { rates.iter().map(|one| one * 10.0).collect() };
        goals.push(Goal {
            says: page_goal(page.name),
            measured: ratios(&share(&ours), &theirs),
            unit: " tenths",
            bound: Bound::AtLeast(1.0),
            even_the_worst: false,
        });
        slowest.push(p99.iter().copied().fold(0.0, f64::max));
        let kilobytes = sizes.get(at).copied().unwrap_or(0).div_ceil(1000);
        figures.push(figure(
            format!("{}, {kilobytes} kB", page.name),
            &ours,
            "/s",
        ));
        figures.push(figure(
            format!("nginx, a file of {kilobytes} kB"),
            &theirs,
            "/s",
        ));
        figures.push(figure(
            format!("{}: 99 of 100 answers within", page.name),
            &p99,
            "ms",
        ));
    }
    goals.push(Goal {
        says: "99 of 100 answers of each page within 10 ms",
        measured: Spread::of(slowest),
        unit: " ms",
        bound: Bound::AtMost(10.0),
        even_the_worst: true,
    });
    server.stop()?;
    drop(peer);
    Ok(Finding {
        title: "Pages of a desk with 10,000 port requests",
        how: format!(
            "{count} port requests, made through the API, in one SQLite file; every fiftieth has its letter out for signing. `wrk` asks a running \
             `portolan serve` with its job runner, {CONNECTIONS} kept connections from one thread without a pause, {seconds} seconds at a time, as \
             somebody who is signed in; nothing is compressed. Peer: nginx with its own defaults and {CONNECTIONS} connections, on a file with the \
             very bytes of the page. {rounds} rounds, taking turns; the ratio is the median of the rounds' own ratios. The times of single \
             answers are wrk's at {FEW} connections, the worst round of each page. Nothing else writes meanwhile, so what was read from the \
             database is read once: that is also how it is in an office where people look more often than something changes. The page \
             itself is made anew for each answer.",
        ),
        goals,
        figures,
        arguments: "pages",
    })
}

fn page(name: &'static str, path: String, by_desk: bool) -> Page {
    Page {
        name,
        path,
        by_desk,
    }
}

fn page_goal(name: &str) -> &'static str {
    match name {
        "Port Numbers" => "the overview at a tenth of nginx's rate",
        "one port" => "one port at a tenth of nginx's rate",
        "its notes" => "its notes at a tenth of nginx's rate",
        "Port New Numbers" => "the new-port form at a tenth of nginx's rate",
        _ => "the desk at a tenth of nginx's rate",
    }
}

fn figure(what: String, measured: &[f64], unit: &'static str) -> Figure {
    Figure {
        what,
        measured: Spread::of(measured.to_vec()),
        unit,
    }
}

fn cookie(who: &Furnished, page: &Page) -> String {
    let token = if page.by_desk {
        &who.desk_session
    } else {
        &who.customer_session
    };
    format!("portolan={token}")
}

/// Files the requests; gives the last one's id.
fn fill(server: &Server, who: &Furnished, count: usize) -> Result<String> {
    let headers = Arc::new(format!(
        "authorization: Bearer {}\r\ncontent-type: application/json\r\n",
        who.key
    ));
    let next = Arc::new(AtomicUsize::new(0));
    let asking: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (headers, next, address) = (headers.clone(), next.clone(), server.address);
            std::thread::spawn(move || -> Result<()> {
                let mut wire = Wire::open(address)?;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return Ok(());
                    }
                    file(&mut wire, &headers, number)?;
                }
            })
        })
        .collect();
    for one in asking {
        one.join().map_err(|_| anyhow!("a client panicked"))??;
    }
    let mut wire = Wire::open(server.address)?;
    file(&mut wire, &headers, count)
}

fn file(wire: &mut Wire, headers: &str, number: usize) -> Result<String> {
    let form = crate::create::form_of(number, 3);
    let answer = wire.ask("POST", "/v1/ports", headers, form.as_bytes())?;
    let id = answer.json(201)?["id"]
        .as_str()
        .context("an id")?
        .to_owned();
    if number.is_multiple_of(50) {
        let path = format!("/v1/ports/{id}/loa/send");
        let answer = wire.ask("POST", &path, headers, b"{}")?;
        ensure!(
            answer.status < 300,
            "the letter: {}",
            String::from_utf8_lossy(&answer.body)
        );
    }
    Ok(id)
}

/// Asks without a pause.
fn wrk(url: &str, cookie: &str, connections: usize, seconds: usize) -> Result<Load> {
    let mut command = Command::new("wrk");
    command.args(["-t1", "--latency"]);
    command.arg(format!("-c{connections}"));
    command.arg(format!("-d{seconds}s"));
    if !cookie.is_empty() {
        command.args(["-H", &format!("Cookie: {cookie}")]);
    }
    let output = command.arg(url).output().context("wrk")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "wrk: {said}");
    ensure!(
        !said.contains("Non-2xx") && !said.contains("Socket errors"),
        "wrk was refused: {said}"
    );
    let after = |label: &str| {
        said.lines()
            .find_map(|line| line.trim().strip_prefix(label))
            .map(|rest| rest.trim().to_owned())
            .with_context(|| format!("wrk did not say {label}: {said}"))
    };
    Ok(Load {
        per_second: after("Requests/sec:")?.parse()?,
        p99: milliseconds(&after("99%")?)?,
    })
}

fn milliseconds(text: &str) -> Result<f64> {
    for (unit, factor) in [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * factor);
        }
    }
    bail!("wrk's time: {text}")
}

/// nginx on a folder of files.
struct Nginx {
    child: Child,
    address: std::net::SocketAddr,
}

impl Nginx {
    fn start(files: &Path) -> Result<Self> {
        let address = crate::support::server::free()?;
        let settings: PathBuf = files.join("nginx.conf");
        let here = files.display();
        fs::write(
            &settings,
            format!(
                "daemon off; worker_processes auto; pid {here}/nginx.pid; error_log {here}/error.log;\n\
                 events {{}}\n\
                 http {{ types {{ text/html html; }} access_log off; keepalive_requests 100000000; sendfile on; tcp_nopush on; client_body_temp_path {here}/t1; proxy_temp_path {here}/t2;\n\
                 fastcgi_temp_path {here}/t3; uwsgi_temp_path {here}/t4; scgi_temp_path {here}/t5; server {{ listen {address}; root {here}; }} }}\n"
            ),
        )?;
        let child = Command::new("nginx")
            .arg("-p")
            .arg(files)
            .arg("-c")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("nginx")?;
        let mut peer = Self { child, address };
        let from = Instant::now();
        while Wire::open(address).is_err() {
            if from.elapsed() > Duration::from_secs(10) || peer.child.try_wait()?.is_some() {
                bail!("nginx did not come up");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(peer)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .args(["-QUIT", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
    }
}
