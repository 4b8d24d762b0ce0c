use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::tally::Tally;

/// How much of a step's output is shown while all goes well.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Detail {
    /// One line for each step.
    Brief,
    /// All of it.
    All,
}

/// What a person sees of one step.
pub(crate) struct Display {
    title: String,
    detail: Detail,
    started: Instant,
    drawn: Instant,
    terminal: bool,
    output: Vec<u8>,
}

/// How much of the output is shown of a step that fails.
const SHOWN_LINES: usize = 150;
/// Without a terminal, how often a long step says that it is still there.
const SIGN_OF_LIFE: Duration = Duration::from_mins(1);
const REDRAW: Duration = Duration::from_millis(200);

impl Display {
    pub(crate) fn start(number: usize, of: usize, title: &str, detail: Detail) -> Self {
        let title = format!("[{number}/{of}] {title}");
        let terminal = std::io::stdout().is_terminal() && detail == Detail::Brief;
        if !terminal {
            println!("{title} …");
        }
        let now = Instant::now();
        Self {
            title,
            detail,
            started: now,
            drawn: now,
            terminal,
            output: Vec::new(),
        }
    }

    pub(crate) fn output(&mut self, news: &[u8]) {
        if self.detail == Detail::All {
            let mut out = std::io::stdout();
            // A closed terminal is no reason to stop the work.
            let _ = out.write_all(news).and_then(|()| out.flush());
        }
        self.output.extend_from_slice(news);
    }

    pub(crate) fn tick(&mut self) {
        let seconds = self.started.elapsed().as_secs();
        if self.terminal && self.drawn.elapsed() >= REDRAW {
            let text = String::from_utf8_lossy(&self.output);
            let last = text.lines().rev().find(|line| !line.trim().is_empty());
            let last: String = last
                .unwrap_or_default()
                .trim()
                .chars()
                .filter(|letter| !letter.is_control())
                .take(60)
                .collect();
            print!("\r\x1b[K{} … {seconds} s  {last}", self.title);
            let _ = std::io::stdout().flush();
            self.drawn = Instant::now();
        } else if !self.terminal && self.drawn.elapsed() >= SIGN_OF_LIFE {
            println!("{} … {seconds} s", self.title);
            self.drawn = Instant::now();
        }
    }

    pub(crate) fn passed(self, tests: Tally) {
        let count = if tests.is_empty() {
            String::new()
        } else {
            format!(", {} tests", tests.passed)
        };
        self.end(&format!("passed{count}"));
    }

    pub(crate) fn failed(self, why: &str) {
        if self.detail == Detail::Brief {
            if self.terminal {
                print!("\r\x1b[K");
            }
            let text = String::from_utf8_lossy(&self.output).into_owned();
            let lines: Vec<&str> = text.lines().collect();
            for line in &lines[lines.len().saturating_sub(SHOWN_LINES)..] {
                println!("    {line}");
            }
        }
        self.end(&format!("failed: {why}"));
    }

    fn end(self, how: &str) {
        let start = if self.terminal { "\r\x1b[K" } else { "" };
        println!(
            "{start}{} {how} ({:.1} s)",
            self.title,
            self.started.elapsed().as_secs_f64()
        );
    }
}
