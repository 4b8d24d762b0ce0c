use std::fs;
use std::thread;

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::workplace::Workplace;

/// What the figures were measured on.
pub(crate) struct Machine {
    cores: usize,
    processor: String,
    kernel: String,
    file_system: String,
}

impl Machine {
    /// This one.
    pub(crate) fn look(workplace: &Workplace) -> Result<Self, Failure> {
        let cores =
            thread::available_parallelism().map_err(Failure::system("count the processors"))?;
        let uname = rustix::system::uname();
        Ok(Self {
            cores: cores.get(),
            processor: processor().unwrap_or_else(|| "unknown processor".to_owned()),
            kernel: uname.release().to_string_lossy().into_owned(),
            file_system: workplace.file_system().to_owned(),
        })
    }

    /// In a line.
    pub(crate) fn line(&self) -> String {
        format!(
            "{} × {}, Linux {}, {}",
            self.cores, self.processor, self.kernel, self.file_system
        )
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        json!({
            "cores": self.cores,
            "processor": self.processor,
            "kernel": self.kernel,
            "file_system": self.file_system,
        })
    }
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
