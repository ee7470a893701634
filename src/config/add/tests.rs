use std::fs;

use url::Url;

use super::*;
use crate::config::{Proposals, load};

const CONFIG: &str = "include = [\"more/*.toml\"]\n[feed] # ours\na = \"https://a.example/\"\n\
                      [watch]\nw = \"Koizumi\"\n[receiver]\ns = { stdout = true }\n";

fn proposal(url: &str) -> Proposal {
    let url = Url::parse(url).expect("a URL");
    Proposals::default()
        .propose("new", &url, &[])
        .expect("usable")
}

fn add(folder: &Path, file: Option<&str>, url: &str) -> Result<(), AddError> {
    let file = file.map(|file| folder.join(file));
    let path = folder.join("fivebells.toml");
    let feeds = [proposal(url)];
    add_feeds(&path, file.as_deref(), &feeds, &Environment::default())
}

fn place(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("fivebells.toml"), config).expect("written");
    fs::create_dir(folder.path().join("more")).expect("made");
    let more = "# more\n[feed]\nb = \"https://b.example/\"\n";
    fs::write(folder.path().join("more/b.toml"), more).expect("written");
    folder
}

#[test]
fn feeds_go_into_the_main_file_or_into_one_that_it_includes() {
    let folder = place(&format!("\u{feff}{CONFIG}"));
    add(folder.path(), None, "https://x.example/").expect("added");
    let more = Some("more/b.toml");
    let error = add(folder.path(), more, "https://y.example/").expect_err("the name is there");
    assert!(
        error.to_string().contains("two feeds named \"new\""),
        "{error}"
    );
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("read");
    let line = "a = \"https://a.example/\"\n";
    let with = format!("{line}new = \"https://x.example/\"\n");
    let expected = format!("\u{feff}{}", CONFIG.replace(line, &with));
    assert_eq!(read("fivebells.toml"), expected);
    assert_eq!(
        read("more/b.toml"),
        "# more\n[feed]\nb = \"https://b.example/\"\n"
    );
    let loaded = load(
        &folder.path().join("fivebells.toml"),
        &Environment::default(),
    );
    assert_eq!(loaded.expect("a good config").config.feeds.len(), 3);
}

#[test]
fn nothing_is_written_where_the_config_would_not_check_or_is_not_concerned() {
    for (config, file, url, expected) in [
        (CONFIG, None, "https://b.example/", "have the same URL"),
        (
            CONFIG,
            Some("other.toml"),
            "https://x.example/",
            "is no file of the config",
        ),
        ("[watch]\nw = \"(\"\n", None, "https://x.example/", "error:"),
        ("[feed\n", None, "https://x.example/", "error:"),
        ("feed = {}\n", None, "https://x.example/", "in braces"),
    ] {
        let folder = place(config);
        fs::write(folder.path().join("other.toml"), "").expect("written");
        let error = add(folder.path(), file, url)
            .expect_err("refused")
            .to_string();
        assert!(error.contains(expected), "{config}: {error}");
        let now = fs::read_to_string(folder.path().join("fivebells.toml"));
        assert_eq!(now.expect("read"), config);
    }
}
