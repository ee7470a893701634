//! Names to addresses, screened at the moment they are used: a name never leads a stranger's
//! request to a private address.

use std::{future::Future, io, net::IpAddr, net::SocketAddr, pin::Pin, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::{Passage, is_public};

/// A name to its addresses. The system's resolver, or a table in tests.
pub(super) type Lookup = Arc<dyn Fn(String) -> LookupFuture + Send + Sync>;
pub(super) type LookupFuture = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// The system's resolver (`getaddrinfo`: the hosts file, nsswitch, DNS).
pub(super) fn system() -> Lookup {
    Arc::new(|host| {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((host, 0)).await?;
            Ok(addresses.map(|address| address.ip()).collect())
        })
    })
}

/// Every address of a name is private, and whoever chose the name may not reach those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is a private address")]
pub(super) struct PrivateAddress(pub(super) IpAddr);

/// A [`Lookup`] for one of the two inner clients.
pub(super) struct Resolver {
    pub(super) lookup: Lookup,
    pub(super) passage: Passage,
    /// The proxy's name, which the operator chose: it may be private.
    pub(super) proxy: Option<String>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.lookup)(name.as_str().to_owned());
        let is_same = |proxy: &String| proxy.eq_ignore_ascii_case(name.as_str());
        let is_proxy = self.proxy.as_ref().is_some_and(is_same);
        let is_screened = self.passage == Passage::Screened && !is_proxy;
        Box::pin(async move {
            let mut addresses = found.await?;
            if is_screened {
                addresses = screen(addresses)?;
            }
            // Port 0 means the URL's.
            let sockets = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(sockets) as Addrs)
        })
    }
}

/// Keeps the public addresses; names the first one where none is public.
fn screen(addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, PrivateAddress> {
    let first = addresses.first().copied();
    let public: Vec<_> = addresses.into_iter().filter(|&ip| is_public(ip)).collect();
    match first {
        Some(address) if public.is_empty() => Err(PrivateAddress(address)),
        _ => Ok(public),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<IpAddr> {
        texts
            .iter()
            .map(|text| text.parse().expect("an address"))
            .collect()
    }

    #[test]
    fn a_name_with_one_public_address_keeps_only_that() {
        assert_eq!(
            screen(addresses(&["10.0.0.7", "1.1.1.1", "::1"])),
            Ok(addresses(&["1.1.1.1"]))
        );
    }

    #[test]
    fn a_name_with_private_addresses_only_is_refused() {
        assert_eq!(
            screen(addresses(&["10.0.0.7", "::1"])),
            Err(PrivateAddress(addresses(&["10.0.0.7"])[0]))
        );
        assert_eq!(screen(vec![]), Ok(vec![]));
    }
}
