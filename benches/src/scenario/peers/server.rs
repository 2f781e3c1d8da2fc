//! The servers, and how each is started.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::super::real_link::{build, release};
use crate::subject::LARGE;

/// The package of Rust stacks with an HTTP/2 of their own.
const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");
const PROGRAM: &str = "peer-servers";

/// Where programs of the system are, beside `PATH`.
const SYSTEM: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

/// A server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: &'static str,
    program: PathBuf,
    arguments: Arguments,
}

/// What the program is told.
#[derive(Debug)]
enum Arguments {
    /// These words, and the port.
    Words(Vec<&'static str>),
    Nghttpd,
    Nginx,
    H2o,
}

impl Server {
    /// The words that start this server on a port.
    ///
    /// # Errors
    ///
    /// Its configuration cannot be written.
    pub(super) fn words(&self, site: &Site, port: u16) -> io::Result<Vec<String>> {
        let dir = site.path().display();
        let file = site.path().join(format!("{}-{port}.conf", self.name));
        let mut words = vec![self.program.display().to_string()];
        let port_word = port.to_string();
        let more = match &self.arguments {
            Arguments::Words(words) => words.iter().map(|word| (*word).to_owned()).chain([port_word]).collect(),
            Arguments::Nghttpd => {
                ["--no-tls", "--workers=1", "--address=127.0.0.1", "-d", &dir.to_string(), &port_word]
                    .map(str::to_owned)
                    .to_vec()
            }
            Arguments::Nginx => {
                fs::write(&file, nginx(site.path(), port))?;
                vec!["-p".into(), dir.to_string(), "-c".into(), file.display().to_string()]
            }
            Arguments::H2o => {
                fs::write(&file, h2o(site.path(), port))?;
                vec!["-c".into(), file.display().to_string()]
            }
        };
        words.extend(more);
        Ok(words)
    }
}

/// One process, so that valgrind follows it. Nothing limits the connection, and the small answer is
/// made in memory, as by the servers of Rust.
fn nginx(dir: &Path, port: u16) -> String {
    let dir = dir.display();
    format!(
        "daemon off; master_process off; worker_processes 1; pid {dir}/nginx-{port}.pid; error_log {dir}/nginx.log crit;
events {{ worker_connections 256; }}
http {{
    access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on;
    open_file_cache max=16 inactive=1h; open_file_cache_valid 1h;
    client_body_temp_path {dir}/nginx-1; proxy_temp_path {dir}/nginx-2; fastcgi_temp_path {dir}/nginx-3;
    uwsgi_temp_path {dir}/nginx-4; scgi_temp_path {dir}/nginx-5;
    server {{
        listen 127.0.0.1:{port} http2; root {dir};
        location = /tiny {{ return 200 'hello, world'; }}
    }}
}}
"
    )
}

fn h2o(dir: &Path, port: u16) -> String {
    let dir = dir.display();
    format!(
        "num-threads: 1
error-log: /dev/null
listen:
  host: 127.0.0.1
  port: {port}
hosts:
  default:
    paths:
      /:
        file.dir: {dir}
"
    )
}

/// A directory with the content that is asked for, and with what servers write. It is gone when
/// this is dropped.
#[derive(Debug)]
pub(super) struct Site(TempDir);

impl Site {
    /// # Errors
    ///
    /// It cannot be written.
    pub(super) fn new() -> io::Result<Self> {
        let dir = tempfile::tempdir()?;
        // A server that is started by root may read as another user.
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
        fs::write(dir.path().join("tiny"), "hello, world")?;
        fs::write(dir.path().join(LARGE.0.trim_start_matches('/')), vec![b'h'; LARGE.1])?;
        Ok(Site(dir))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// All servers that there are, upstream and the fork first. The reason of each that is missing goes
/// to standard error.
///
/// # Errors
///
/// This program's own file cannot be found.
pub(super) fn all() -> Result<Vec<Server>, String> {
    let own = std::env::current_exe().map_err(|error| format!("cannot find this program's own file: {error}"))?;
    let words = |name, program: &Path, words: &[&'static str]| Server {
        name,
        program: program.to_owned(),
        arguments: Arguments::Words(words.to_vec()),
    };
    let mut servers = vec![
        words("upstream", &own, &["worker", "peers", "upstream"]),
        words("patched", &own, &["worker", "peers", "patched"]),
        words("hyper-fork", &own, &["worker", "peers", "hyper"]),
    ];
    match release() {
        Ok(program) => servers.push(words("hyper-release", &program, &["listen"])),
        Err(why) => eprintln!("peers: no hyper-release: {why}"),
    }
    match build(Path::new(PACKAGE), PROGRAM) {
        Ok(program) => {
            servers.extend(["monoio", "ntex", "xitca"].map(|name| {
                words(
                    name,
                    &program,
                    match name {
                        "monoio" => &["monoio"],
                        "ntex" => &["ntex"],
                        _ => &["xitca"],
                    },
                )
            }));
        }
        Err(why) => eprintln!("peers: no monoio, ntex, xitca: {why}"),
    }
    for (name, package, arguments) in [
        ("nghttpd", "nghttp2-server", Arguments::Nghttpd),
        ("nginx", "nginx", Arguments::Nginx),
        ("h2o", "h2o", Arguments::H2o),
    ] {
        if let Some(program) = find(name, package) {
            servers.push(Server { name, program, arguments });
        }
    }
    Ok(servers)
}

/// A program of the system. One that is missing is named on standard error with its package.
pub(super) fn find(name: &str, package: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(SYSTEM.iter().map(PathBuf::from));
    let found = places.map(|place| place.join(name)).find(|program| program.is_file());
    if found.is_none() {
        eprintln!("peers: {name} is not installed; the Debian package {package} has it");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_nothing() {
        assert_eq!(find("no-such-program", "none"), None);
        assert!(find("sh", "dash").is_some());
    }
}
