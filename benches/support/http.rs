//! The least that speaks HTTP/1.1 over a connection that is kept: a client that takes little of the
//! machine from what it measures.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    /// What was read of the present answer.
    read: Vec<u8>,
    head: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON, if the status is this one.
    pub fn json(&self, status: u16) -> Result<serde_json::Value> {
        if self.status != status {
            let text = String::from_utf8_lossy(&self.body);
            bail!("the answer is {}: {text}", self.status);
        }
        Ok(serde_json::from_slice(&self.body)?)
    }
}

impl Wire {
    /// Connects.
    pub fn open(to: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(64 * 1024),
            head: String::new(),
        })
    }

    /// Asks, and waits for the whole answer. `headers` are whole lines, each ended by CR and LF.
    pub fn ask(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Result<Answer> {
        self.head.clear();
        self.head.push_str(method);
        self.head.push(' ');
        self.head.push_str(path);
        self.head.push_str(" HTTP/1.1\r\nhost: 127.0.0.1\r\n");
        self.head.push_str(headers);
        self.head
            .push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        self.read.clear();
        self.read.extend_from_slice(self.head.as_bytes());
        // One packet for what is small, as any good client does it.
        if body.len() < 32 * 1024 {
            self.read.extend_from_slice(body);
            self.stream.write_all(&self.read)?;
        } else {
            self.stream.write_all(&self.read)?;
            self.stream.write_all(body)?;
        }
        self.read.clear();
        let head = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            self.more()?;
        };
        let text = std::str::from_utf8(&self.read[..head]).context("the answer's head")?;
        let mut lines = text.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok())
            .context("the answer has no status")?;
        let length: usize = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse().ok())
            .context("the answer does not say how long it is")?;
        let whole = head + 4 + length;
        while self.read.len() < whole {
            self.more()?;
        }
        Ok(Answer {
            status,
            body: self.read[head + 4..whole].to_vec(),
        })
    }

    fn more(&mut self) -> Result<()> {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece)? {
            0 => bail!("the connection ended before the answer did"),
            count => self.read.extend_from_slice(&piece[..count]),
        }
        Ok(())
    }
}
