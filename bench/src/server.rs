use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::cpu;
use crate::docker_registry;
use crate::failure::Failure;
use crate::nginx;
use crate::peer::{EachPeer, Peer};
use crate::process::{Process, free_port};
use crate::programs::Programs;
use crate::pullgate::{self, Member};
use crate::stock::Stock;
use crate::upstream::Upstream;
use crate::workplace::Workplace;

/// A server that runs, and its own way to the upstream.
pub(crate) struct Server {
    /// Which one it is.
    pub(crate) peer: Peer,
    /// Where it listens.
    pub(crate) port: u16,
    upstream: Upstream,
    process: Process,
    /// Who pulls, where anybody is asked for.
    member: Option<Member>,
    answered: AtomicU64,
}

impl Server {
    fn start(
        peer: Peer,
        programs: &Programs,
        workplace: &Workplace,
        stock: &Arc<Stock>,
    ) -> Result<Self, Failure> {
        eprintln!("starting {}", peer.name());
        let folder = workplace.folder(peer.name())?;
        let upstream = Upstream::start(stock)?;
        let port = free_port()?;
        let (process, member) = match peer {
            Peer::Pullgate => {
                let (process, member) = pullgate::start(programs, &folder, port, upstream.port)?;
                (process, Some(member))
            }
            Peer::Nginx => (nginx::start(programs, &folder, port, upstream.port)?, None),
            Peer::DockerRegistry => (
                docker_registry::start(programs, &folder, port, upstream.port)?,
                None,
            ),
        };
        Ok(Self {
            peer,
            port,
            upstream,
            process,
            member,
            answered: AtomicU64::new(0),
        })
    }

    /// What a client presents, as the value of a header. Tokens end after some
    /// minutes, so each measurement signs in for itself.
    pub(crate) fn authorization(&self) -> Result<Option<String>, Failure> {
        let token = self.member.as_ref().map(|member| member.sign_in(self));
        token.transpose()
    }

    /// The processor time it has used, with its workers.
    pub(crate) fn cpu(&self) -> Result<Duration, Failure> {
        cpu::used_by(self.process.number())
    }

    /// How often it has asked the upstream for a path.
    pub(crate) fn asked_upstream_for(&self, path: &str) -> u32 {
        self.upstream.asked_for(path)
    }

    /// It has answered that many requests for content.
    pub(crate) fn has_answered(&self, requests: u64) {
        self.answered.fetch_add(requests, Ordering::Relaxed);
    }

    /// An answer of it is not what it should be.
    pub(crate) fn wrong(&self, path: &str, reason: &impl ToString) -> Failure {
        Failure::Answer {
            server: self.peer.name().to_owned(),
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// All servers.
pub(crate) struct Servers {
    each: EachPeer<Server>,
}

impl Servers {
    /// Starts all of them.
    pub(crate) fn start(
        programs: &Programs,
        workplace: &Workplace,
        stock: &Arc<Stock>,
    ) -> Result<Self, Failure> {
        let each = EachPeer::try_make(|peer| Server::start(peer, programs, workplace, stock))?;
        Ok(Self { each })
    }

    /// One of them.
    pub(crate) fn of(&self, peer: Peer) -> &Server {
        self.each.of(peer)
    }

    /// Looks whether Pullgate did all of its work while it was measured, and
    /// gives the number of decisions that it recorded.
    pub(crate) fn prove_that_pullgate_decided(&self) -> Result<u64, Failure> {
        let server = self.each.of(Peer::Pullgate);
        let answered = server.answered.load(Ordering::Relaxed);
        match &server.member {
            Some(member) => member.prove_that_it_decided(server, answered),
            None => Ok(0),
        }
    }
}
