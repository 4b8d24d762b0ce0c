//! People sign in on this machine.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use pullgate_identity::Secret;
use tokio::net::UnixStream;

use crate::agent::Agent;
use crate::demand::Demand;
use crate::local::{self, Heard, Said, SignedIn, Status};
use crate::server::AskError;
use crate::session::Session;

/// How long somebody may take to say what they want.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers one who has connected.
pub(crate) async fn serve(agent: Arc<Agent>, mut stream: UnixStream) {
    let Ok(peer) = stream.peer_cred() else { return };
    let Some(_visit) = agent.visitors.enter(peer.uid()) else {
        return;
    };
    let said = tokio::time::timeout(PATIENCE, local::read(&mut stream)).await;
    let Ok(Ok(said)) = said else { return };
    let heard = agent.hear(peer.uid(), said).await;
    // Whoever asked may have gone away.
    let _ = local::write(&mut stream, &heard).await;
}

impl Agent {
    async fn hear(&self, uid: u32, said: Said) -> Heard {
        match said {
            Said::SignIn { server, token } => self.sign_in(uid, &server, token.into()).await,
            Said::SignOut => {
                if let Some(session) = self.sessions.remove(uid) {
                    tracing::info!(uid, person = %session.person(), "signed out on this machine");
                }
                Heard::SignedOut
            }
            Said::Status => Heard::Status(self.status()),
        }
    }

    async fn sign_in(&self, uid: u32, server: &str, token: Secret) -> Heard {
        let problem = |message: String| Heard::Problem { message };
        let ours = self.server.address();
        if server != ours {
            return problem(format!(
                "the agent of this machine asks {ours}, and knows nothing of {server}; sign in with: pullgate login {ours}"
            ));
        }
        let signed = match self.server.bundle(&token).await {
            Ok(signed) => signed,
            Err(AskError::Unreachable(why) | AskError::Away(why)) => {
                return problem(format!(
                    "the agent of this machine cannot reach {ours}: {why}"
                ));
            }
            Err(AskError::SignedOut(why) | AskError::Refused(why)) => return problem(why),
        };
        match Session::new(uid, Timestamp::now(), token, signed) {
            Ok(session) => {
                let signed_in = told(&session, &self.demand.now());
                tracing::info!(uid, person = %session.person(), counts = signed_in.counts, "signed in on this machine");
                self.sessions.put(session);
                Heard::SignedIn(signed_in)
            }
            Err(error) => problem(format!("what {ours} has sent cannot be used: {error}")),
        }
    }

    fn status(&self) -> Status {
        let demand = self.demand.now();
        let (demanded, unusable) = match &*demand {
            Demand::Nothing => (None, None),
            Demand::OneOf(names) => (Some(names.clone()), None),
            Demand::Unusable(why) => (None, Some(why.clone())),
        };
        let people = self.sessions.all();
        Status {
            server: self.server.address().to_owned(),
            demanded,
            unusable,
            people: people.iter().map(|one| told(one, &demand)).collect(),
            asked: self.asked.load(Ordering::Relaxed),
        }
    }
}

/// What is said of somebody who is signed in.
fn told(session: &Session, demand: &Demand) -> SignedIn {
    let until = session.ends_at();
    SignedIn {
        uid: session.uid,
        person: session.person().clone(),
        since: session.since,
        until,
        organizations: session.organizations().cloned().collect(),
        counts: Timestamp::now() < until && demand.is_met_by(session.organizations()),
    }
}
