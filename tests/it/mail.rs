//! Several mail servers: a mail goes through the next one, and a notice says so.

use fivebells::store::{DeliveryState, OutboxFilter};

use crate::{
    servers::{
        feed::FeedServer,
        smtp::{Answer, Script, Security, SmtpServer, Step},
    },
    world::World,
};

fn config(feed: &FeedServer, main: &SmtpServer, backup: &SmtpServer) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n\
         [watch]\nk = \"Koizumi\"\n\
         [receiver]\ndesk = {{ email = [\"desk@example.org\"] }}\n\
         [mail]\nserver = \"{}\"\nfrom = \"bells@example.org\"\nfallback = \"backup\"\n\
         subject = \"{{{{ type }}}} {{{{ title }}}}\"\n\
         [mail.backup]\nserver = \"{}\"\nfrom = \"bells@backup.example\"\n",
        feed.url(),
        main.address(),
        backup.address()
    )
}

fn subjects(server: &SmtpServer) -> Vec<String> {
    let mails = server.mails();
    let texts = mails.iter().map(|mail| String::from_utf8_lossy(&mail.data));
    texts
        .filter_map(|text| {
            let subject = text.lines().find_map(|line| line.strip_prefix("Subject: "));
            subject.map(str::to_owned)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_mail_server_is_down_the_next_one_takes_its_mail_and_says_so() {
    let feed = FeedServer::start().await;
    let plain = || Script::new(Security::Plain);
    let main = SmtpServer::start(plain().at(Step::Greeting, Answer::Close)).await;
    let backup = SmtpServer::start(plain()).await;
    let world = World::open(&config(&feed, &main, &backup)).await;

    feed.publish("Koizumi speaks");
    world.round().await;
    assert_eq!(subjects(&backup), ["alert.matched Koizumi speaks"]);
    world.advance(10);
    feed.publish("Koizumi walks");
    world.round().await;
    assert_eq!(backup.mails().len(), 2, "it may pass");
    world.advance(6);
    feed.publish("Koizumi writes");
    world.round().await;
    world.deliver().await;
    let notified = &subjects(&backup)[3];
    assert!(
        notified.starts_with("receiver.failing Mail for receiver desk goes through server backup"),
        "{notified}"
    );
    world.advance(60);
    feed.publish("Koizumi sits");
    world.round().await;
    assert_eq!(backup.mails().len(), 5, "it is notified once");
    assert_eq!(main.mails().len(), 0);

    main.set(plain());
    world.advance(6);
    feed.publish("Koizumi sleeps");
    world.round().await;
    let of_main = subjects(&main);
    assert_eq!(of_main[0], "alert.matched Koizumi sleeps");
    let notified = "receiver.recovered Receiver desk is well again";
    assert!(of_main[1].starts_with(notified), "{of_main:?}");
    assert_eq!(of_main.len(), 2);
    assert_eq!(backup.mails().len(), 5);
}

/// One address of a list is written wrong: the others get everything, and read of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_who_is_refused_for_good_is_notified_once_to_the_others() {
    let feed = FeedServer::start().await;
    let plain = || Script::new(Security::Plain);
    let unknown = "550 5.1.1 <bob@example.org>: no such user here";
    let server = SmtpServer::start(plain().recipient("bob@example.org", unknown)).await;
    let config = |who: &str| {
        format!(
            "[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n\
             [watch]\nk = \"Koizumi\"\n\
             [receiver]\ndesk = {{ email = [\"ann@example.org\", \"{who}@example.org\"] }}\n\
             [mail]\nserver = \"{}\"\nfrom = \"bells@example.org\"\n\
             subject = \"{{{{ type }}}} {{{{ title }}}}\"\n",
            feed.url(),
            server.address(),
        )
    };
    let mut world = World::open(&config("bob")).await;
    feed.publish("Koizumi speaks");
    world.round().await;
    assert_eq!(subjects(&server), ["alert.matched Koizumi speaks"]);
    let filter = OutboxFilter {
        receiver: None,
        state: Some(DeliveryState::Delivered),
        limit: 9,
    };
    let outbox = world.app().store().outbox(filter).await.expect("read");
    let missing = format!("bob@example.org refused: {unknown}");
    assert_eq!(outbox[0].missing.as_deref(), Some(missing.as_str()));

    world.advance(14);
    world.deliver().await;
    assert_eq!(server.mails().len(), 1, "it may pass");
    world.advance(1);
    world.deliver().await;
    let notified = &subjects(&server)[1];
    let expected = "receiver.failing Receiver desk is reached, but refuses";
    assert!(notified.starts_with(expected), "{notified}");
    let text = String::from_utf8_lossy(&server.mails()[1].data).into_owned();
    assert!(
        text.contains("Answer    bob@example.org: 550 5.1.1"),
        "{text}"
    );
    world.advance(60);
    feed.publish("Koizumi walks");
    world.round().await;
    world.advance(60);
    world.deliver().await;
    assert_eq!(server.mails().len(), 3, "it is notified once");
    let unreached = async |world: &World| {
        let receivers = world.app().store().receivers().await.expect("read");
        receivers[0].unreached.len()
    };
    assert_eq!(unreached(&world).await, 1);
    world.write(&config("robert"));
    world.restart().await;
    assert_eq!(unreached(&world).await, 0, "he is not in the config");
    world.deliver().await;
    let notified = subjects(&server).pop().expect("a mail");
    let expected = "receiver.recovered Receiver desk has bob@example.org no more";
    assert!(notified.starts_with(expected), "{notified}");
}
