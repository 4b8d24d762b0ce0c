//! The file that takes decisions while the database is away.
//!
//! One record a line, as JSON, only ever appended to. It is read back from
//! its beginning in chunks and removed when all of it has been brought in. A
//! line that was cut when the process was killed is skipped and said so.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use pullgate_store::DecisionRecord;

/// How many records are brought in at a time.
const CHUNK: usize = 1_000;

pub(crate) struct Spool {
    path: PathBuf,
    /// How much of the file has been brought in, in bytes.
    brought_in: u64,
}

/// Some records from the beginning of what is left.
pub(crate) struct Chunk {
    pub(crate) records: Vec<DecisionRecord>,
    end: u64,
}

impl Spool {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            brought_in: 0,
        }
    }

    /// Appends records and waits until they are on the disk.
    pub(crate) async fn append(&self, records: &[DecisionRecord]) -> io::Result<()> {
        let mut lines = Vec::new();
        for record in records {
            serde_json::to_writer(&mut lines, record)?;
            lines.push(b'\n');
        }
        let path = self.path.clone();
        blocking(move || append(&path, &lines)).await
    }

    /// The oldest records that have not been brought in; none if there are
    /// none left, and then there is no file either.
    pub(crate) async fn oldest(&mut self) -> io::Result<Option<Chunk>> {
        let path = self.path.clone();
        let from = self.brought_in;
        let chunk = blocking(move || read(&path, from)).await?;
        if chunk.is_none() && from > 0 {
            let path = self.path.clone();
            blocking(move || std::fs::remove_file(path)).await?;
            self.brought_in = 0;
        }
        Ok(chunk)
    }

    /// Says that a chunk has been brought in.
    pub(crate) fn done_with(&mut self, chunk: &Chunk) {
        self.brought_in = chunk.end;
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .read(true)
        .mode(0o600)
        .open(path)?;
    let before = file.metadata()?.len();
    let written = end_last_line(&mut file, before)
        .and_then(|()| file.write_all(lines))
        .and_then(|()| file.sync_data());
    if written.is_err() {
        // A full disk may have taken half a line: give it back.
        file.set_len(before)?;
    }
    written
}

/// Ends a line that was cut by a kill, so that the next is not joined to it.
fn end_last_line(file: &mut File, length: u64) -> io::Result<()> {
    if length == 0 {
        return Ok(());
    }
    let mut last = [0];
    std::os::unix::fs::FileExt::read_exact_at(file, &mut last, length - 1)?;
    if last[0] == b'\n' {
        Ok(())
    } else {
        file.write_all(b"\n")
    }
}

fn read(path: &Path, from: u64) -> io::Result<Option<Chunk>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    file.seek(SeekFrom::Start(from))?;
    let mut reader = BufReader::new(file);
    let mut end = from;
    let mut records = Vec::new();
    let mut line = Vec::new();
    while records.len() < CHUNK {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        end += length as u64;
        match serde_json::from_slice(&line) {
            Ok(record) => records.push(record),
            Err(error) => {
                tracing::error!(%error, "a line of the decision spool cannot be read and is skipped");
            }
        }
    }
    Ok((end > from).then_some(Chunk { records, end }))
}
