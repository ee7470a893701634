use axum::body::Body;

use super::{session::feed_key, *};
use crate::{
    config::{ProxyPeer, TrustedProxy, WebLogin},
    model::Secret,
    web::listener::Peer,
};

const READ: &str = "read-token-read-token";
const ACT: &str = "act-token-act-token-act";

fn web() -> WebOptions {
    WebOptions {
        login: WebLogin {
            read_token: Some(Secret::new(READ)),
            act_token: Some(Secret::new(ACT)),
            proxy: Some(TrustedProxy {
                header: "remote-user".to_owned(),
                from: vec![ProxyPeer::Ip("127.0.0.1".parse().expect("an address"))],
                act: vec!["anna".to_owned()],
            }),
        },
        ..WebOptions::default()
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in [("host", "127.0.0.1:9464")].iter().chain(headers) {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).expect("a request")
}

fn from(peer: Peer, mut request: Request) -> Request {
    request.extensions_mut().insert(peer);
    request
}

fn role(admitted: Result<Visitor, Refusal>) -> Result<(Role, Option<String>), Refusal> {
    admitted.map(|visitor| (visitor.role, visitor.name))
}

#[test]
fn who_shows_a_token_may_do_what_it_is_for() {
    let bearer = |token: &str| format!("Bearer {token}");
    let basic = |pair: &str| {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        format!("Basic {}", STANDARD.encode(pair))
    };
    for (method, path, authorization, expected) in [
        ("GET", "/feeds", bearer(READ), Ok(Role::Read)),
        ("GET", "/feeds", bearer(ACT), Ok(Role::Act)),
        ("POST", "/mutes", bearer(ACT), Ok(Role::Act)),
        ("POST", "/mutes", bearer(READ), Err(Refusal::ReadOnly)),
        (
            "DELETE",
            "/api/v1/mutes/1",
            bearer(READ),
            Err(Refusal::ReadOnly),
        ),
        ("GET", "/feeds", bearer("wrong"), Err(Refusal::Unknown)),
        (
            "GET",
            "/alerts.atom",
            basic(&format!("anyone:{READ}")),
            Ok(Role::Read),
        ),
        (
            "GET",
            "/alerts.atom",
            basic("anyone:wrong"),
            Err(Refusal::Unknown),
        ),
        (
            "GET",
            "/feeds",
            "Basic %%%".to_owned(),
            Err(Refusal::Unknown),
        ),
        ("GET", "/feeds", "Bearer".to_owned(), Err(Refusal::Unknown)),
        ("GET", "/login", bearer("wrong"), Ok(Role::Read)),
        ("GET", "/style.css", String::new(), Ok(Role::Read)),
        ("GET", "/", String::new(), Err(Refusal::Unknown)),
    ] {
        let asked = request(method, path, &[("authorization", &authorization)]);
        let admitted = admit(&web(), &asked).map(|visitor| visitor.role);
        assert_eq!(admitted, expected, "{method} {path} {authorization}");
    }
}

#[test]
fn where_nothing_is_asked_everyone_may_act() {
    let asked = request("POST", "/mutes", &[]);
    let admitted = admit(&WebOptions::default(), &asked).expect("admitted");
    assert!(admitted.may_act());
    assert_eq!(admitted.by(), "page");
}

#[test]
fn a_proxy_s_word_counts_from_the_proxy_alone() {
    let local = Peer::Tcp("127.0.0.1".parse().expect("an address"));
    let mapped = Peer::Tcp("::ffff:127.0.0.1".parse().expect("an address"));
    let other = Peer::Tcp("192.168.1.9".parse().expect("an address"));
    let anna: &[(&str, &str)] = &[("remote-user", "anna")];
    let ben: &[(&str, &str)] = &[("remote-user", "ben")];
    let both: &[(&str, &str)] = &[("remote-user", "ben"), ("remote-user", "anna")];
    let none: &[(&str, &str)] = &[("remote-user", " ")];
    let jose: &[(&str, &str)] = &[("remote-user", "josé")];
    for (peer, headers, expected) in [
        (local, anna, Ok((Role::Act, Some("anna".to_owned())))),
        (mapped, anna, Ok((Role::Act, Some("anna".to_owned())))),
        (local, ben, Ok((Role::Read, Some("ben".to_owned())))),
        (local, jose, Ok((Role::Read, Some("josé".to_owned())))),
        (local, both, Err(Refusal::Ambiguous)),
        (local, none, Err(Refusal::Unknown)),
        (other, anna, Err(Refusal::Unknown)),
        (Peer::Unix, anna, Err(Refusal::Unknown)),
    ] {
        let asked = from(peer, request("GET", "/", headers));
        assert_eq!(
            role(admit(&web(), &asked)),
            expected,
            "{peer:?} {headers:?}"
        );
    }
}

#[test]
fn the_key_of_the_feeds_opens_feeds_alone() {
    let key = feed_key(&web().login).expect("a token");
    for (path, is_open) in [
        (format!("/alerts.atom?key={key}"), true),
        (format!("/alerts.json?watch=a&key={key}"), true),
        (format!("/alerts?key={key}"), false),
        (format!("/api/v1/alerts?key={key}"), false),
        ("/alerts.atom?key=wrong".to_owned(), false),
        ("/alerts.atom".to_owned(), false),
    ] {
        let admitted = admit(&web(), &request("GET", &path, &[]));
        assert_eq!(admitted.is_ok(), is_open, "{path}");
    }
}

#[test]
fn another_site_s_request_and_another_name_are_refused_first() {
    let token = format!("Bearer {ACT}");
    let asked = request(
        "POST",
        "/mutes",
        &[("authorization", &token), ("sec-fetch-site", "cross-site")],
    );
    assert_eq!(admit(&web(), &asked), Err(Refusal::CrossSite));
    let mut asked = request("GET", "/", &[("authorization", &token)]);
    let evil = header::HeaderValue::from_static("evil.example");
    asked.headers_mut().insert(header::HOST, evil);
    let refusal = Refusal::Host("evil.example".to_owned());
    assert_eq!(admit(&web(), &asked), Err(refusal));
}

#[test]
fn who_is_not_known_is_led_to_the_login_and_back() {
    let to = |path: &str| {
        let asked = request("GET", path, &[]);
        let answer = Refusal::Unknown.answer(&asked);
        let place = answer.headers().get("location");
        let place = place.map(|place| place.to_str().expect("ASCII").to_owned());
        (answer.status().as_u16(), place)
    };
    let page = Some("/login?next=%2Falerts%3Fwatch%3Da".to_owned());
    assert_eq!(to("/alerts?watch=a"), (303, page));
    assert_eq!(to("/"), (303, Some("/login".to_owned())));
    assert_eq!(to("/api/v1/feeds"), (401, None));
    assert_eq!(to("/alerts.atom"), (401, None));
}

#[test]
fn a_way_on_never_leads_away() {
    for (next, way) in [
        ("/", "/"),
        ("/alerts?watch=a&b=//c", "/alerts?watch=a&b=//c"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("evil", "/"),
        ("", "/"),
    ] {
        assert_eq!(place(next), way, "{next:?}");
    }
}
