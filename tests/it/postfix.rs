//! Mail through a real server: Postfix, with STARTTLS and with TLS from the first byte.

use fivebells::store::{DeliveryState, DeliveryStatus, OutboxFilter};

use crate::{
    servers::{
        feed::FeedServer,
        postfix::{Postfix, REFUSED_NAME, REFUSED_SENDER},
    },
    world::World,
};

const TWO: &str = "\"desk@example.org\", \"nobody@example.org\"";

/// A world that mails through this port to these addresses.
async fn mailing(feed: &FeedServer, port: u16, security: &str, ca: &str, to: &str) -> World {
    let more = format!("from = \"Bells <bells@example.net>\"\n{ca}\n");
    mailing_as(feed, port, security, &more, to).await
}

async fn mailing_as(feed: &FeedServer, port: u16, security: &str, more: &str, to: &str) -> World {
    World::open(&format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\" }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver]\ndesk = {{ email = [{to}] }}\n\
         [mail]\nserver = \"127.0.0.1:{port}\"\nsecurity = \"{security}\"\n{more}",
        feed.url(),
    ))
    .await
}

/// Where the alert is.
async fn outcome(world: &World) -> DeliveryStatus {
    let filter = OutboxFilter {
        receiver: None,
        state: None,
        limit: 10,
    };
    let all = world.app().store().outbox(filter).await;
    let mut all = all.expect("the store answers");
    all.retain(|delivery| delivery.kind == "alert.matched");
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root and Postfix, as .ci/run has them"]
async fn postfix_takes_our_mail_and_says_who_is_unknown() {
    if !Postfix::is_possible() {
        println!("SKIPPED: no Postfix here, or no root to start it");
        return;
    }
    let postfix = Postfix::start();
    let feed = FeedServer::start().await;
    feed.publish("Shinjirō Koizumi speaks");
    let ca = format!("ca_file = \"{}\"", postfix.ca_file().display());
    let ways = [
        (postfix.starttls, "starttls"),
        (postfix.implicit, "implicit"),
    ];
    for (sent, (port, security)) in ways.into_iter().enumerate() {
        let world = mailing(&feed, port, security, &ca, TWO).await;
        world.round().await;
        let delivery = outcome(&world).await;
        assert_eq!(delivery.state, DeliveryState::Delivered, "{delivery:#?}");
        let said = delivery.detail.expect("an answer");
        assert!(
            said.contains("nobody@example.org refused: 550 5.1.1"),
            "{said}"
        );

        let mails = postfix.mails(sent + 1);
        let mail = mails
            .iter()
            .find(|mail| mail.contains(&delivery.key.0))
            .expect("under its id");
        for part in [
            "Delivered-To: desk@example.org",
            "Return-Path: <bells@example.net>",
            "TLSv1.3",
            "ESMTPS",
            "Auto-Submitted: auto-generated",
            "multipart/alternative",
        ] {
            assert!(mail.contains(part), "{security}: no {part} in\n{mail}");
        }
        let parsed = mail_parser::MessageParser::default().parse(mail.as_bytes());
        let subject = parsed.as_ref().and_then(|mail| mail.subject());
        let subject = subject.expect("a subject");
        assert!(subject.contains("Shinjirō Koizumi speaks"), "{subject}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root and Postfix, as .ci/run has them"]
async fn postfix_is_not_trusted_without_its_authority_and_an_unknown_recipient_is_final() {
    if !Postfix::is_possible() {
        println!("SKIPPED: no Postfix here, or no root to start it");
        return;
    }
    let postfix = Postfix::start();
    let feed = FeedServer::start().await;
    feed.publish("Koizumi speaks");
    for (port, security) in [
        (postfix.starttls, "starttls"),
        (postfix.implicit, "implicit"),
    ] {
        let world = mailing(&feed, port, security, "", TWO).await;
        world.round().await;
        let delivery = outcome(&world).await;
        assert_eq!(delivery.state, DeliveryState::Pending);
        assert_eq!(delivery.reason.as_deref(), Some("tls"), "{delivery:#?}");
    }
    let ca = format!("ca_file = \"{}\"", postfix.ca_file().display());
    let unknown = "\"nobody@example.org\"";
    let world = mailing(&feed, postfix.starttls, "starttls", &ca, unknown).await;
    world.round().await;
    let delivery = outcome(&world).await;
    assert_eq!(delivery.state, DeliveryState::Dead, "{delivery:#?}");
    assert!(delivery.detail.is_some_and(|it| it.contains("550 5.1.1")));
}

/// It says so at RCPT TO, where an answer looks as if it were about the recipient.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root and Postfix, as .ci/run has them"]
async fn what_postfix_has_against_us_is_not_about_the_alert() {
    if !Postfix::is_possible() {
        println!("SKIPPED: no Postfix here, or no root to start it");
        return;
    }
    let postfix = Postfix::start();
    let feed = FeedServer::start().await;
    feed.publish("Koizumi speaks");
    let server = |hello: &str, from: &str| {
        format!(
            "ca_file = \"{}\"\nhello = \"{hello}\"\nfrom = \"{from}\"\n\
             [mail.spare]\nserver = \"127.0.0.1:{}\"\nsecurity = \"starttls\"\n\
             ca_file = \"{}\"\nfrom = \"bells@example.net\"\n",
            postfix.ca_file().display(),
            postfix.starttls,
            postfix.ca_file().display(),
        )
    };
    let (name, sender) = ("bells.example.net", "bells@example.net");
    let refused = [(REFUSED_NAME, sender), (name, REFUSED_SENDER)];
    for (sent, (hello, from)) in refused.into_iter().enumerate() {
        let alone = server(hello, from);
        let world = mailing_as(&feed, postfix.starttls, "starttls", &alone, TWO).await;
        world.round().await;
        let delivery = outcome(&world).await;
        assert_eq!(delivery.state, DeliveryState::Pending, "{delivery:#?}");
        let said = delivery.detail.expect("an answer");
        assert!(said.starts_with("RCPT TO: 554 5.7.1 "), "{said}");

        let beside = format!("fallback = \"spare\"\n{alone}");
        let world = mailing_as(&feed, postfix.starttls, "starttls", &beside, TWO).await;
        world.round().await;
        let delivery = outcome(&world).await;
        assert_eq!(delivery.state, DeliveryState::Delivered, "{delivery:#?}");
        let mails = postfix.mails(sent + 1);
        assert!(mails.iter().any(|mail| mail.contains(&delivery.key.0)));
    }
}
