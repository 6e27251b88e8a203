//! `portolan serve` as a process of its own, as it is shipped.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::http::Wire;

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
    /// From the start of the process to its first answer that it is well.
    pub healthy_after: Duration,
}

/// How long a server may take to stand.
const PATIENCE: Duration = Duration::from_secs(30);

impl Server {
    /// Starts it on a data folder with these settings over the defaults, and waits until it is well.
    pub fn start(data: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let address = free()?;
        let log = log_of(data);
        let mut command = Command::new(program()?);
        command
            .arg("serve")
            // Nothing of whoever measures: neither settings nor a settings file.
            .env_clear()
            .envs(settings.iter().copied())
            .env("PORTOLAN_DATA__FOLDER", data)
            .env("PORTOLAN_SERVER__LISTEN", address.to_string())
            .current_dir(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?);
        let from = Instant::now();
        let child = command.spawn().context("portolan")?;
        let mut server = Self {
            child,
            address,
            healthy_after: Duration::ZERO,
        };
        while !is_healthy(address) {
            if from.elapsed() > PATIENCE || server.child.try_wait()?.is_some() {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                bail!("portolan serve did not come up: {said}");
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        server.healthy_after = from.elapsed();
        Ok(server)
    }

    /// Its process number.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, and waits until it did.
    pub fn stop(mut self) -> Result<()> {
        let process = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &process]).status()?;
        let ended = self.child.wait()?;
        if !asked.success() || !ended.success() {
            bail!("portolan serve ended with {ended}");
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program as it is shipped, built beside ours.
fn program() -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("portolan");
    if !program.exists() {
        bail!("{} is missing: `make bench` builds it", program.display());
    }
    Ok(program)
}

/// Beside the data folder, so that it is empty when the server starts.
fn log_of(data: &Path) -> PathBuf {
    data.with_extension("log")
}

/// An address on which nobody answers.
pub fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn is_healthy(address: SocketAddr) -> bool {
    Wire::open(address)
        .ok()
        .and_then(|mut wire| wire.ask("GET", "/healthz", "", b"").ok())
        .is_some_and(|answer| answer.status == 200)
}
