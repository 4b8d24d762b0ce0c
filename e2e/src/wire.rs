//! Raw HTTP/1.1, over one connection for each request or over a [`Line`] that
//! is kept.
//!
//! The tests look at what HTTP libraries hide: the reason phrase of a status
//! line, a request path exactly as it was written, a body that was cut.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request that is being put together.
#[derive(Clone, Debug)]
pub struct Ask {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The text after the status code.
    pub reason: String,
    /// The header lines in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, as far as it came.
    pub body: Vec<u8>,
    /// Whether the body came to its announced end.
    pub end: End,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// As announced.
    Whole,
    /// The connection was closed or reset before.
    Cut,
}

/// A connection that is kept from one request to the next, as clients do.
#[derive(Debug)]
pub struct Line {
    stream: BufReader<TcpStream>,
    address: String,
}

impl Line {
    /// Connects to the server on a loopback port.
    pub fn to(port: u16) -> io::Result<Self> {
        let address = format!("127.0.0.1:{port}");
        let stream = connect(&address)?;
        Ok(Self {
            stream: BufReader::new(stream),
            address,
        })
    }
}

/// A request for `target`, written to the wire exactly as given.
pub fn ask(method: &str, target: &str) -> Ask {
    Ask {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// The value of `Authorization` that signs in by user name and secret.
pub(crate) fn basic(username: &str, secret: &str) -> String {
    use base64::Engine;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{username}:{secret}"));
    format!("Basic {pair}")
}

impl Ask {
    /// Adds a header line.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Signs in by user name and secret.
    #[must_use]
    pub fn basic(self, username: &str, secret: &str) -> Self {
        self.header("authorization", &basic(username, secret))
    }

    /// Shows a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sends a body of a type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: &[u8]) -> Self {
        body.clone_into(&mut self.body);
        self.header("content-type", content_type)
    }

    /// Asks the server on a loopback port, and gives up when it is silent for 60 seconds.
    pub fn send(&self, port: u16) -> io::Result<Answer> {
        self.send_to(&format!("127.0.0.1:{port}"))
    }

    /// Asks over a connection that is kept.
    pub fn on(&self, line: &mut Line) -> io::Result<Answer> {
        let head = self.head(&line.address, Kept::Yes);
        let stream = line.stream.get_mut();
        stream.write_all(&head)?;
        stream.write_all(&self.body)?;
        read_answer(&mut line.stream, &self.method)
    }

    fn send_to(&self, address: &str) -> io::Result<Answer> {
        let mut stream = connect(address)?;
        stream.write_all(&self.head(address, Kept::No))?;
        // A server may refuse a body before it has read all of it.
        let _ = stream.write_all(&self.body);
        read_answer(&mut BufReader::new(stream), &self.method)
    }

    /// As [`Ask::send`], for a server that has to answer.
    #[track_caller]
    pub fn to(&self, port: u16) -> Answer {
        self.to_address(&format!("127.0.0.1:{port}"))
    }

    /// As [`Ask::to`], for a server on another address: `ADDRESS:PORT`.
    #[track_caller]
    pub fn to_address(&self, address: &str) -> Answer {
        self.send_to(address).unwrap_or_else(|error| {
            panic!(
                "{} {} was not answered: {error}",
                self.method,
                self.shown_target()
            )
        })
    }

    fn head(&self, address: &str, kept: Kept) -> Vec<u8> {
        let mut lines = vec![format!("{} {} HTTP/1.1", self.method, self.target)];
        let names_host = |(name, _): &(String, String)| name.eq_ignore_ascii_case("host");
        if !self.headers.iter().any(names_host) {
            lines.push(format!("host: {address}"));
        }
        lines.extend(
            self.headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        if !self.body.is_empty() || ["POST", "PUT", "PATCH"].contains(&self.method.as_str()) {
            lines.push(format!("content-length: {}", self.body.len()));
        }
        if kept == Kept::No {
            lines.push("connection: close".to_owned());
        }
        lines.push("\r\n".to_owned());
        lines.join("\r\n").into_bytes()
    }

    fn shown_target(&self) -> &str {
        self.target.get(..200).unwrap_or(&self.target)
    }
}

impl Answer {
    /// The first header line of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }
}

/// Whether a connection is kept after a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kept {
    Yes,
    No,
}

fn connect(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn read_answer(stream: &mut impl BufRead, method: &str) -> io::Result<Answer> {
    let (first, headers) = read_head(stream)?;
    let mut words = first.splitn(3, ' ').skip(1);
    let status = words
        .next()
        .and_then(|word| word.parse().ok())
        .ok_or_else(|| io::Error::other(format!("not a status line: {first}")))?;
    let reason = words.next().unwrap_or_default().to_owned();
    let mut answer = Answer {
        status,
        reason,
        headers,
        body: Vec::new(),
        end: End::Whole,
    };
    if method == "HEAD" || status == 204 || status == 304 {
        return Ok(answer);
    }
    let length = answer.header("content-length").map(str::parse::<u64>);
    let read = match length {
        Some(length) => {
            let length = length.map_err(io::Error::other)?;
            let read = stream.take(length).read_to_end(&mut answer.body);
            read.and_then(|got| {
                if got as u64 == length {
                    Ok(())
                } else {
                    Err(cut())
                }
            })
        }
        None if answer.header("transfer-encoding") == Some("chunked") => {
            read_chunks(stream, &mut answer.body)
        }
        None => stream.read_to_end(&mut answer.body).map(drop),
    };
    if read.is_err() {
        answer.end = End::Cut;
    }
    Ok(answer)
}

/// The first line and the header lines of a message, names in lower case.
pub(crate) fn read_head(stream: &mut impl BufRead) -> io::Result<(String, Vec<(String, String)>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(cut());
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let mut lines = lines.into_iter();
    let first = lines.next().ok_or_else(cut)?;
    let headers = lines
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    Ok((first, headers))
}

fn read_chunks(stream: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        let got = stream.take(size).read_to_end(body)?;
        if got as u64 != size {
            return Err(cut());
        }
        line.clear();
        stream.read_line(&mut line)?;
        if size == 0 {
            return Ok(());
        }
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed")
}
