//! Services that sign in their own way, and what templates see for them.

use super::{config, loaded, notifier};
use crate::{
    http::testing::{Reply, Server},
    notify::{every_kind, sample_notice},
};

/// As GitHub signs: the body, in a header.
const OF_THE_BODY: &str = r#"
[preset.signed]
url = '{{ url }}'
headers = { x-signature = "sha256={{ body | hmac_sha256(key) }}" }
body = '{"text": {{ title | tojson }}}'
parameters.url = {}
parameters.key = { secret = true }
"#;

/// As `DingTalk` signs: the time of the attempt, in the URL.
const OF_THE_TIME: &str = r#"
[preset.signed]
url = '{{ url }}?timestamp={{ now * 1000 }}&sign={{ ((now * 1000) ~ "\n" ~ key) | hmac_sha256(key, "base64") | urlencode }}'
body = '{"text": {{ title | tojson }}}'
parameters.url = {}
parameters.key = { secret = true }
"#;

async fn sent(preset: &str) -> (String, Vec<u8>, Vec<u8>) {
    let server = Server::start(|_| Reply::new("200 OK", &[], b"")).await;
    let base = server.url("/robot").to_string();
    let receiver = format!("signed = {{ url = '{base}', key = {{ env = 'TOKEN' }} }}");
    let config = loaded(&format!("{preset}\n{}", config(&receiver)), "");
    let notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    notifier(&config).send(&notice).await.expect("taken");
    let request = &server.requests()[0];
    let signature = request.header("x-signature").unwrap_or_default();
    (
        request.target().to_owned(),
        signature.to_vec(),
        request.body.clone(),
    )
}

fn signature(text: &[u8]) -> ring::hmac::Tag {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"s3cret-token");
    ring::hmac::sign(&key, text)
}

#[tokio::test]
async fn a_header_signs_the_body_as_it_is_sent() {
    let (_, header, body) = sent(OF_THE_BODY).await;
    let header = String::from_utf8(header).expect("ASCII");
    let digits = header.strip_prefix("sha256=").expect("a signature");
    let expected = signature(&body);
    let expected = expected.as_ref().iter();
    let of_body: Vec<String> = expected.map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digits, of_body.concat());
}

#[tokio::test]
async fn a_url_signs_the_time_of_the_attempt_not_of_the_story() {
    use base64::Engine as _;
    let (target, ..) = sent(OF_THE_TIME).await;
    let query = target.split_once('?').expect("a query").1;
    let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    // The clock of these tests is a second after the notice.
    assert_eq!(query[0].1, "1795329668000");
    let expected = signature(b"1795329668000\ns3cret-token");
    let expected = base64::engine::general_purpose::STANDARD.encode(expected);
    assert_eq!(query[1].1, expected);
}

#[test]
fn a_preview_does_not_show_what_the_key_signs() {
    let receiver = "signed = { url = 'https://s.example', key = { env = 'TOKEN' } }";
    let config = loaded(&format!("{OF_THE_BODY}\n{}", config(receiver)), "");
    let parts = notifier(&config).preview(&every_kind()[0]);
    let headers = parts.expect("a preview").remove(0).content;
    assert!(headers.contains("x-signature: <hidden>"), "{headers}");
}

#[test]
fn a_template_sees_the_feed_the_incident_and_its_end() {
    let preset = r#"
[preset.plain]
url = 'https://s.example'
body = '{"feed": {{ feed | tojson }}, "incident": {{ incident | tojson }}, "resolved": {{ resolved | tojson }}, "until": {{ (time + 3600) | rfc3339 | tojson }}}'
parameters.unused = { required = false }
"#;
    let config = loaded(&format!("{preset}\n{}", config("plain = {}")), "");
    let body = |kind: &str| {
        let all = every_kind();
        let notice = all.iter().find(|notice| notice.event.kind() == kind);
        let parts = notifier(&config).preview(notice.expect(kind));
        super::fields(&parts.expect("a preview")[1].content)
    };
    let story = body("alert.matched");
    assert_eq!(story["feed"], "diplomat");
    assert_eq!(story["incident"], "sample-1");
    assert_eq!(story["resolved"], false);
    assert_eq!(story["until"], "2026-11-22T07:41:07Z");
    let failing = body("feed.failing");
    assert_eq!(failing["feed"], "nhk");
    let recovered = body("feed.recovered");
    assert_eq!(recovered["incident"], failing["incident"]);
    assert_eq!(
        [&failing["resolved"], &recovered["resolved"]],
        [false, true]
    );
    assert!(body("network.failing")["feed"].is_null());
}

#[test]
fn a_signature_that_cannot_be_made_is_a_config_error() {
    use crate::config::tests::Directory;
    for wrong in [
        "hmac_sha256()",
        "hmac_sha256(kee)",
        "hmac_sha256(key, \"sha1\")",
    ] {
        let preset = OF_THE_BODY.replace("hmac_sha256(key)", &wrong.replace('"', "'"));
        let receiver = "signed = { url = 'https://s.example', key = { env = 'TOKEN' } }";
        let directory = Directory::with(format!("{preset}\n{}", config(receiver)));
        let report = directory.report();
        assert!(report.errors() > 0, "{wrong}: {}", report.render(false));
    }
}
