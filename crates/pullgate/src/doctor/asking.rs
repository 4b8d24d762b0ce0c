//! Asking the agent and the Docker Engines of this machine what they do.
//!
//! What a file says is one thing, what runs another: a socket may be left by an
//! agent that was killed, and an Engine that was not told to read its
//! configuration anew asks nobody. So the plugin is asked what it is, and each
//! Engine is asked for something that the agent denies to everybody.

use std::io;
use std::path::Path;
use std::time::Duration;

use pullgate_agent::setup::PLUGIN;
use pullgate_machine::Root;
use pullgate_machine::doctor::{
    Asks, EngineHeard, EngineSaid, PLUGIN_SOCKET, PluginHeard, Running, engine_sockets,
};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::failure::Failure;
use crate::output::one_line;

/// How long each answer may take. An Engine tries for half a minute to reach a
/// plugin that is away, which nobody should wait for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes.
const LONGEST: usize = 1024 * 1024;

/// How much of what somebody says is shown, in characters.
const SHOWN: usize = 200;

/// Asks for what a plugin would want, and names none. The agent denies that to
/// everybody, whoever is signed in; an Engine that asks nobody says that this
/// names nothing, and asks no registry.
const DENIED_TO_ALL: &str = "/plugins/privileges?remote=";

/// Asks all that may run on this machine.
pub(super) async fn hear(root: &Root) -> Result<Running, Failure> {
    let mut engines = Vec::new();
    for socket in engine_sockets(root)? {
        engines.extend(engine(socket).await);
    }
    Ok(Running {
        plugin: plugin(Path::new(PLUGIN_SOCKET)).await,
        engines,
    })
}

async fn plugin(socket: &Path) -> PluginHeard {
    #[derive(Deserialize)]
    struct Activated {
        #[serde(rename = "Implements", default)]
        implements: Vec<String>,
    }
    match timeout(PATIENCE, UnixStream::connect(socket)).await {
        Ok(Ok(stream)) => {
            let owner = stream.peer_cred().map(|peer| peer.uid());
            let own = rustix::process::geteuid().as_raw();
            match owner {
                Ok(uid) if uid == 0 || uid == own => {}
                _ => return PluginHeard::Nothing("another user's program listens".to_owned()),
            }
        }
        Ok(Err(error)) => {
            return match error.kind() {
                io::ErrorKind::PermissionDenied => {
                    PluginHeard::Unasked("only root may ask it".to_owned())
                }
                _ => PluginHeard::Nothing("nobody listens".to_owned()),
            };
        }
        Err(_) => return PluginHeard::Nothing("it takes no calls".to_owned()),
    }
    let asked = async {
        let client = client(socket).map_err(|error| error.to_string())?;
        let request = client.post("http://plugin/Plugin.Activate").body("{}");
        let (status, body) = answer(request).await?;
        if status.is_success() {
            Ok(read::<Activated>(&body)?.implements)
        } else {
            Err(format!("it answers {status}"))
        }
    };
    match asked.await {
        Ok(implements) if implements.iter().any(|each| each == "authz") => PluginHeard::Answer,
        Ok(_) => PluginHeard::Nothing("what answers decides nothing".to_owned()),
        Err(why) => PluginHeard::Nothing(why),
    }
}

/// What the Engine on a socket says; nothing where none runs.
async fn engine(socket: String) -> Option<EngineHeard> {
    let connected = timeout(PATIENCE, UnixStream::connect(&socket)).await;
    let said = match connected.map(|stream| stream.map(drop)) {
        Ok(Ok(())) => say(Path::new(&socket)).await,
        Ok(Err(error)) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => return None,
            io::ErrorKind::PermissionDenied => Err("you may not talk to it".to_owned()),
            _ => Err(error.to_string()),
        },
        Err(_) => Err("it takes no calls".to_owned()),
    };
    Some(EngineHeard { socket, said })
}

async fn say(socket: &Path) -> Result<EngineSaid, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    #[derive(Default)]
    struct Info {
        server_version: Option<String>,
        http_proxy: Option<String>,
        https_proxy: Option<String>,
        no_proxy: Option<String>,
    }
    let client = client(socket).map_err(|error| error.to_string())?;
    let (status, body) = answer(client.get("http://engine/info")).await?;
    if !status.is_success() {
        return Err(format!("it answers {status}: {}", message(&body)));
    }
    let info: Info = read(&body)?;
    let address = format!("http://engine{DENIED_TO_ALL}");
    let (status, body) = answer(client.get(address)).await?;
    Ok(EngineSaid {
        version: info.server_version.unwrap_or_default(),
        asks: asks(status, &message(&body)),
        http_proxy: info.http_proxy.unwrap_or_default(),
        https_proxy: info.https_proxy.unwrap_or_default(),
        no_proxy: info.no_proxy.unwrap_or_default(),
    })
}

/// What an answer to [`DENIED_TO_ALL`] tells.
fn asks(status: StatusCode, message: &str) -> Asks {
    if message.contains(&format!("denied by plugin {PLUGIN}:")) {
        return Asks::Agent;
    }
    // Another plugin may be asked first, or one may fail. 20.10 calls it an
    // error of its own that there is no name.
    let found_no_name = message.contains("invalid reference format");
    let is_clear = !status.is_server_error() || found_no_name;
    if is_clear && !message.contains("plugin") {
        Asks::Nobody
    } else {
        Asks::Unclear(format!("it answers {status}: {message}"))
    }
}

fn client(socket: &Path) -> reqwest::Result<Client> {
    Client::builder()
        .unix_socket(socket)
        .no_proxy()
        .timeout(PATIENCE)
        .build()
}

async fn answer(request: reqwest::RequestBuilder) -> Result<(StatusCode, Vec<u8>), String> {
    let failed = |error: reqwest::Error| {
        if error.is_timeout() {
            format!("no answer after {} seconds", PATIENCE.as_secs())
        } else {
            "what answers speaks otherwise".to_owned()
        }
    };
    let mut response = request.send().await.map_err(failed)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err("it says too much".to_owned());
        }
    }
    Ok((response.status(), body))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|_| "what answers speaks otherwise".to_owned())
}

/// The sentence of an Engine's error.
fn message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Problem {
        message: String,
    }
    let text = match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => problem.message,
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    one_line(text.trim()).chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::os::unix::net::UnixListener;

    use super::*;

    /// Somebody on a socket who answers each path with a status and a body.
    fn answering(
        answers: &'static [(&'static str, &'static str, &'static str)],
    ) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("s");
        let listener = UnixListener::bind(&socket).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(&stream);
                let mut first = String::new();
                let mut length = 0;
                if reader.read_line(&mut first).is_err() {
                    continue;
                }
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
                        break;
                    }
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                }
                let _ = reader.take(length).read_to_end(&mut Vec::new());
                let path = first.split(' ').nth(1).unwrap_or_default();
                let found = answers.iter().find(|(known, ..)| *known == path);
                if let Some((_, status, body)) = found {
                    let length = body.len();
                    let _ = write!(
                        &stream,
                        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                    );
                }
            }
        });
        let socket = socket.to_str().unwrap().to_owned();
        (folder, socket)
    }

    #[tokio::test]
    async fn a_plugin_is_one_that_says_so() {
        for (answer, heard) in [
            (
                &[("/Plugin.Activate", "200 OK", r#"{"Implements":["authz"]}"#)][..],
                PluginHeard::Answer,
            ),
            (
                &[(
                    "/Plugin.Activate",
                    "200 OK",
                    r#"{"Implements":["VolumeDriver"]}"#,
                )],
                PluginHeard::Nothing("what answers decides nothing".to_owned()),
            ),
            (
                &[("/Plugin.Activate", "404 Not Found", "")],
                PluginHeard::Nothing("it answers 404 Not Found".to_owned()),
            ),
            (
                &[("/Plugin.Activate", "200 OK", "hello")],
                PluginHeard::Nothing("what answers speaks otherwise".to_owned()),
            ),
            (
                &[],
                PluginHeard::Nothing("what answers speaks otherwise".to_owned()),
            ),
        ] {
            let (_folder, socket) = answering(answer);
            assert_eq!(plugin(Path::new(&socket)).await, heard, "{answer:?}");
        }
    }

    /// What a killed agent leaves, a file in its place, and nothing at all.
    #[tokio::test]
    async fn where_nobody_listens_there_is_no_plugin() {
        let folder = tempfile::tempdir().unwrap();
        let nobody = PluginHeard::Nothing("nobody listens".to_owned());
        let killed = folder.path().join("killed");
        drop(UnixListener::bind(&killed).unwrap());
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for path in [killed, file, folder.path().join("nothing")] {
            assert_eq!(plugin(&path).await, nobody, "{}", path.display());
            let path = path.to_str().unwrap().to_owned();
            let heard = engine(path).await;
            assert!(heard.is_none_or(|heard| heard.said.is_err()));
        }
    }

    #[tokio::test]
    async fn an_engine_says_what_it_is_and_shows_whom_it_asks() {
        const INFO: (&str, &str, &str) = (
            "/info",
            "200 OK",
            r#"{"ServerVersion":"29.2.1","HttpsProxy":"http://127.0.0.1:9","NoProxy":null}"#,
        );
        let (_folder, socket) = answering(&[
            INFO,
            (
                DENIED_TO_ALL,
                "403 Forbidden",
                r#"{"message":"authorization denied by plugin pullgate: Sign in required! Run: pullgate login"}"#,
            ),
        ]);
        let heard = engine(socket).await.unwrap();
        assert_eq!(
            heard.said,
            Ok(EngineSaid {
                version: "29.2.1".to_owned(),
                asks: Asks::Agent,
                https_proxy: "http://127.0.0.1:9".to_owned(),
                ..EngineSaid::default()
            })
        );
        let (_folder, silent) = answering(&[INFO]);
        assert!(engine(silent).await.unwrap().said.is_err());
        let (_folder, closed) = answering(&[("/info", "403 Forbidden", "{\"message\":\"no\"}")]);
        let heard = engine(closed).await.unwrap();
        assert_eq!(heard.said, Err("it answers 403 Forbidden: no".to_owned()));
    }

    #[test]
    fn only_the_agent_s_own_denial_shows_that_it_is_asked() {
        let bad = StatusCode::BAD_REQUEST;
        let no_name = "invalid reference format";
        assert_eq!(asks(bad, no_name), Asks::Nobody);
        // As 20.10 says it.
        assert_eq!(
            asks(StatusCode::INTERNAL_SERVER_ERROR, no_name),
            Asks::Nobody
        );
        assert_eq!(asks(StatusCode::OK, ""), Asks::Nobody);
        let other = "authorization denied by plugin pullgate-2: no";
        for (status, message) in [
            (StatusCode::FORBIDDEN, other),
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "plugin pullgate failed with error",
            ),
        ] {
            let told = asks(status, message);
            assert!(matches!(told, Asks::Unclear(why) if why.contains(message)));
        }
    }
}
