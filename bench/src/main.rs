//! Pullgate beside nginx and docker-registry: `cargo xtask bench`.
//!
//! # What is measured
//!
//! Three servers run at the same time as pull-through caches of one upstream:
//! Pullgate, Debian's nginx with `proxy_cache`, `proxy_cache_lock` and
//! `sendfile`, and Debian's docker-registry as a proxy. Pullgate works as it
//! always does: a member signs in and presents a bearer token, Image Access
//! Management is on, and every request is decided and recorded. The two others
//! ask nobody who they are, and nginx keeps no log of requests.
//!
//! - **Warm blob**: a cached blob, downloaded by several connections at once.
//! - **Warm manifest**: a cached manifest by its tag, asked for by `wrk`.
//! - **Cold blob**: a blob that no server has seen, asked for by many clients
//!   at the same moment. What counts is how often the upstream is asked, and
//!   when the last client has everything. nginx asks once too, but lets nobody
//!   else begin before it has all of the blob.
//!
//! The upstream is a small registry inside this program, which sends files by
//! `sendfile`; each server reaches it by a port of its own, which is how
//! requests are counted. Clients, upstream and servers share one machine and
//! its loopback network.
//!
//! # How to read it
//!
//! The servers take turns within each round, in an order that moves on from
//! round to round, so that what disturbs the machine disturbs all of them
//! alike. The first round is not counted. A figure is the median of its rounds, and a
//! ratio is one of two medians. The processor time of a server, from
//! `/proc/PID/stat` with all of its workers, is the sturdiest figure: it hardly
//! depends on what else the machine does, while throughput does. The clients
//! discard blobs inside the kernel, so that they take little of the processors
//! that the servers need; they are nearer to remote clients that way.
//! `--clients copy` makes them read into a buffer instead. At the end Pullgate
//! has to show that it recorded a decision for every request, and that it
//! refuses those without a token and images that its policy does not allow; if
//! not, there is no result.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this program is for"
)]

mod clients;
mod contest;
mod cpu;
mod docker_registry;
mod failure;
mod http;
mod load;
mod machine;
mod nginx;
mod options;
mod peer;
mod process;
mod programs;
mod pullgate;
mod report;
mod scenario;
mod server;
mod stock;
mod tally;
mod upstream;
mod workplace;
mod wrk;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use contest::Contest;
use failure::Failure;
use machine::Machine;
use options::Options;
use programs::Programs;
use report::Report;
use server::Servers;
use stock::Stock;
use workplace::Workplace;

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(report) => {
            print!("{}", report.show(options.format));
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("pullgate-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<Report, Failure> {
    let programs = Programs::find(options)?;
    let workplace = Workplace::open(options)?;
    let machine = Machine::look(&workplace)?;
    let stock = Arc::new(Stock::new(&workplace)?);
    let servers = Servers::start(&programs, &workplace, &stock)?;
    let scenarios = scenario::chosen(options, &programs, &workplace, &stock)?;
    let (results, load) = load::beside(|| Contest::new(options.rounds()).run(scenarios, &servers))?;
    let decisions = servers.prove_that_pullgate_decided()?;
    Ok(Report {
        machine,
        versions: programs.versions,
        rounds: options.rounds(),
        clients: options.clients,
        load,
        decisions,
        results,
    })
}
