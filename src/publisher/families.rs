//! Which publisher a host belongs to.

use std::collections::HashMap;

use super::{
    agencies::agency_of,
    aggregators::{host_and_above, is_aggregator},
    host::{ascii_host, registrable, shown_host},
};

/// Domains that count as one publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// What the publisher is called.
    pub name: String,
    /// Hosts as [`ascii_host`] gives them; what is below one belongs to it too.
    pub domains: Vec<String>,
}

/// All families that the config names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Publishers {
    families: Vec<Family>,
    by_domain: HashMap<String, usize>,
}

impl Publishers {
    /// Of these families; a domain belongs to the first that has it.
    pub fn of(families: Vec<Family>) -> Self {
        let mut by_domain = HashMap::new();
        for (place, family) in families.iter().enumerate() {
            for domain in &family.domains {
                by_domain.entry(domain.clone()).or_insert(place);
            }
        }
        Self {
            families,
            by_domain,
        }
    }

    /// In the order they are written.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// The name of the publisher at this host: its family, the news agency whose site it is, or its
    /// registrable domain. `None` where it is an aggregator, or no host.
    pub fn of_host(&self, host: &str) -> Option<String> {
        let host = ascii_host(host)?;
        let family = host_and_above(&host).find_map(|name| self.by_domain.get(name));
        if let Some(place) = family {
            return Some(self.families[*place].name.clone());
        }
        if is_aggregator(&host) {
            return None;
        }
        let domain = registrable(&host).unwrap_or(&host);
        let agency = agency_of(domain).map(str::to_owned);
        Some(agency.unwrap_or_else(|| shown_host(domain)))
    }

    /// The name of the publisher that a config means by this text: that of a family, of a news
    /// agency, or a domain. `None` where it is none of these.
    pub fn named(&self, text: &str) -> Option<String> {
        let is_known = self.families.iter().any(|family| family.name == text);
        if is_known {
            return Some(text.to_owned());
        }
        // Its reports are counted under the family that has its site, where there is one.
        if let Some(site) = super::agencies::site_of(text) {
            return self.of_host(site);
        }
        let host = ascii_host(text)?;
        registrable(&host).and_then(|_| self.of_host(&host))
    }
}

/// Whether a config can name this host, in ASCII, in a family: somebody owns it.
pub fn is_owned(host: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    host.chars().all(is_plain) && registrable(host).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publishers() -> Publishers {
        let family = |name: &str, domains: &[&str]| Family {
            name: name.to_owned(),
            domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
        };
        Publishers::of(vec![
            family("bbc", &["bbc.co.uk", "bbc.com"]),
            family("bbc sport", &["sport.bbc.co.uk"]),
            family("portal", &["news.google.com"]),
        ])
    }

    #[test]
    fn a_host_has_one_publisher() {
        for (host, expected) in [
            ("www.bbc.co.uk", Some("bbc")),
            ("BBC.com", Some("bbc")),
            ("live.sport.bbc.co.uk", Some("bbc sport")),
            ("notbbc.com", Some("notbbc.com")),
            ("www3.nhk.or.jp", Some("nhk.or.jp")),
            ("one.blogspot.com", Some("one.blogspot.com")),
            ("two.blogspot.com", Some("two.blogspot.com")),
            ("www.例え.jp", Some("例え.jp")),
            ("www.reuters.com", Some("reuters")),
            ("tass.ru", Some("tass")),
            ("english.kyodonews.net", Some("kyodo")),
            // The config's own word comes first.
            ("news.google.com", Some("portal")),
            ("127.0.0.1", Some("127.0.0.1")),
            ("desk.internal", Some("desk.internal")),
            ("www.msn.com", None),
            ("uk.news.yahoo.com", None),
            ("news.yahoo.co.jp", None),
            ("feeds.feedburner.com", None),
            ("bit.ly", None),
            ("not a host", None),
        ] {
            assert_eq!(publishers().of_host(host).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn an_agency_in_a_family_is_named_as_that() {
        let family = Family {
            name: "wires".into(),
            domains: vec!["reuters.com".into()],
        };
        let publishers = Publishers::of(vec![family]);
        for (text, expected) in [
            ("reuters", "wires"),
            ("reuters.com", "wires"),
            ("afp", "afp"),
        ] {
            assert_eq!(publishers.named(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_config_names_families_agencies_and_domains() {
        for (text, expected) in [
            ("bbc", Some("bbc")),
            ("bbc.com", Some("bbc")),
            ("reuters", Some("reuters")),
            ("reuters.com", Some("reuters")),
            ("nhk.or.jp", Some("nhk.or.jp")),
            ("www3.nhk.or.jp", Some("nhk.or.jp")),
            ("nhk", None),
            ("co.uk", None),
            ("msn.com", None),
        ] {
            assert_eq!(publishers().named(text).as_deref(), expected, "{text}");
        }
    }
}
