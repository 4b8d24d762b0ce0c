//! nginx as Debian sets it up, with a cache as its documentation shows it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::failure::Failure;
use crate::process::{Ending, Process};
use crate::programs::Programs;

/// Starts it with its files in that folder.
pub(crate) fn start(
    programs: &Programs,
    folder: &Path,
    port: u16,
    upstream: u16,
) -> Result<Process, Failure> {
    let path = folder.join("nginx.conf");
    let text = configuration(folder, port, upstream, user());
    fs::write(&path, text).map_err(Failure::file("write", &path))?;
    let path = path.display().to_string();
    let arguments = ["-c", &path, "-g", "daemon off;"];
    Process::start(
        "nginx",
        &programs.nginx,
        &arguments,
        folder,
        port,
        // Its workers would outlive a master that is killed.
        Ending::Terminate,
    )
}

/// Workers of a master that is root would otherwise be somebody who cannot
/// write into the folder.
fn user() -> &'static str {
    match fs::metadata("/proc/self") {
        Ok(metadata) if metadata.uid() == 0 => "user root;",
        _ => "",
    }
}

/// `sendfile`, `tcp_nopush` and a worker for each processor are Debian's own.
///
/// With `reuseport` connections spread over the workers; without it one worker
/// often has all eight streams, and nginx is up to a fifth slower.
///
/// Those who wait for a lock give up after five seconds by default and go to
/// the upstream themselves; here they have all the time they need. Manifests
/// are fresh for as long as Pullgate holds tags to be, and are then served
/// while they are asked for again, as Pullgate does.
fn configuration(folder: &Path, port: u16, upstream: u16, user: &str) -> String {
    let folder = folder.display();
    format!(
        r#"{user}
worker_processes auto;
pid "{folder}/pid";
error_log "{folder}/errors" warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    client_body_temp_path "{folder}/temp-body";
    proxy_temp_path "{folder}/temp-proxy";
    fastcgi_temp_path "{folder}/temp-fastcgi";
    uwsgi_temp_path "{folder}/temp-uwsgi";
    scgi_temp_path "{folder}/temp-scgi";
    proxy_cache_path "{folder}/cache" levels=1:2 keys_zone=registry:10m
                     max_size=100g inactive=1d use_temp_path=off;
    upstream registry {{ server 127.0.0.1:{upstream}; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port} reuseport;
        location /v2/ {{
            proxy_pass http://registry;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_cache registry;
            proxy_cache_key $uri;
            proxy_cache_lock on;
            proxy_cache_lock_timeout 1h;
            proxy_cache_lock_age 1h;
            proxy_cache_valid 200 60s;
            proxy_cache_use_stale updating error timeout http_429;
            proxy_cache_background_update on;
            location ~ /blobs/ {{
                proxy_pass http://registry;
                proxy_cache_valid 200 1y;
            }}
        }}
    }}
}}
"#
    )
}
