//! Calls to a Docker Engine, byte by byte: what its own command never sends.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// What the Engine answered.
#[derive(Clone, Debug)]
pub struct EngineAnswer {
    /// The status.
    pub status: u16,
    /// The whole answer, head and body.
    pub text: String,
}

impl EngineAnswer {
    /// Asserts that the plugin has denied it with this sentence.
    #[track_caller]
    pub fn expect_denied(&self, sentence: &str) {
        assert_eq!(self.status, 403, "{}", self.text);
        assert!(
            self.text.contains("authorization denied by plugin"),
            "{}",
            self.text
        );
        assert!(
            self.text.contains(sentence),
            "{sentence}\nis not in\n{}",
            self.text
        );
    }

    /// Asserts that the Engine has done it.
    #[track_caller]
    pub fn expect_done(&self) {
        assert!((200..300).contains(&self.status), "{}", self.text);
    }
}

/// Sends a request as it stands, with these header lines, and reads the answer
/// until the Engine hangs up.
pub fn call(
    socket: &Path,
    method: &str,
    uri: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> EngineAnswer {
    let mut head = format!("{method} {uri} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n");
    for (name, value) in headers {
        // Writing to a String cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let says = |name: &str| {
        headers
            .iter()
            .any(|(one, _)| one.eq_ignore_ascii_case(name))
    };
    if !says("content-length") && !says("transfer-encoding") {
        let _ = write!(head, "Content-Length: {}\r\n", body.len());
    }
    head.push_str("\r\n");
    let mut stream = UnixStream::connect(socket).expect("the Engine listens");
    stream
        .set_read_timeout(Some(Duration::from_mins(2)))
        .expect("a timeout can be set");
    stream.write_all(head.as_bytes()).expect("the head is sent");
    // It may refuse a body before it has read all of it.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    EngineAnswer {
        status: status.unwrap_or_else(|| panic!("{method} {uri} has no answer: {text}")),
        text,
    }
}

/// A connection that is kept, for many calls.
#[derive(Debug)]
pub struct EngineLine {
    stream: UnixStream,
}

impl EngineLine {
    /// Connects.
    pub fn to(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).expect("the Engine listens");
        Self { stream }
    }

    /// Asks for something that is there.
    pub fn get(&mut self, uri: &str) {
        self.done("GET", uri, "");
    }

    /// Has something done, with JSON or nothing as the body, and gives the
    /// JSON of the answer.
    pub fn done(&mut self, method: &str, uri: &str, body: &str) -> String {
        let mut request = format!("{method} {uri} HTTP/1.1\r\nHost: engine\r\n");
        if !body.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(
                request,
                "Content-Type: application/json\r\nContent-Length: {}\r\n",
                body.len()
            );
        }
        request.push_str("\r\n");
        request.push_str(body);
        self.stream
            .write_all(request.as_bytes())
            .expect("the request is sent");
        let mut read = Vec::new();
        let mut buffer = [0; 16 * 1024];
        loop {
            let count = self.stream.read(&mut buffer).expect("there is an answer");
            assert!(count > 0, "the Engine hangs up");
            read.extend_from_slice(&buffer[..count]);
            let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let text = String::from_utf8_lossy(&read).into_owned();
            let head = text[..end].to_ascii_lowercase();
            assert!(head.starts_with("http/1.1 2"), "{method} {uri}: {text}");
            if head.starts_with("http/1.1 204") {
                return String::new();
            }
            let length = head
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.split("\r\n").next())
                .and_then(|length| length.parse::<usize>().ok())
                .expect("the answer has a length");
            if read.len() >= end + 4 + length {
                return text[end + 4..].to_owned();
            }
        }
    }
}
