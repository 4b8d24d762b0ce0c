//! A client of HTTP that does no more than is needed here, and costs little.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use rustix::net::{RecvFlags, recv};

use crate::options::Receiving;

/// How much is read at once.
const BUFFER: usize = 256 << 10;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Request<'r> {
    /// From the slash on, with its query.
    pub(crate) path: &'r str,
    /// The header `Accept`.
    pub(crate) accept: Option<&'r str>,
    /// The header `Authorization`.
    pub(crate) authorization: Option<&'r str>,
}

/// A connection to a server on this machine, which stays open between
/// requests.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// How much of the answer is in the buffer, and where its body begins.
    filled: usize,
    body: usize,
}

/// How an answer begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    /// Such as 200.
    pub(crate) status: u16,
    /// How long the body is, in bytes, if the server says so.
    pub(crate) length: Option<u64>,
}

impl Connection {
    /// Connects to a port.
    pub(crate) fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            buffer: vec![0; BUFFER],
            filled: 0,
            body: 0,
        })
    }

    /// Asks, and reads how the answer begins. Its body has to be taken before
    /// the next request.
    pub(crate) fn get(&mut self, request: &Request<'_>) -> io::Result<Head> {
        let mut text = format!("GET {} HTTP/1.1\r\nHost: localhost\r\n", request.path);
        for (name, value) in [
            ("Accept", request.accept),
            ("Authorization", request.authorization),
        ] {
            if let Some(value) = value {
                text.extend([name, ": ", value, "\r\n"]);
            }
        }
        text.push_str("\r\n");
        self.stream.write_all(text.as_bytes())?;
        self.filled = 0;
        loop {
            // Little, so that most of a blob is left to be received by the
            // cheaper way.
            let end = (self.filled + 4096).min(BUFFER);
            let read = self.stream.read(&mut self.buffer[self.filled..end])?;
            self.filled += read;
            let seen = &self.buffer[..self.filled];
            if let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
                self.body = end + 4;
                return parse(&seen[..end]).ok_or_else(|| ErrorKind::InvalidData.into());
            }
            if read == 0 || self.filled == BUFFER {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Takes the whole body and forgets it.
    pub(crate) fn skip_body(&mut self, length: u64, receiving: Receiving) -> io::Result<()> {
        match receiving {
            Receiving::Copy => self.read_body(length, |_| ()),
            Receiving::Discard => {
                let mut left = length.saturating_sub((self.filled - self.body) as u64);
                while left > 0 {
                    let wanted = usize::try_from(left).map_or(BUFFER, |left| left.min(BUFFER));
                    // tcp(7): with this flag the bytes are discarded, not
                    // passed back.
                    let place = &mut self.buffer[..wanted];
                    let (_, taken) = recv(&self.stream, place, RecvFlags::TRUNC)?;
                    if taken == 0 {
                        return Err(ErrorKind::UnexpectedEof.into());
                    }
                    left -= taken as u64;
                }
                Ok(())
            }
        }
    }

    /// Shows the whole body, piece by piece.
    pub(crate) fn read_body(&mut self, length: u64, mut show: impl FnMut(&[u8])) -> io::Result<()> {
        let first = &self.buffer[self.body..self.filled];
        show(first);
        let mut left = length.saturating_sub(first.len() as u64);
        while left > 0 {
            let wanted = usize::try_from(left).map_or(BUFFER, |left| left.min(BUFFER));
            let taken = self.stream.read(&mut self.buffer[..wanted])?;
            if taken == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            show(&self.buffer[..taken]);
            left -= taken as u64;
        }
        Ok(())
    }
}

fn parse(head: &[u8]) -> Option<Head> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    Some(Head { status, length })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_how_long_the_body_is() {
        let head = parse(b"HTTP/1.1 200 OK\r\nServer: x\r\ncontent-LENGTH: 42").unwrap();
        assert_eq!((head.status, head.length), (200, Some(42)));
        let head = parse(b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked").unwrap();
        assert_eq!((head.status, head.length), (404, None));
        assert!(parse(b"nonsense").is_none());
    }
}
