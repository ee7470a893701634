//! The lines that make a watch of the expression, and what `check` says of them.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    config::{self, Config, Environment, key, quoted},
    model::{Field, Watch},
};

/// The longest name that is made up.
const MAX_NAME: usize = 24;

/// The lines, and the verdict on them.
#[derive(Debug, Serialize)]
pub(super) struct Adoption {
    name: String,
    lines: String,
    /// What is wrong with them, as `check` shows it.
    report: String,
    has_errors: bool,
    /// How many errors the rest of the config has.
    others: usize,
    file: String,
}

impl Adoption {
    /// Of the watch that is tried, under this name or one that is made up. The files of the config are
    /// read as they are now: that is where the lines will stand.
    pub(super) async fn of(watch: &Watch, name: Option<&str>, config: &Config) -> Self {
        let name = name.map_or_else(|| made_up(&watch.expression, config), str::to_owned);
        let plain = lines(watch, &name, &[]);
        let with_receivers = lines(watch, &name, usual_receivers(config));
        let (path, first) = (config.path.clone(), plain.clone());
        let checked = tokio::task::spawn_blocking(move || {
            let environment = Environment::of_process().without_secrets();
            let check = |text: String| {
                let (report, others) = config::check_beside(&path, text.clone(), &environment);
                (text, report.errors(), report.render(false), others)
            };
            let first = check(first);
            if first.1 == 0 {
                return first;
            }
            // Without a `notify` for all watches each has its own.
            let with_receivers = check(with_receivers);
            if with_receivers.1 < first.1 {
                with_receivers
            } else {
                first
            }
        });
        let checked = checked.await;
        let not_checked = |_| (plain, 1, "they could not be checked".to_owned(), 0);
        let (lines, errors, report, others) = checked.unwrap_or_else(not_checked);
        Self {
            name,
            lines,
            report,
            has_errors: errors > 0,
            others,
            file: config.path.display().to_string(),
        }
    }
}

/// The receivers that most watches notify.
fn usual_receivers(config: &Config) -> &[String] {
    let lists = config.watches.iter().map(|watch| &watch.notify);
    let mut uses: HashMap<&[String], usize> = HashMap::new();
    for list in lists.clone() {
        *uses.entry(list).or_default() += 1;
    }
    // The first of those that are used as often.
    let most = lists.rev().max_by_key(|list| uses[list.as_slice()]);
    most.map_or(&[], Vec::as_slice)
}

/// `receivers` are named where there are some.
fn lines(watch: &Watch, name: &str, receivers: &[String]) -> String {
    let list = |names: Vec<&str>| {
        let names: Vec<String> = names.into_iter().map(quoted).collect();
        format!("[{}]", names.join(", "))
    };
    let mut keys = Vec::new();
    if watch.fields != Field::DEFAULT {
        let fields = watch.fields.iter().map(|field| field.as_str()).collect();
        keys.push(format!("in = {}", list(fields)));
    }
    if let Some(feeds) = &watch.feeds {
        keys.push(format!(
            "feeds = {}",
            list(feeds.iter().map(String::as_str).collect())
        ));
    }
    if !receivers.is_empty() {
        let receivers = receivers.iter().map(String::as_str).collect();
        keys.push(format!("notify = {}", list(receivers)));
    }
    let (name, expression) = (key(name), quoted(&watch.expression));
    if keys.is_empty() {
        return format!("[watch]\n{name} = {expression}\n");
    }
    format!(
        "[watch.{name}]\nmatch = {expression}\n{}\n",
        keys.join("\n")
    )
}

/// Of the first words of the expression; another than those that there are.
fn made_up(expression: &str, config: &Config) -> String {
    let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    let words = words.filter(|word| !matches!(*word, "OR" | "AND" | "NOT" | "NEAR"));
    let word = words.map(str::to_lowercase).next().unwrap_or_default();
    let word: String = word.chars().take(MAX_NAME).collect();
    let word = if word.is_empty() {
        "new".to_owned()
    } else {
        word
    };
    let is_free = |name: &String| config.all_watches().all(|watch| watch.name != *name);
    let more = (2_u32..).map(|number| format!("{word}-{number}"));
    let mut names = std::iter::once(word.clone()).chain(more);
    names.find(is_free).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        view::expressions::as_watch,
        web::testing::{CONFIG, Site},
    };

    #[tokio::test]
    async fn where_no_line_notifies_for_all_the_lines_name_the_receivers_of_most_watches() {
        let own = [
            (
                "pm = \"Koizumi\"",
                "pm = { match = \"Koizumi\", notify = [\"phone\"] }",
            ),
            (
                "flash\" }",
                "flash\", notify = [\"desk\"] }\nrain = { match = \"rain\", notify = [\"desk\"] }",
            ),
            ("notify = [\"desk\", \"phone\"]\n", ""),
        ];
        let own = own.iter().fold(CONFIG.to_owned(), |config, (old, new)| {
            config.replacen(old, new, 1)
        });
        for (config, wanted) in [
            (CONFIG, "[watch]\nsphinx = \"Sphinx\"\n"),
            (
                &own,
                "[watch.sphinx]\nmatch = \"Sphinx\"\nnotify = [\"desk\"]\n",
            ),
        ] {
            let site = Site::with(config).await;
            let (watch, _) = as_watch("Sphinx", &[], &[]).expect("an expression");
            let config = site.context.app.config();
            let adoption = Adoption::of(&watch, None, &config).await;
            assert_eq!(adoption.lines, wanted, "{}", adoption.report);
            assert!(!adoption.has_errors, "{}", adoption.report);
        }
    }

    #[test]
    fn the_lines_are_toml_whatever_the_expression_holds() {
        for (expression, fields, wanted) in [
            ("Koizumi", &[][..], "[watch]\nk = \"Koizumi\"\n"),
            (
                "\"Koizumi Shinjiro\"",
                &[Field::Title],
                "[watch.k]\nmatch = '\"Koizumi Shinjiro\"'\nin = [\"title\"]\n",
            ),
        ] {
            let (watch, _) = as_watch(expression, fields, &[]).expect(expression);
            let lines = lines(&watch, "k", &[]);
            assert_eq!(lines, wanted);
            let table: toml::Table = lines.parse().expect("TOML");
            let watch = &table["watch"]["k"];
            let read = watch.get("match").unwrap_or(watch).as_str();
            assert_eq!(read, Some(expression));
        }
    }
}
