use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::wire::read_head;

/// A small HTTP server for stand-ins: one request for each connection, one
/// thread for each request.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

/// A request that a stand-in heard.
#[derive(Clone, Debug)]
pub struct Heard {
    /// `GET`, `HEAD`, …
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    /// The header lines in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Heard {
    /// The first header line of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Server {
    /// Answers on a free loopback port. What `answer` does not write is not
    /// answered: dropping the stream cuts the connection.
    pub fn start(answer: impl Fn(Heard, TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        Self::on(listener, answer)
    }

    /// As [`Server::start`], where it is told to listen.
    pub(crate) fn on(
        listener: TcpListener,
        answer: impl Fn(Heard, TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("it is bound");
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stopped);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if seen.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || {
                    if let Some(heard) = hear(&stream) {
                        answer(heard, stream);
                    }
                });
            }
        });
        Self { address, stopped }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it has been stopped.
        let _ = TcpStream::connect(self.address);
    }
}

/// Writes a whole answer with a body.
pub(crate) fn reply(stream: &TcpStream, status: &str, headers: &[(&str, &str)], body: &[u8]) {
    let mut lines = vec![format!("content-length: {}", body.len())];
    lines.extend(
        headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    write_answer(stream, status, lines, body);
}

/// Writes an answer with exactly these header lines and this body. The other
/// side may be gone; that is its business.
pub(crate) fn write_answer(mut stream: &TcpStream, status: &str, lines: Vec<String>, body: &[u8]) {
    let mut head = vec![format!("HTTP/1.1 {status}")];
    head.extend(lines);
    head.push("connection: close\r\n\r\n".to_owned());
    let _ = stream
        .write_all(head.join("\r\n").as_bytes())
        .and_then(|()| stream.write_all(body));
}

fn hear(stream: &TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let (first, headers) = read_head(&mut reader).ok()?;
    let mut words = first.split(' ');
    let method = words.next()?.to_owned();
    let target = words.next()?.to_owned();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body).ok()?;
    Some(Heard {
        method,
        target,
        headers,
        body,
    })
}
