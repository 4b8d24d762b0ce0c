//! A Docker Engine that asks the agent before each call.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::engine_call::{EngineAnswer, call};
use crate::{Dockerd, Engine, Folder, Outcome, Person, Process, Shelter, Site, pullgate};
use crate::{run, run_with_input};

/// Where every Engine looks for plugins.
const PLUGINS: &str = "/run/docker/plugins";

/// `pullgate agent run`, and an Engine of its own that asks it.
#[derive(Debug)]
pub struct Agent {
    /// The Engine.
    pub engine: Arc<Dockerd>,
    name: String,
    folder: Folder,
    server: String,
    process: Process,
}

/// What can be different about an agent.
#[derive(Clone, Debug)]
pub struct AgentSetting {
    /// The organizations of which somebody has to be signed in; none for no
    /// such file.
    pub demanded: Option<&'static str>,
    /// More settings, as lines of the file.
    pub settings: &'static str,
    /// More settings, in the table `[calls]`.
    pub calls: &'static str,
}

impl Default for AgentSetting {
    fn default() -> Self {
        Self {
            demanded: Some(r#"{"allowedOrgs":["acme"]}"#),
            settings: "",
            calls: "",
        }
    }
}

impl Agent {
    /// Starts both, for a site's server, with the machine's own Engine.
    pub fn start(site: &Site, setting: &AgentSetting) -> Self {
        Self::start_on(Engine::Own, site, setting)
    }

    /// Starts both with that Engine.
    pub fn start_on(engine: Engine, site: &Site, setting: &AgentSetting) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pge-{}-{number}", std::process::id());
        let folder = Folder::new("agent");
        let server = site.gateway.public_url();
        if let Some(demanded) = setting.demanded {
            folder.write("registry.json", demanded);
        }
        // The Engine's socket is known before there is an Engine, for the agent
        // has to answer by then.
        let socket = folder.join("engine.sock");
        folder.write(
            "agent.toml",
            format!(
                "server = '{server}'\nallowed_orgs = '{}'\nengine = '{}'\n\
                 plugin_socket = '{PLUGINS}/{name}.sock'\nlogin_socket = '{}'\n\
                 state = '{}'\n{}\n[calls]\n{}\n",
                folder.join("registry.json").display(),
                socket.display(),
                folder.join("login.sock").display(),
                folder.join("state").display(),
                setting.settings,
                setting.calls,
            ),
        );
        let process = serve(&folder, &name);
        let dockerd = Dockerd::start_with(
            engine,
            &[
                format!("--authorization-plugin={name}"),
                format!("--host=unix://{}", socket.display()),
            ],
        );
        Self {
            engine: dockerd,
            name,
            folder,
            server,
            process,
        }
    }

    /// The running agent.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Ends the agent and starts it again; the Engine goes on.
    pub fn restart(&mut self) {
        self.process.stop();
        self.process = serve(&self.folder, &self.name);
    }

    /// What the Engine says before the plugin's sentence.
    pub fn denied(&self, sentence: &str) -> String {
        format!("authorization denied by plugin {}: {sentence}", self.name)
    }

    /// Writes the file that demands a sign-in anew, or takes it away.
    pub fn demand(&self, text: Option<&str>) {
        match text {
            Some(text) => drop(self.folder.write("registry.json", text)),
            None => fs::remove_file(self.folder.join("registry.json")).expect("it is there"),
        }
    }

    /// `pullgate login`, as a user of this machine.
    pub fn sign_in(&self, person: &Person) -> Outcome {
        let mut command = self.pullgate(&person.home);
        command
            .args(["login", &self.server, "-u", &person.username])
            .arg("--password-stdin");
        run_with_input(&command, &person.secret)
    }

    /// `pullgate logout`.
    pub fn sign_out(&self, person: &Person) -> Outcome {
        run(self.pullgate(&person.home).arg("logout"))
    }

    /// `pullgate agent status`, for a program.
    pub fn status(&self) -> serde_json::Value {
        let mut command = self.pullgate("status");
        command.args(["agent", "status", "--format", "json"]);
        let text = run(&command).text().to_owned();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// A command of this machine's, of somebody with a folder of that name.
    pub fn pullgate(&self, home: &str) -> Command {
        let mut command = pullgate();
        command
            .env("XDG_CONFIG_HOME", self.folder.subfolder(home))
            .env("PULLGATE_AGENT_SOCKET", self.folder.join("login.sock"));
        command
    }

    /// `docker`, as somebody.
    pub fn docker(&self, person: &Person, arguments: &[&str]) -> Outcome {
        run(self.engine.command(&person.home).args(arguments))
    }

    /// `docker login` at a site's gateway.
    pub fn docker_login(&self, person: &Person, gateway: &str) -> Outcome {
        let mut command = self.engine.command(&person.home);
        command
            .args(["login", "--username", &person.username, "--password-stdin"])
            .arg(gateway);
        run_with_input(&command, &person.secret)
    }

    /// `pullgate login` and `docker login` at a site's gateway.
    pub fn sign_in_to_both(&self, site: &Site, person: &Person) {
        self.sign_in(person).expect_success();
        self.docker_login(person, &site.gateway.address())
            .expect_success();
    }

    /// The address of a call, of the Engine's own version of its API.
    pub fn uri(&self, path: &str) -> String {
        format!("/v{}{path}", self.engine.api())
    }

    /// A call as it stands.
    pub fn call(
        &self,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> EngineAnswer {
        call(&self.engine.socket(), method, uri, headers, body)
    }

    /// The agent's folder: settings, state and log.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.process.kill();
        // What a killed agent leaves is nobody else's.
        let _ = fs::remove_file(socket(&self.name));
    }
}

fn socket(name: &str) -> PathBuf {
    PathBuf::from(format!("{PLUGINS}/{name}.sock"))
}

fn serve(folder: &Folder, name: &str) -> Process {
    let mut command = pullgate();
    command
        .args(["agent", "run", "--settings"])
        .arg(folder.join("agent.toml"));
    let process = Process::start("agent", &command, Shelter::None, folder);
    process.wait_until("answering", || {
        std::os::unix::net::UnixStream::connect(socket(name)).is_ok()
    });
    process
}
