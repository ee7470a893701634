//! What the documents say is what the program does.

use std::{fs, path::PathBuf};

use clap::CommandFactory as _;
use fivebells::{
    cli::Arguments,
    config::{self, Environment},
};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_command_stands_in_the_readme() {
    let readme = read("README.md");
    for command in Arguments::command().get_subcommands() {
        let name = format!("`{}", command.get_name());
        assert!(readme.contains(&name), "README.md says nothing of {name}`");
    }
}

#[test]
fn every_flag_has_a_help_text() {
    let root = Arguments::command();
    for command in std::iter::once(&root).chain(root.get_subcommands()) {
        for argument in command
            .get_arguments()
            .filter(|argument| argument.get_id() != "help")
        {
            let (command, name) = (command.get_name(), argument.get_id());
            assert!(
                argument.get_help().is_some(),
                "{command}: {name} has no help"
            );
        }
    }
}

/// The README's first screen shows a whole config; it must be a right one.
#[test]
fn the_config_in_the_readme_loads() {
    let readme = read("README.md");
    let block = readme
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("readme.toml");
    fs::write(&path, block.expect("a TOML block")).expect("written");
    let loaded = config::load(&path, &Environment::of_process());
    loaded.unwrap_or_else(|errors| panic!("{}", errors.report.render(false)));
}

/// The page names the test that holds each promise: the test must exist, under that name.
#[test]
fn every_test_that_polling_names_is_there() {
    let mut declared = Vec::new();
    for folder in ["src", "tests/it"] {
        collect(&root().join(folder), "", &mut declared);
    }
    let page = read("docs/polling.md");
    let (_, table) = page.split_once("\n## Tests\n").expect("the table of tests");
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let tests: Vec<&str> = rows
        .filter_map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(tests.len() > 40, "the table was not found");
    for test in tests {
        if test.contains(".toml") {
            let fixture = root().join("tests/fixtures/config").join(test);
            assert!(fixture.exists(), "there is no fixture {test}");
            continue;
        }
        let test = test.strip_prefix("fivebells::").unwrap_or(test);
        assert!(is_there(test, &declared), "there is no test {test}");
    }
}

#[test]
fn a_test_is_named_by_its_whole_path() {
    let declared = [("outage".to_owned(), "fn an_end() {} mod tests {".to_owned())];
    for (test, there) in [
        ("outage::an_end", true),
        ("outage::tests::an_end", true),
        ("outage", true),
        ("outage::tests", true),
        ("missed::an_end", false),
        ("an_end", false),
        ("outage::no_end", false),
    ] {
        assert_eq!(is_there(test, &declared), there, "{test}");
    }
}

/// Whether a module of this path is there, or else a test in the module of the path before its
/// name. Modules may be inside a file: `mod tests {`.
fn is_there(test: &str, modules: &[(String, String)]) -> bool {
    let has = |path: &str, words: &str| {
        let mut of_path = modules.iter().filter(|(module, _)| module == path);
        of_path.any(|(_, source)| source.contains(words))
    };
    let Some((parent, name)) = test.rsplit_once("::") else {
        return has(test, "");
    };
    let declared = format!("fn {name}(");
    let inline = parent.rsplit_once("::");
    has(test, "")
        || has(parent, &declared)
        || has(parent, &format!("mod {name} {{"))
        || inline.is_some_and(|(outer, inner)| {
            has(outer, &format!("mod {inner} {{")) && has(outer, &declared)
        })
}

/// Every source file with the path of its module.
fn collect(folder: &std::path::Path, module: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        let inner = match (module, &*name) {
            (_, "mod") => module.to_owned(),
            ("", name) => name.to_owned(),
            (module, name) => format!("{module}::{name}"),
        };
        if path.is_dir() {
            collect(&path, &inner, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((inner, fs::read_to_string(path).expect("UTF-8")));
        }
    }
}

/// The pages of the repository that link to each other.
fn pages() -> Vec<PathBuf> {
    let folders = [
        "",
        "docs",
        "fuzz",
        "packaging",
        "findings",
        "examples/monitoring",
    ];
    let mut pages = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// The lines of a page that are no code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// Where the links and pictures of a page lead to, those to other hosts left out.
fn links(page: &str) -> Vec<&str> {
    let targets = prose(page).flat_map(|line| line.split("](").skip(1));
    let targets = targets.filter_map(|rest| rest.split(')').next());
    let sources = prose(page).flat_map(|line| line.split("src=\"").skip(1));
    let sources = sources.filter_map(|rest| rest.split('"').next());
    let all = targets.chain(sources);
    all.filter(|target| !target.contains("://")).collect()
}

/// The names that its headings have in links, made as the hosts of repositories make them.
fn anchors(page: &str) -> Vec<String> {
    let headings = prose(page).filter(|line| line.starts_with('#'));
    let named = headings.map(|heading| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    });
    named.collect()
}

#[test]
fn every_link_leads_to_a_page_and_a_heading_that_are_there() {
    let mut broken = Vec::new();
    let mut count = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).expect("UTF-8");
        for link in links(&page) {
            count += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => path.clone(),
                file => path.with_file_name("").join(file),
            };
            let is_there = match fs::read_to_string(&target) {
                Ok(text) => anchor.is_empty() || anchors(&text).iter().any(|name| name == anchor),
                Err(_) => anchor.is_empty() && target.exists(),
            };
            if !is_there {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
    assert!(count > 100, "{count} links were found");
}

#[test]
fn a_heading_is_named_as_in_links() {
    let page = "# A `[feed]` of one's own\n```\n# no heading\n```\n## What waits, and what died\n";
    assert_eq!(
        anchors(page),
        ["a-feed-of-ones-own", "what-waits-and-what-died"]
    );
    let page = "[a](b.md#c) and ![p](d.svg) <img src=\"e.png\"> [f](https://g.example/)\n";
    assert_eq!(links(page), ["b.md#c", "d.svg", "e.png"]);
}

#[test]
fn the_list_of_pages_has_every_page() {
    let list = read("docs/README.md");
    let folder = root().join("docs");
    for path in pages() {
        let name = path.file_name().expect("a name").to_string_lossy();
        if path.parent() == Some(folder.as_path()) && name != "README.md" {
            let link = format!("({name})");
            assert!(list.contains(&link), "docs/README.md does not list {name}");
        }
    }
}
