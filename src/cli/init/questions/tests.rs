use std::cell::RefCell;

use super::*;

/// What a person types, and what they see; `H` and `S` where the terminal hides and shows.
async fn typed(answers: &mut Answers, lines: &str) -> (Result<(), CliError>, String) {
    let mut input = lines.as_bytes();
    let mut screen = Vec::new();
    let hidden = RefCell::new(String::new());
    let echo = |is_shown| hidden.borrow_mut().push(if is_shown { 'S' } else { 'H' });
    let mut asker = Asker::new(&mut input, &mut screen, &echo, None);
    let place = SecretPlace::File("smtp-password".to_owned());
    let result = ask_missing(answers, &mut asker, place, find).await;
    let seen = String::from_utf8(screen).expect("UTF-8");
    (result, format!("{seen}{}", hidden.borrow()))
}

/// `one.example` is a feed, `two.example` names two, all else is not there.
async fn find(target: &str) -> Result<Vec<Candidate>, CliError> {
    let feed = |title: &str, url: &str| Candidate {
        title: title.to_owned(),
        url: Url::parse(url).expect("a URL"),
    };
    match target {
        "https://one.example" => Ok(vec![feed("One", "https://one.example/feed")]),
        "https://two.example" => Ok(vec![
            feed("News", "https://two.example/news"),
            feed("Sport", "https://two.example/sport"),
        ]),
        other => Err(CliError::Failed(format!("{other}: not there"))),
    }
}

fn feeds(answers: &Answers) -> Vec<&str> {
    let feeds = answers.first.feeds.iter();
    feeds.map(|feed| feed.url.as_str()).collect()
}

#[tokio::test]
async fn answers_become_a_config_with_mail_and_the_password_is_not_in_it() {
    let mut answers = Answers::default();
    let lines = "\none.example\ntwo.example\n3\n2 1\none.example\ndead.example\nn\ndead.example/f\ny\n\n\
                 (Koizumi\nPrime Minister\n\nx\n1\ndesk\ndesk@example.org, night@example.org\n\
                 https://mail\nmail.example.org:587\nbells@example.org\nhunter2 \n";
    let (result, seen) = typed(&mut answers, lines).await;
    result.expect("all is answered");
    assert_eq!(
        feeds(&answers),
        [
            "https://one.example/feed",
            "https://two.example/sport",
            "https://two.example/news",
            "https://dead.example/f",
        ]
    );
    assert_eq!(answers.first.watches[0].expression, "\"Prime Minister\"");
    let mail = answers.first.mail.as_ref().expect("mail");
    assert_eq!(mail.to, ["desk@example.org", "night@example.org"]);
    assert_eq!(mail.from, "bells@example.org");
    let place = SecretPlace::File("smtp-password".to_owned());
    assert_eq!(mail.login, Some(("bells@example.org".to_owned(), place)));
    assert_eq!(answers.password.as_deref(), Some("hunter2"));
    assert!(!answers.first.text().contains("hunter2"));
    assert!(
        seen.ends_with("HS"),
        "what is typed there is hidden: {seen}"
    );
    for said in [
        "at least one is needed",
        "numbers from 1 to 2",
        "added already, as One",
        "dead.example: not there",
        "type 1, 2 or 3",
        "type addresses only",
        "type the name of a host",
    ] {
        assert!(seen.contains(said), "{said}: {seen}");
    }
}

#[tokio::test]
async fn only_what_the_flags_have_not_said_is_asked() {
    let mut answers = Answers::default();
    answers.take_feed("one.example", find).await.expect("taken");
    answers
        .take_feed("https://dead.example/f", find)
        .await
        .expect("taken as it is");
    answers.first.watch("Koizumi").expect("a term");
    let (result, seen) = typed(&mut answers, "2\nhook.example\nhttps://hook.example/a\n").await;
    result.expect("all is answered");
    assert_eq!(feeds(&answers).len(), 2);
    assert_eq!(
        answers.first.webhook.as_deref(),
        Some("https://hook.example/a")
    );
    assert!(!seen.contains("site or feed"), "{seen}");
    // What cannot be in a config is an error, not a config without it.
    for unusable in ["no address", "htps://one.example", "mailto:a@one.example"] {
        assert!(
            answers.take_feed(unusable, find).await.is_err(),
            "{unusable}"
        );
    }
    answers.take_feed("one.example", find).await.expect("known");
    assert_eq!(feeds(&answers).len(), 2);
}

#[tokio::test]
async fn where_the_answers_end_nothing_comes_of_it() {
    let (result, _) = typed(&mut Answers::default(), "one.example\n").await;
    let error = result.expect_err("it ended").to_string();
    assert_eq!(error, "there are no more answers; nothing was written");
}
