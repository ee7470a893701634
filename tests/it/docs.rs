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

/// Each promise stands beside the test that holds it: it must be there, where it is said to be.
#[test]
fn every_test_that_polling_names_is_there() {
    let mut declared = Vec::new();
    for folder in ["src", "tests/it"] {
        collect(&root().join(folder), "", &mut declared);
    }
    let page = read("docs/polling.md");
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let tests: Vec<&str> = rows
        .filter_map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(tests.len() > 40, "the tables were not found");
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
/// name. Modules may stand inside a file: `mod tests {`.
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
