//! `man`: manual pages, made from the arguments and the schema themselves.

use std::{
    ffi::OsString,
    io::{self, Write as _},
};

use clap::{Args, Command};
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::error::{Answer, CliError};
use crate::config::schema::{Key, TABLES};
use crate::view::names::unknown;

/// The page of the config.
const CONFIG: &str = "fivebells.toml";

const FILES: [(&str, &str); 5] = [
    (
        "/etc/fivebells/fivebells.toml",
        "The config, see fivebells.toml(5).",
    ),
    (
        "/var/lib/fivebells/fivebells.db",
        "The service's store, with its log (-wal), index (-shm), lock (.lock) and reserve \
         (.ballast) beside it. Where `[store] url` names no file and the config is not the \
         service's, the store lies beside the config.",
    ),
    (
        "/var/lib/fivebells/fivebells.sock",
        "The control socket, where commands ask the running service; it goes with it.",
    ),
    (
        "/var/lib/fivebells/fivebells.db.rescued-N, .schema-N",
        "Copies of the store: what it held when its file was deleted or replaced under the running \
         service, and what it was before a newer version opened it.",
    ),
    (
        "/usr/lib/systemd/system/fivebells.service",
        "The unit of the service; `systemctl edit fivebells` adds to it.",
    ),
];

const ENVIRONMENT: [(&str, &str); 9] = [
    ("FIVEBELLS_CONFIG", "The config file, where -c names none."),
    ("FIVEBELLS_LOG", "What is logged, where --log does not say."),
    (
        "STATE_DIRECTORY",
        "Where the store is, where the config does not say; systemd sets it for the service.",
    ),
    (
        "CREDENTIALS_DIRECTORY",
        "Where secrets of the form { credential = \"NAME\" } are; systemd sets it for the service.",
    ),
    (
        "NO_COLOR",
        "No colours, where it is set and not empty and --color does not say.",
    ),
    (
        "CLICOLOR_FORCE",
        "Colours where there is no terminal too, such as in a pipe.",
    ),
    (
        "TZ",
        "The zone of log lines, and of all else where the config has no timezone.",
    ),
    (
        "JOURNAL_STREAM",
        "Where this names standard error, log lines go to the journal: without a time, which it \
         has itself, and with their level.",
    ),
    (
        "NOTIFY_SOCKET",
        "Where systemd is notified of the state of the service, sd_notify(3).",
    ),
];

const EXIT_STATUS: [(&str, &str); 6] = [
    ("0", "Fine."),
    (
        "1",
        "It failed, or the answer is no: no match, a test that fails, no such name.",
    ),
    ("2", "The arguments are wrong."),
    ("3", "The service does not run (status, reload)."),
    (
        "69",
        "The store cannot be reached: there is none, it is in use, or its disk is in trouble; or \
         the service runs and does not answer (reload).",
    ),
    (
        "78",
        "The config is wrong; reload: it was refused, and the old one stays in force.",
    ),
];

const SIGNALS: [(&str, &str); 2] = [
    (
        "SIGTERM, SIGINT",
        "Stop. Polls and deliveries that are under way may end, within 45 seconds; a second signal \
         cuts them off.",
    ),
    (
        "SIGHUP",
        "Read the config again, all or nothing (run only). fivebells status shows whether it was \
         refused.",
    ),
];

/// Print a manual page in roff: the main one, a command's, or the config's.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The command, or fivebells.toml; by default the main page.
    #[arg(value_name = "COMMAND")]
    page: Vec<String>,
}

impl Man {
    /// Of these arguments.
    pub(super) fn run(&self, arguments: Command) -> Answer {
        let mut out = io::stdout().lock();
        let arguments = built(arguments);
        match &self.page[..] {
            [] => of_all(arguments, &mut out)?,
            [page] if page == CONFIG => of_config(&mut out)?,
            names => of_command(&arguments, names, &mut out)?,
        }
        out.flush()?;
        Ok(true)
    }
}

fn of_all(arguments: Command, out: &mut dyn io::Write) -> io::Result<()> {
    let page = clap_mangen::Man::new(arguments).source(source());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    page.render_subcommands_section(out)?;
    sections(out)?;
    see_also(&["fivebells.toml(5)", "systemd.service(5)"], out)?;
    page.render_version_section(out)
}

fn of_command(
    arguments: &Command,
    names: &[String],
    out: &mut dyn io::Write,
) -> Result<(), CliError> {
    let mut command = arguments;
    let mut title = "fivebells".to_owned();
    // A page names others as `fivebells-outbox-retry`.
    let words = names.iter().flat_map(|name| name.split('-'));
    for name in words.filter(|word| *word != "fivebells") {
        let Some(found) = command.find_subcommand(name) else {
            let known = command.get_subcommands().map(Command::get_name);
            return Err(unknown("manual page of", name, known.chain([CONFIG])).into());
        };
        (command, title) = (found, format!("{title}-{}", found.get_name()));
    }
    let page = clap_mangen::Man::new(command.clone());
    let page = page.title(title).source(source());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    if command.has_subcommands() {
        page.render_subcommands_section(out)?;
    }
    see_also(&["fivebells(1)", "fivebells.toml(5)"], out)?;
    Ok(())
}

/// The pages that a command line asks for next: of `man outbox` those of its commands.
pub(super) fn below(arguments: Command, words: &[OsString]) -> Vec<String> {
    let mut command = &built(arguments);
    let mut words = words.iter().rev().collect::<Vec<_>>();
    let from = words.iter().position(|word| *word == "man");
    words.truncate(from.unwrap_or(0));
    // The first of them is being typed.
    let named = words.iter().skip(1).rev();
    for name in named.filter_map(|word| word.to_str()) {
        if let Some(found) = command.find_subcommand(name) {
            command = found;
        }
    }
    let pages = command.get_subcommands().map(Command::get_name);
    let config = Some(CONFIG).filter(|_| words.len() <= 1);
    pages.chain(config).map(str::to_owned).collect()
}

fn source() -> String {
    format!("fivebells {}", env!("CARGO_PKG_VERSION"))
}

/// The arguments, with what the parser adds to each command. `help` would have a page for each page.
fn built(arguments: Command) -> Command {
    let mut command = arguments.disable_help_subcommand(true);
    command.build();
    command
}

fn sections(out: &mut dyn io::Write) -> io::Result<()> {
    let mut roff = Roff::new();
    let lists: [(&str, &[(&str, &str)]); 4] = [
        ("FILES", &FILES),
        ("ENVIRONMENT", &ENVIRONMENT),
        ("EXIT STATUS", &EXIT_STATUS),
        ("SIGNALS", &SIGNALS),
    ];
    for (title, entries) in lists {
        roff.control("SH", [title]);
        for (name, text) in entries {
            roff.control("TP", [])
                .text([bold(*name)])
                .text([roman(*text)]);
        }
    }
    roff.to_writer(out)
}

fn see_also(pages: &[&str], out: &mut dyn io::Write) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"])
        .text([roman(pages.join(", "))]);
    roff.to_writer(out)
}

const EXAMPLE: &str = "\
[feed]
nhk = { url = \"https://www3.nhk.or.jp/rss/news/cat6.xml\", every = \"5m\" }

[watch]
koizumi = \"Koizumi NOT Yakumo\"

[receiver]
desk = { email = [\"desk@example.org\"] }

[mail]
server = \"mail.example.org:587\"
from = \"fivebells@example.org\"
";

/// Every table and key.
fn of_config(out: &mut dyn io::Write) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("TH", [CONFIG, "5", "", source().as_str()]);
    roff.control("SH", ["NAME"]);
    roff.text([roman("fivebells.toml - the config of fivebells(1)")]);
    roff.control("SH", ["DESCRIPTION"]);
    let about = "A file in TOML, by default /etc/fivebells/fivebells.toml. `fivebells check` says \
                 everything that is wrong with one, `fivebells config` what is in effect.";
    roff.text([roman(about)]);
    let example = "Defaults and bounds of the keys are in docs/configuration.md. A small one:";
    roff.control("SH", ["EXAMPLE"]);
    roff.text([roman(example)]);
    roff.control("EX", []);
    for line in EXAMPLE.lines() {
        roff.text([roman(line), Inline::LineBreak]);
    }
    roff.control("EE", []);
    for table in TABLES {
        let title = match table.header {
            "" => "TOP OF THE FILE".to_owned(),
            header if header.contains(' ') || header == "grades" => header.to_uppercase(),
            header => format!("[{header}]"),
        };
        roff.control("SH", [title.as_str()]);
        for Key {
            name, kind, about, ..
        } in table.keys
        {
            let takes = format!(" ({})", kind.as_str());
            roff.control("TP", []).text([bold(*name), italic(takes)]);
            roff.text([roman(*about)]);
        }
    }
    roff.to_writer(out)?;
    see_also(&["fivebells(1)"], out)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Arguments;

    fn page(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
        let mut page = Vec::new();
        write(&mut page).expect("a Vec takes every write");
        String::from_utf8(page).expect("UTF-8")
    }

    #[test]
    fn every_page_that_the_first_one_names_can_be_made() {
        let arguments = built(Arguments::command());
        let all = page(|out| of_all(arguments.clone(), out));
        for section in ["FILES", "ENVIRONMENT", "\"EXIT STATUS\"", "SIGNALS"] {
            assert!(
                all.contains(&format!(".SH {section}\n")),
                "{section}\n{all}"
            );
        }
        let mut named = pages(&all);
        assert!(named.len() > 20, "{all}");
        let help = vec!["help".to_owned()];
        assert!(!named.contains(&help), "it would have a page for each page");
        let mut made = 0;
        while let Some(words) = named.pop() {
            let mut own = Vec::new();
            of_command(&arguments, &words, &mut own).expect("a page");
            let own = String::from_utf8(own).expect("UTF-8");
            assert!(own.contains(".SH SYNOPSIS"), "{own}");
            named.extend(pages(&own).into_iter().filter(|it| it.len() > words.len()));
            made += 1;
        }
        assert!(made > 22, "the commands of `outbox` too");
        let slip = ["fedes".to_owned()];
        let refused = of_command(&arguments, &slip, &mut Vec::new()).expect_err("no such page");
        assert!(refused.to_string().contains("feeds"), "{refused}");
    }

    /// The words of every page that this one names.
    fn pages(page: &str) -> Vec<Vec<String>> {
        let plain = page.replace("\\-", "-");
        let names = plain.split("fivebells-").skip(1);
        let names = names
            .filter_map(|rest| rest.split_once("(1)"))
            .filter(|(name, _)| !name.contains(char::is_whitespace));
        names
            .map(|(name, _)| name.split('-').map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn a_page_is_found_by_the_name_that_others_give_it() {
        let arguments = built(Arguments::command());
        let found = |name: &str| {
            let mut page = Vec::new();
            of_command(&arguments, &[name.to_owned()], &mut page).expect("a page");
            page
        };
        let mut page = Vec::new();
        let words = ["outbox", "retry"].map(str::to_owned);
        of_command(&arguments, &words, &mut page).expect("a page");
        assert_eq!(found("outbox-retry"), page);
        assert_eq!(found("fivebells-outbox-retry"), page);
        let typed = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            below(Arguments::command(), &words)
        };
        assert!(typed("x -- fivebells man ").contains(&CONFIG.to_owned()));
        assert_eq!(typed("x -- fivebells man outbox re"), ["retry", "drop"]);
    }

    #[test]
    fn the_example_of_the_config_page_is_a_config() {
        let environment = crate::config::Environment::default();
        let checked =
            crate::config::check_text("x.toml".as_ref(), EXAMPLE.to_owned(), &environment);
        checked.expect("no error");
    }

    #[test]
    fn the_page_of_the_config_has_every_key() {
        let config = page(of_config);
        for key in TABLES.iter().flat_map(|table| table.keys) {
            let name = key.name.replace('-', "\\-");
            assert!(config.contains(&format!("\\fB{name}\\fR")), "{name}");
        }
    }
}
