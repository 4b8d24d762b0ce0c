use std::ffi::OsStr;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::failure::Failure;

/// How long a server may take to start, and to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server's process. It ends with this value, and with this program however
/// that ends.
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
    ending: Ending,
}

/// How a process is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// At once.
    Kill,
    /// By asking, since it has to end processes of its own.
    Terminate,
}

impl Process {
    /// Starts a program with its output in a file of that folder, and waits
    /// until it listens on a port.
    pub(crate) fn start<A: AsRef<OsStr>>(
        name: &'static str,
        program: &Path,
        arguments: &[A],
        folder: &Path,
        port: u16,
        ending: Ending,
    ) -> Result<Self, Failure> {
        let log = folder.join("log");
        let file = File::create(&log).map_err(Failure::file("make", &log))?;
        let errors = file.try_clone().map_err(Failure::file("make", &log))?;
        // The kernel sends the signal when the thread ends that started the
        // process, so servers are started by the main thread.
        let signal = match ending {
            Ending::Kill => "KILL",
            Ending::Terminate => "TERM",
        };
        let child = Command::new("setpriv")
            .args(["--pdeathsig", signal, "--"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            .spawn()
            .map_err(Failure::file("start", program))?;
        let mut process = Self {
            name,
            child,
            log,
            ending,
        };
        process.wait_until_it_listens(port)?;
        Ok(process)
    }

    /// Its number.
    pub(crate) fn number(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_it_listens(&mut self, port: u16) -> Result<(), Failure> {
        let begin = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let ended = self
                .child
                .try_wait()
                .map_err(Failure::system("wait for a server"))?;
            if ended.is_some() || begin.elapsed() > PATIENCE {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                return Err(Failure::program(
                    self.name,
                    format!("it did not start:\n{log}"),
                ));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn end_in_order(&mut self) {
        let Ok(number) = i32::try_from(self.child.id()) else {
            return;
        };
        let Some(pid) = Pid::from_raw(number) else {
            return;
        };
        if kill_process(pid, Signal::TERM).is_err() {
            return;
        }
        let begin = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && begin.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.ending == Ending::Terminate {
            self.end_in_order();
        }
        // It may have ended, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port of the loopback network that is free just now.
pub(crate) fn free_port() -> Result<u16, Failure> {
    let failed = "find a free port";
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Failure::system(failed))?;
    let address = listener.local_addr().map_err(Failure::system(failed))?;
    Ok(address.port())
}
