//! Many clients of one blob at the same moment.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{Context, SHA256};

use crate::failure::Failure;
use crate::http::{Connection, Request};
use crate::options::Receiving;
use crate::server::Server;
use crate::stock::{Blob, name};

/// What clients do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowd {
    /// How many there are, each with a connection of its own.
    pub(crate) clients: usize,
    /// How often each downloads the blob, one after the other.
    pub(crate) downloads: u32,
    /// What they do with the bytes.
    pub(crate) receiving: Receiving,
}

/// How it went for the last of the clients, from the moment when all began.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// Until its first answer began.
    pub(crate) first_byte: Duration,
    /// Until it had everything.
    pub(crate) everything: Duration,
}

impl Crowd {
    /// Has all of them begin at once.
    pub(crate) fn download(self, server: &Server, blob: &Blob) -> Result<Times, Failure> {
        let authorization = server.authorization()?;
        let path = blob.path();
        let request = Request {
            path: &path,
            accept: None,
            authorization: authorization.as_deref(),
        };
        // Connected before it begins: what is measured is the answering.
        let start = Barrier::new(self.clients);
        let times: Result<Vec<Times>, Failure> = thread::scope(|scope| {
            let clients: Vec<_> = (0..self.clients)
                .map(|_| scope.spawn(|| self.one(server, blob, &request, &start)))
                .collect();
            let joined = clients.into_iter().map(|client| {
                client
                    .join()
                    .unwrap_or_else(|_| Err(Failure::program("a client", "it panicked")))
            });
            joined.collect()
        });
        let times = times?;
        server.has_answered(times.len() as u64 * u64::from(self.downloads));
        Ok(times.into_iter().fold(Times::default(), |last, one| Times {
            first_byte: last.first_byte.max(one.first_byte),
            everything: last.everything.max(one.everything),
        }))
    }

    fn one(
        self,
        server: &Server,
        blob: &Blob,
        request: &Request<'_>,
        start: &Barrier,
    ) -> Result<Times, Failure> {
        let connection = Connection::open(server.port);
        // Everybody has to come here, or the others would wait for ever.
        start.wait();
        let begin = Instant::now();
        let mut times = Times::default();
        let mut connection = connection.map_err(|error| server.wrong(request.path, &error))?;
        for download in 0..self.downloads {
            let length = begin_blob(&mut connection, server, blob, request)?;
            if download == 0 {
                times.first_byte = begin.elapsed();
            }
            connection
                .skip_body(length, self.receiving)
                .map_err(|error| server.wrong(request.path, &error))?;
        }
        times.everything = begin.elapsed();
        Ok(times)
    }
}

/// Downloads a blob once, and looks whether every byte is right.
pub(crate) fn verify(server: &Server, blob: &Blob) -> Result<(), Failure> {
    let authorization = server.authorization()?;
    let path = blob.path();
    let request = Request {
        path: &path,
        accept: None,
        authorization: authorization.as_deref(),
    };
    let wrong = |error| server.wrong(&path, &error);
    let mut connection = Connection::open(server.port).map_err(wrong)?;
    let length = begin_blob(&mut connection, server, blob, &request)?;
    let mut context = Context::new(&SHA256);
    connection
        .read_body(length, |piece| context.update(piece))
        .map_err(wrong)?;
    let found = name(&context.finish());
    if found == blob.digest {
        Ok(())
    } else {
        Err(server.wrong(&path, &format!("the content has the digest {found}")))
    }
}

fn begin_blob(
    connection: &mut Connection,
    server: &Server,
    blob: &Blob,
    request: &Request<'_>,
) -> Result<u64, Failure> {
    let head = connection
        .get(request)
        .map_err(|error| server.wrong(request.path, &error))?;
    if head.status == 200 && head.length == Some(blob.size) {
        Ok(blob.size)
    } else {
        let found = format!("status {}, length {:?}", head.status, head.length);
        Err(server.wrong(request.path, &found))
    }
}
