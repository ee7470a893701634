use std::time::Duration;

use super::*;
use crate::notify::{HookMethod, WebhookOptions};

fn webhook(url: &str, url_is_secret: bool, headers: &[(&str, &str)]) -> Hidden {
    let headers = headers.iter();
    let headers = headers.map(|(name, value)| ((*name).to_owned(), Secret::new(*value)));
    let options = WebhookOptions {
        url: Url::parse(url).expect("a URL"),
        url_is_secret,
        method: HookMethod::Post,
        secrets: vec![],
        body: None,
        headers: headers.collect(),
        allow_private: false,
        timeout: Duration::from_secs(1),
    };
    Hidden::of(&ReceiverKind::Webhook(options), &[])
}

#[test]
fn a_secret_is_hidden_in_every_form_in_which_it_comes_back() {
    let token = "a/b+c=<d>\"&e";
    let hidden = webhook("https://h.example/", false, &[("Authorization", token)]);
    let inside = |before: &str| STANDARD.encode(format!("{before}{token} and more"));
    for form in [
        token.to_owned(),
        "a%2Fb%2Bc%3D%3Cd%3E%22%26e".to_owned(),
        "a%2fb%2bc%3d%3cd%3e%22%26e".to_owned(),
        "a/b%2Bc%3D%3Cd%3E%22%26e".to_owned(),
        "a/b+c=<d>\\\"&e".to_owned(),
        "a\\/b+c=<d>\\\"&e".to_owned(),
        "a/b+c\\u003d\\u003cd\\u003e\\\"\\u0026e".to_owned(),
        "a/b+c=&lt;d&gt;&quot;&amp;e".to_owned(),
        STANDARD.encode(token),
        URL_SAFE_NO_PAD.encode(token),
        "612f622b633d3c643e222665".to_owned(),
    ] {
        let shown = hidden.hide(&format!("401 Unauthorized: got {form}, no"));
        assert!(shown.contains(Secret::HIDDEN), "{form}: {shown}");
        assert!(!shown.contains(&form[..form.len() - 4]), "{form}: {shown}");
    }
    for before in ["", "u", "us", "user:"] {
        let shown = hidden.hide(&inside(before));
        let core = STANDARD_NO_PAD.encode(token);
        assert!(shown.contains(Secret::HIDDEN), "{before}: {shown}");
        assert!(!shown.contains(&core[4..12]), "{before}: {shown}");
    }
}

#[test]
fn of_a_url_its_query_is_hidden_and_the_rest_where_it_came_from_a_secret() {
    let answer = "cannot POST /hooks/T0Kenpart?key=s3cret at https://u:passw0rd@h.example/hooks";
    let open = webhook(
        "https://u:passw0rd@h.example/hooks/T0Kenpart?key=s3cret",
        false,
        &[],
    );
    assert_eq!(
        open.hide(answer),
        "cannot POST /hooks/T0Kenpart?<hidden> at https://u:<hidden>@h.example/hooks"
    );
    let secret = webhook(
        "https://u:passw0rd@h.example/hooks/T0Kenpart?key=s3cret",
        true,
        &[],
    );
    assert_eq!(
        secret.hide(answer),
        "cannot POST <hidden>?<hidden> at https://u:<hidden>@<hidden>/hooks"
    );
    assert_eq!(secret.hide("no T0Kenpart"), "no <hidden>");
}

#[test]
fn a_login_is_hidden_however_the_header_holds_it() {
    let login = STANDARD.encode("user:passw0rd");
    let basic = format!("Basic {login}");
    let hidden = webhook("https://h.example/", false, &[("Authorization", &basic)]);
    for answer in [&basic[..], &login, "user:passw0rd", "wrong: passw0rd"] {
        let shown = hidden.hide(answer);
        assert!(
            !shown.contains("passw0rd") && !shown.contains(&login),
            "{shown}"
        );
    }
    let bearer = webhook("https://h.example/", false, &[("X", "Bearer T0KEN")]);
    assert_eq!(bearer.hide("bad token T0KEN"), "bad token <hidden>");
}

#[test]
fn what_was_cut_in_the_middle_of_a_secret_shows_no_part_of_it() {
    let hidden = webhook("https://h.example/", false, &[("X", "S3CRETTOKEN")]);
    assert_eq!(hidden.hide("401: X is S3CRETTO…"), "401: X is <hidden>…");
    assert_eq!(
        hidden.hide("401: X is S3CR…; more"),
        "401: X is <hidden>…; more"
    );
    assert_eq!(
        hidden.hide("401: X is S3C…"),
        "401: X is S3C…",
        "anybody's word"
    );
    assert_eq!(hidden.hide("nothing of it"), "nothing of it");
}
