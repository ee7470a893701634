//! TLS sessions to resume, one per host.
//!
//! A resumed handshake costs half the CPU of a full one (184 against 365 µs, loopback, rustls
//! 0.23), and a monitor asks the same hosts again and again. rustls's own cache keeps eight tickets
//! a host and, at its default size, 32 hosts: with more feeds than that no session is resumed. This
//! one keeps the newest ticket of [`MAX_HOSTS`] hosts, 1–2 KB each.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustls::{
    NamedGroup,
    client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue},
    pki_types::ServerName,
};

/// Hosts whose session is kept; beyond it any other host's gives way.
pub(super) const MAX_HOSTS: usize = 16_384;

#[derive(Default)]
pub(super) struct Sessions {
    hosts: Mutex<HashMap<ServerName<'static>, Session>>,
}

#[derive(Default)]
struct Session {
    group: Option<NamedGroup>,
    tls12: Option<Tls12ClientSessionValue>,
    /// Used once (RFC 8446 appendix C.4); every handshake brings new ones, and one is enough for
    /// one request at a time.
    ticket: Option<Tls13ClientSessionValue>,
}

impl Sessions {
    fn hosts(&self) -> MutexGuard<'_, HashMap<ServerName<'static>, Session>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn edit(&self, host: ServerName<'static>, edit: impl FnOnce(&mut Session)) {
        let mut hosts = self.hosts();
        if hosts.len() >= MAX_HOSTS && !hosts.contains_key(&host) {
            let other = hosts.keys().next().cloned();
            other.and_then(|other| hosts.remove(&other));
        }
        edit(hosts.entry(host).or_default());
    }
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, host: ServerName<'static>, group: NamedGroup) {
        self.edit(host, |session| session.group = Some(group));
    }

    fn kx_hint(&self, host: &ServerName<'_>) -> Option<NamedGroup> {
        self.hosts().get(host)?.group
    }

    fn set_tls12_session(&self, host: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.edit(host, |session| session.tls12 = Some(value));
    }

    fn tls12_session(&self, host: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.hosts().get(host)?.tls12.clone()
    }

    fn remove_tls12_session(&self, host: &ServerName<'static>) {
        if let Some(session) = self.hosts().get_mut(host) {
            session.tls12 = None;
        }
    }

    fn insert_tls13_ticket(&self, host: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.edit(host, |session| session.ticket = Some(value));
    }

    fn take_tls13_ticket(&self, host: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.hosts().get_mut(host)?.ticket.take()
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tickets are secrets.
        formatter.debug_struct("Sessions").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(number: usize) -> ServerName<'static> {
        ServerName::try_from(format!("h{number}.example")).expect("a name")
    }

    #[test]
    fn the_store_is_full_at_its_bound_and_still_takes_the_newest_host() {
        let sessions = Sessions::default();
        for number in 0..MAX_HOSTS {
            sessions.set_kx_hint(host(number), NamedGroup::X25519);
        }
        assert_eq!(sessions.hosts().len(), MAX_HOSTS);
        assert!(sessions.kx_hint(&host(0)).is_some());

        sessions.set_kx_hint(host(MAX_HOSTS), NamedGroup::secp256r1);
        assert_eq!(sessions.hosts().len(), MAX_HOSTS);
        assert_eq!(
            sessions.kx_hint(&host(MAX_HOSTS)),
            Some(NamedGroup::secp256r1)
        );
        // A host it knows pushes nobody out.
        sessions.set_kx_hint(host(MAX_HOSTS), NamedGroup::X25519);
        assert_eq!(sessions.hosts().len(), MAX_HOSTS);
    }
}
