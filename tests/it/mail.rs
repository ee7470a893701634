//! Several mail servers: a mail goes through the next one, and somebody is told.

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
    let told = &subjects(&backup)[3];
    assert!(
        told.starts_with("receiver.failing Mail for receiver desk goes through server backup"),
        "{told}"
    );
    world.advance(60);
    feed.publish("Koizumi sits");
    world.round().await;
    assert_eq!(backup.mails().len(), 5, "it is told once");
    assert_eq!(main.mails().len(), 0);

    main.set(plain());
    world.advance(6);
    feed.publish("Koizumi sleeps");
    world.round().await;
    assert_eq!(subjects(&main), ["alert.matched Koizumi sleeps"]);
    assert_eq!(backup.mails().len(), 5);
}
