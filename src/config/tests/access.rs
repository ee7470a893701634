//! A client certificate: with its key, and where it may not be shown.

use super::Directory;

fn directory(feed: &str) -> Directory {
    let directory = Directory::with(format!(
        "[feed]\na = {{ {feed} }}\n[watch]\nb = \"B\"\n[receiver.c]\nstdout = true\n"
    ));
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(["desk".to_owned()]).expect("parameters");
    let certificate = params.self_signed(&key).expect("a certificate").pem();
    let other = rcgen::KeyPair::generate().expect("a key");
    directory.write("pair.pem", format!("{certificate}{}", key.serialize_pem()));
    directory.write("cert.pem", &certificate);
    directory.write("key.pem", key.serialize_pem());
    directory.write("other.pem", other.serialize_pem());
    directory
}

#[test]
fn a_certificate_may_hold_its_key_or_stand_beside_it() {
    for (keys, certificate, key) in [
        ("client_cert = \"pair.pem\"", "pair.pem", "pair.pem"),
        (
            "client_cert = \"cert.pem\", client_key = \"key.pem\"",
            "cert.pem",
            "key.pem",
        ),
    ] {
        let directory = directory(&format!("url = \"https://example.org/\", {keys}"));
        let config = directory
            .load()
            .unwrap_or_else(|errors| panic!("{errors}"))
            .config;
        let read = config.feeds[0].access.transport.certificate.as_ref();
        let read = read.expect("a certificate");
        assert!(read.certificate.ends_with(certificate), "{read:?}");
        assert!(read.key.ends_with(key), "{read:?}");
    }
}

#[test]
fn a_certificate_that_cannot_be_used_says_why() {
    for (url, keys, fault) in [
        ("https", "client_cert = \"cert.pem\"", "client_key "),
        (
            "https",
            "client_cert = \"cert.pem\", client_key = \"other.pem\"",
            "with its client_key",
        ),
        (
            "http",
            "client_cert = \"pair.pem\"",
            "only an https: feed can ask",
        ),
        (
            "https",
            "client_cert = \"pair.pem\", proxy = \"https://proxy.example.org\"",
            "an https: proxy could ask for the certificate",
        ),
    ] {
        let directory = directory(&format!("url = \"{url}://example.org/\", {keys}"));
        let report = directory.report();
        assert_eq!(report.errors(), 1, "{keys}: {report}");
        assert!(report.to_string().contains(fault), "{keys}: {report}");
    }
}
