use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Folder, Process, Shelter, free_port, tool};

/// Debian's nginx in front of two gateways, configured as docs/replicas.md
/// shows it.
#[derive(Debug)]
pub struct Balancer {
    port: u16,
    process: Process,
    _folder: Folder,
}

impl Balancer {
    /// Shares requests out to two gateways. Each answer is slowed down to so
    /// many bytes in a second, if any number is given.
    pub fn start(gateways: [u16; 2], bytes_per_second: Option<u32>) -> Self {
        let folder = Folder::new("nginx");
        let port = free_port();
        let slowly = bytes_per_second.map_or(String::new(), |rate| format!("limit_rate {rate};"));
        let mut documented = documented()
            .replace(
                "listen 443 ssl;",
                &format!("listen 127.0.0.1:{port}; {slowly}"),
            )
            .lines()
            .filter(|line| !line.trim_start().starts_with("ssl_"))
            .collect::<Vec<_>>()
            .join("\n");
        for (number, gateway) in gateways.into_iter().enumerate() {
            let shown = format!("10.0.0.1{}:5000", number + 1);
            assert!(documented.contains(&shown), "{documented}");
            documented = documented.replace(&shown, &format!("127.0.0.1:{gateway}"));
        }
        let path = folder.path().display();
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary: Vec<String> = kinds
            .iter()
            .map(|kind| format!("{kind}_temp_path {path}/{kind};"))
            .collect();
        let config = folder.write(
            "nginx.conf",
            format!(
                "user root;\nworker_processes 2;\ndaemon off;\npid {path}/pid;\n\
                 error_log stderr warn;\nevents {{ worker_connections 2048; }}\n\
                 http {{\naccess_log off;\n{}\n{documented}\n}}\n",
                temporary.join("\n"),
            ),
        );
        let mut command = Command::new(tool("nginx", "nginx-light"));
        command.arg("-c").arg(config);
        // Its workers would outlive a master that is killed.
        let process = Process::start("nginx", &command, Shelter::Namespaces, &folder);
        process.wait_until("listening", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self {
            port,
            process,
            _folder: folder,
        }
    }

    /// The port that clients talk to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The running server.
    pub fn process(&self) -> &Process {
        &self.process
    }
}

/// The part of the guide that people copy.
fn documented() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/replicas.md");
    let text = fs::read_to_string(page).expect("the guide can be read");
    let from = text.split_once("```nginx\n").expect("it shows nginx").1;
    from.split_once("```").expect("it ends").0.to_owned()
}
