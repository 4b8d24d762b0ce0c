//! Requests as fast as a server answers them, made by `wrk`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::programs::Programs;
use crate::server::Server;
use crate::workplace::Workplace;

/// How many threads of `wrk` there are. One is quicker than any of the
/// servers, but then it can be kept waiting by what else its processor does.
const THREADS: u32 = 2;

/// How many connections they keep busy.
pub(crate) const CONNECTIONS: u32 = 32;

/// What is printed at the end, for this program to read: requests, seconds,
/// what went wrong, and two percentiles of the latency in seconds.
const SCRIPT: &str = r#"
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("figures %d %.6f %d %.6f %.6f\n",
    summary.requests, summary.duration / 1e6,
    e.status + e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
"#;

/// `wrk`, ready to be used.
pub(crate) struct Wrk {
    program: PathBuf,
    script: PathBuf,
}

/// What it found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Answers {
    /// How many there were.
    pub(crate) count: u64,
    /// In how many seconds.
    pub(crate) seconds: f64,
    /// Half of them took no longer than this, in seconds.
    pub(crate) p50: f64,
    /// All but one in a hundred took no longer than this, in seconds.
    pub(crate) p99: f64,
}

impl Answers {
    /// How many there were in a second.
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn per_second(&self) -> f64 {
        self.count as f64 / self.seconds
    }
}

impl Wrk {
    /// Lays its script down.
    pub(crate) fn new(programs: &Programs, workplace: &Workplace) -> Result<Self, Failure> {
        let script = workplace.folder("wrk")?.join("figures.lua");
        fs::write(&script, SCRIPT).map_err(Failure::file("write", &script))?;
        Ok(Self {
            program: programs.wrk.clone(),
            script,
        })
    }

    /// Asks for one path again and again.
    pub(crate) fn ask(
        &self,
        server: &Server,
        path: &str,
        accept: &str,
        time: Duration,
    ) -> Result<Answers, Failure> {
        let mut command = Command::new(&self.program);
        command
            .arg(format!("--threads={THREADS}"))
            .arg(format!("--connections={CONNECTIONS}"))
            .arg(format!("--duration={}s", time.as_secs()))
            .arg("--script")
            .arg(&self.script)
            .arg(format!("--header=Accept: {accept}"));
        if let Some(authorization) = server.authorization()? {
            command.arg(format!("--header=Authorization: {authorization}"));
        }
        command.arg(format!("http://127.0.0.1:{}{path}", server.port));
        let output = command
            .output()
            .map_err(Failure::file("start", &self.program))?;
        let text = String::from_utf8_lossy(&output.stdout);
        match parse(&text) {
            Some((answers, 0)) if answers.count > 0 => {
                server.has_answered(answers.count);
                Ok(answers)
            }
            Some((_, wrong)) => {
                Err(server.wrong(path, &format!("{wrong} requests had no good answer")))
            }
            None => {
                let errors = String::from_utf8_lossy(&output.stderr);
                Err(Failure::program("wrk", format!("{text}{errors}")))
            }
        }
    }
}

fn parse(text: &str) -> Option<(Answers, u64)> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("figures "))?;
    let fields: Vec<&str> = line.split(' ').collect();
    let figure = |index: usize| fields.get(index)?.parse::<f64>().ok();
    let answers = Answers {
        count: fields.first()?.parse().ok()?,
        seconds: figure(1)?,
        p50: figure(3)?,
        p99: figure(4)?,
    };
    Some((answers, fields.get(2)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_among_what_else_wrk_says() {
        let text = "Running 5s test\n  Requests/sec: 5\nfigures 120 2.000000 3 0.000500 0.010000\n";
        let (answers, wrong) = parse(text).unwrap();
        assert_eq!(wrong, 3);
        assert!((answers.per_second() - 60.0).abs() < 1e-9);
        assert!((answers.p99 - 0.01).abs() < 1e-9);
        assert!(parse("unable to connect").is_none());
    }
}
