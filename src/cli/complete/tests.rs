use super::*;

#[test]
fn every_place_of_names_is_an_argument() {
    // Where one is missing this panics.
    command().debug_assert();
}

#[test]
fn the_names_are_those_of_the_config_that_the_command_would_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("fivebells.toml");
    let text = "feed.wire = { url = 'https://a.example/', tags = ['japan', 'asia'] }\n\
                feed.nhk = { url = 'https://b.example/', tags = ['japan'] }\n\
                feed.idle = { url = 'https://c.example/', enabled = false }\n\
                watch.koizumi = 'Koizumi'\nwatch.abe = { match = 'Abe', enabled = false }\nnotify = ['desk']\n\
                receiver.desk = { email = ['a@b.example'] }\n\
                mail = { server = 'm.example', password = { credential = 'none' } }\n";
    std::fs::write(&path, text).expect("written");
    let path = path.to_str().expect("text");
    let names = |line: &str, names: Names| {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        config(&words).map(|config| list(names, &config, &words))
    };
    let begun = format!("fivebells -- fivebells -c {path} mute");
    for (words, kind, wanted) in [
        (
            format!("{begun} watch k"),
            Names::Muted,
            &["koizumi", "abe"][..],
        ),
        (
            format!("{begun} feed wire n"),
            Names::Muted,
            &["wire", "nhk", "idle"],
        ),
        (format!("{begun} tag "), Names::Muted, &["japan", "asia"]),
        (format!("{begun} receiver "), Names::Muted, &["desk"]),
        (format!("{begun} "), Names::Muted, &[]),
        (format!("{begun} "), Names::Polled, &["wire", "nhk"]),
        (
            format!("x --config={path}"),
            Names::Watches,
            &["koizumi", "abe"],
        ),
    ] {
        assert_eq!(names(&words, kind).expect("read"), wanted, "{words}");
    }
    assert_eq!(names("x -c /none/such", Names::Feeds), None);
}
