//! Certificates that are trusted, and the one that is shown.

use std::path::PathBuf;

/// The options of an encrypted connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Whether any certificate will do (`--insecure`).
    pub any_certificate: bool,
    /// The name to ask for, and to find in the certificate; else the host of the URL (`--sni`).
    pub server_name: Option<String>,
    /// A file of authorities in PEM; else those of the system (`--cacert`).
    pub authorities: Option<PathBuf>,
    /// Files of our own certificate with its chain, and of its key, in PEM (`--cert`, `--key`).
    pub identity: Option<(PathBuf, PathBuf)>,
}
