//! The agent at work.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::agent::{Agent, StartError};
use crate::socket::{For, Socket};
use crate::{login_socket, plugin};

/// The most connections that are served at once on a socket. More wait in the
/// system's queue.
const MOST: usize = 1024;

/// How long nobody is let in after the system could not.
const BREATH: Duration = Duration::from_millis(100);

impl Agent {
    /// Answers the Engine and the people of this machine until `end` comes.
    /// `ready` is told when it does.
    pub async fn run(
        self: Arc<Self>,
        ready: impl FnOnce(),
        end: impl Future<Output = ()>,
    ) -> Result<(), StartError> {
        let plugin = Socket::bind(&self.settings.plugin_socket, For::Owner).await?;
        let login = Socket::bind(&self.settings.login_socket, For::Everybody).await?;
        ready();
        let engine = accept(&plugin, &self, plugin::serve);
        let people = accept(&login, &self, login_socket::serve);
        tokio::select! {
            () = end => {}
            () = engine => {}
            () = people => {}
            () = self.follow() => {}
        }
        Ok(())
    }
}

/// Lets connections in, for as long as it runs; they end with it.
async fn accept<F>(socket: &Socket, agent: &Arc<Agent>, serve: fn(Arc<Agent>, UnixStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(MOST));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match socket.listener.accept().await {
            Ok((stream, _)) => {
                let serving = serve(Arc::clone(agent), stream);
                connections.spawn(async move {
                    serving.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::error!(%error, "a connection cannot be accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}
