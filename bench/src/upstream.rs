//! The registry that everything is pulled from: as small and as fast as can
//! be, so that it is not what is measured.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::fs::sendfile;

use crate::failure::Failure;
use crate::stock::{MANIFEST_TYPE, REPOSITORY, Stock};

/// The most that is sent at once.
const PIECE: u64 = 4 << 20;

/// A way into the upstream for one server.
pub(crate) struct Upstream {
    /// Its port.
    pub(crate) port: u16,
    asked: Arc<Asked>,
}

/// How often each path was asked for.
#[derive(Default)]
struct Asked(Mutex<HashMap<String, u32>>);

impl Asked {
    fn note(&self, path: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(path.to_owned()).or_default() += 1;
    }
}

impl Upstream {
    /// Opens it. It is there until the program ends.
    pub(crate) fn start(stock: &Arc<Stock>) -> Result<Self, Failure> {
        let failed = "listen on the loopback network";
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Failure::system(failed))?;
        let port = listener
            .local_addr()
            .map_err(Failure::system(failed))?
            .port();
        let asked = Arc::new(Asked::default());
        let (counted, stock) = (Arc::clone(&asked), Arc::clone(stock));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (counted, stock) = (Arc::clone(&counted), Arc::clone(&stock));
                // A client that goes away is no concern of the others.
                thread::spawn(move || drop(talk(&stream, &counted, &stock)));
            }
        });
        Ok(Self { port, asked })
    }

    /// How often a path was asked for, by `GET` and by `HEAD`.
    pub(crate) fn asked_for(&self, path: &str) -> u32 {
        let counts = self.asked.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(path).copied().unwrap_or(0)
    }
}

/// Answers one request after the other.
fn talk(stream: &TcpStream, asked: &Asked, stock: &Stock) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream);
    loop {
        let mut first = String::new();
        lines.read_line(&mut first)?;
        let mut header = String::new();
        // What a client says besides changes nothing here.
        while lines.read_line(&mut header)? > 2 {
            header.clear();
        }
        let mut words = first.split(' ');
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Ok(());
        };
        asked.note(path);
        answer(stream, method, path, stock)?;
    }
}

fn answer(mut stream: &TcpStream, method: &str, path: &str, stock: &Stock) -> io::Result<()> {
    let rest = path
        .strip_prefix("/v2/")
        .and_then(|rest| rest.strip_prefix(REPOSITORY))
        .unwrap_or_default();
    let mut answer = Vec::with_capacity(2048);
    if let Some(blob) = rest
        .strip_prefix("/blobs/")
        .and_then(|digest| stock.blob(digest))
    {
        head(
            &mut answer,
            "application/octet-stream",
            &blob.digest,
            blob.size,
        )?;
        stream.write_all(&answer)?;
        return match method {
            "GET" => send(stream, &File::open(&blob.file)?, blob.size),
            _ => Ok(()),
        };
    }
    if rest.starts_with("/manifests/") {
        let manifest = stock.manifest();
        head(
            &mut answer,
            MANIFEST_TYPE,
            &manifest.digest,
            manifest.bytes.len() as u64,
        )?;
        if method == "GET" {
            answer.extend_from_slice(&manifest.bytes);
        }
    } else if path == "/v2/" {
        answer.extend_from_slice(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    } else {
        answer.extend_from_slice(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    }
    stream.write_all(&answer)
}

fn head(answer: &mut Vec<u8>, media_type: &str, digest: &str, size: u64) -> io::Result<()> {
    write!(
        answer,
        "HTTP/1.1 200 OK\r\nDocker-Distribution-Api-Version: registry/2.0\r\n\
         Content-Type: {media_type}\r\nContent-Length: {size}\r\n\
         Docker-Content-Digest: {digest}\r\nEtag: \"{digest}\"\r\n\r\n"
    )
}

fn send(stream: &TcpStream, file: &File, size: u64) -> io::Result<()> {
    let mut offset = 0;
    while offset < size {
        let piece = usize::try_from((size - offset).min(PIECE)).unwrap_or(usize::MAX);
        if sendfile(stream, file, Some(&mut offset), piece)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}
