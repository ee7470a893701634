//! The name that a request calls this service by.

use axum::http::{HeaderMap, header};
use url::{Host, Url};

use super::single;
use crate::config::WebOptions;

/// Refuses a name that is not ours, and says which it is. An IP address is no name: nobody can make
/// another site's name of it.
pub(super) fn check(headers: &HeaderMap, web: &WebOptions) -> Result<(), String> {
    let Ok(Some(host)) = single(headers, header::HOST.as_str()) else {
        return Err(String::new());
    };
    let url = Url::parse(&format!("http://{host}/")).map_err(|_| host.to_owned())?;
    if host.contains(['@', '/', '\\', '?', '#']) {
        // More than a name and a port: addresses are made from it.
        return Err(host.to_owned());
    }
    match url.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => Ok(()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let is_local = name == "localhost" || name.ends_with(".localhost");
            let is_ours = is_local || web.hosts.iter().any(|host| host == name);
            is_ours.then_some(()).ok_or_else(|| name.to_owned())
        }
        None => Err(host.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_name_that_is_not_ours_is_refused() {
        let web = WebOptions {
            hosts: vec!["alerts.example.org".to_owned()],
            ..WebOptions::default()
        };
        for (host, is_ours) in [
            ("127.0.0.1:9464", true),
            ("192.168.1.7", true),
            ("[::1]:9464", true),
            ("localhost:9464", true),
            ("LOCALHOST", true),
            ("desk.localhost:9464", true),
            ("alerts.example.org", true),
            ("Alerts.Example.org.:443", true),
            ("evil.example", false),
            ("alerts.example.org.evil.example", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("a b", false),
            ("evil.example@127.0.0.1", false),
            ("alerts.example.org/evil", false),
            ("alerts.example.org\\evil", false),
            ("alerts.example.org?evil", false),
            ("alerts.example.org#evil", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            assert_eq!(check(&headers, &web).is_ok(), is_ours, "{host}");
        }
        assert!(check(&HeaderMap::new(), &web).is_err());
    }
}
