//! One config per fault, and its report as a snapshot beside it.

use std::{fs, path::Path};

use super::{environment, load};
use crate::config::Report;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/config");

/// The report of a fixture, without the directory it happens to lie in.
fn report(path: &Path) -> Report {
    let mut report = match load(path, &environment()) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors.report,
    };
    for source in &mut report.sources.0 {
        let name = source.path.strip_prefix(FIXTURES);
        source.path = name.expect("in the directory").to_owned();
    }
    report
}

#[test]
fn every_fault_has_its_report() {
    let files = fs::read_dir(FIXTURES).expect("the fixtures");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    paths.sort();
    assert!(paths.len() > 50, "the fixtures are gone");
    for path in paths {
        let report = report(&path);
        assert!(
            !report.problems.is_empty(),
            "{} has no fault",
            path.display()
        );
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = report.render(false).replace(&format!("{FIXTURES}/"), "");
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
            snapshot_path => FIXTURES,
        }, { insta::assert_snapshot!(name, text) });
    }
}

#[test]
fn five_mistakes_are_five_errors() {
    let report = report(&Path::new(FIXTURES).join("five-mistakes.toml"));
    assert_eq!(report.errors(), 5, "{report}");
}

#[test]
fn objects_and_text_name_the_same_places() {
    let report = report(&Path::new(FIXTURES).join("columns-bom-crlf-tab-cjk.toml"));
    let text = report.render(false);
    for line in report.lines() {
        let (row, column) = (line.line.expect("a line"), line.column.expect("a column"));
        let place = format!("--> {}:{row}:{column}", line.file);
        assert!(text.contains(&place), "{place} is not in\n{text}");
    }
    assert_eq!(report.lines().count(), 2);
}

#[test]
fn no_report_shows_a_secret() {
    for file in fs::read_dir(FIXTURES).expect("the fixtures") {
        let path = file.expect("a file").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let report = report(&path);
            let lines: Vec<_> = report.lines().collect();
            let objects = serde_json::to_string(&lines).expect("JSON");
            assert!(
                !report.render(true).contains("s3cret-marker"),
                "{}",
                path.display()
            );
            assert!(!objects.contains("s3cret-marker"), "{}", path.display());
        }
    }
}
