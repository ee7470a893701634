//! Completions: the shell asks this program at each tab, so that names from the config are among
//! them.

use std::{
    ffi::{OsStr, OsString},
    io::{self, Write as _},
    path::PathBuf,
};

use clap::{Args, Command, ValueEnum as _};
use clap_complete::{
    CompleteEnv, Shell,
    engine::{ArgValueCompleter, CompletionCandidate},
    env::Shells,
};

use super::error::Answer;
use crate::config::{self, Config, Environment};
use crate::view::names;

/// By this variable the shell says that it asks; no other program's.
const ASKED: &str = "FIVEBELLS_COMPLETE";

/// zsh reads the script at the first tab, as the function that has to answer it, and clap's script
/// only defines another one: without this the first tab does nothing.
const FIRST_TAB_OF_ZSH: &str = "
if [[ $funcstack[1] == _fivebells ]]; then
    _clap_dynamic_completer_fivebells \"$@\"
fi
";

/// clap's script gives bash the names as they are, and one with a space would be two words. Inside quotes
/// bash does what is needed itself.
const QUOTES_OF_BASH: &str = r#"
_fivebells() {
    _clap_complete_fivebells "$@"
    [[ ${COMP_WORDS[COMP_CWORD]} == [\"\']* ]] && return
    local index
    for index in "${!COMPREPLY[@]}"; do
        COMPREPLY[index]=$(printf %q "${COMPREPLY[index]}")
    done
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _fivebells fivebells
else
    complete -o nospace -o bashdefault -F _fivebells fivebells
fi
"#;

/// Names of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Feeds,
    /// Those that are not off.
    Polled,
    Watches,
    Receivers,
    Tags,
    /// Manual pages: commands, and the config's.
    Pages,
    /// Of what the word before them says: `mute watch`.
    Muted,
}

/// Where names are expected: the command, the argument, and of what.
const NAME_ARGUMENTS: [(&[&str], &str, Names); 21] = [
    (&["feeds"], "name", Names::Feeds),
    (&["poll"], "feeds", Names::Polled),
    (&["fetch"], "target", Names::Feeds),
    (&["search"], "feed", Names::Feeds),
    (&["try"], "feed", Names::Feeds),
    (&["try"], "against", Names::Watches),
    (&["watches"], "name", Names::Watches),
    (&["explain"], "watch", Names::Watches),
    (&["alerts"], "watch", Names::Watches),
    (&["alerts"], "feed", Names::Feeds),
    (&["alerts"], "tag", Names::Tags),
    (&["alerts"], "receiver", Names::Receivers),
    (&["stories"], "watch", Names::Watches),
    (&["outbox"], "receiver", Names::Receivers),
    (&["outbox", "retry"], "receiver", Names::Receivers),
    (&["outbox", "drop"], "receiver", Names::Receivers),
    (&["preview"], "receiver", Names::Receivers),
    (&["send"], "receiver", Names::Receivers),
    (&["mute"], "names", Names::Muted),
    (&["unmute"], "names", Names::Muted),
    (&["man"], "page", Names::Pages),
];

/// Print what a shell needs to complete commands, options and the names in the config.
///
/// bash: `fivebells completions bash > /etc/bash_completion.d/fivebells`; zsh: into a file `_fivebells`
/// in a folder of `$fpath`; fish: into `~/.config/fish/completions/fivebells.fish`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Answer {
        let name = self.shell.to_possible_value().expect("no shell is hidden");
        let shells = Shells::builtins();
        let shell = shells
            .completer(name.get_name())
            .expect("a shell that is built in");
        let mut script = Vec::new();
        shell.write_registration(ASKED, "fivebells", "fivebells", "fivebells", &mut script)?;
        let more = match self.shell {
            Shell::Bash => QUOTES_OF_BASH,
            Shell::Zsh => FIRST_TAB_OF_ZSH,
            _ => "",
        };
        script.extend(more.as_bytes());
        io::stdout().write_all(&script)?;
        Ok(true)
    }
}

/// Answers the shell and ends the process, if it asks.
pub(super) fn answer_the_shell(arguments: fn() -> Command) {
    let named = || with_names(arguments);
    CompleteEnv::with_factory(named).var(ASKED).complete();
}

/// The arguments, with names where they are expected.
fn with_names(arguments: fn() -> Command) -> Command {
    NAME_ARGUMENTS
        .into_iter()
        .fold(arguments(), |command, (path, argument, names)| {
            let completer =
                ArgValueCompleter::new(move |word: &OsStr| candidates(word, names, arguments));
            with(command, path, argument, completer)
        })
}

fn with(
    command: Command,
    path: &[&'static str],
    argument: &'static str,
    completer: ArgValueCompleter,
) -> Command {
    match path {
        [] => command.mut_arg(argument, |it| it.add(completer)),
        [first, rest @ ..] => {
            command.mut_subcommand(*first, |it| with(it, rest, argument, completer))
        }
    }
}

/// The names that begin so; none where anything is wrong: a message would end up on the command line.
fn candidates(
    current: &OsStr,
    names: Names,
    arguments: fn() -> Command,
) -> Vec<CompletionCandidate> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let Some(current) = current.to_str() else {
        return Vec::new();
    };
    let known = match (names, config(&words)) {
        (Names::Pages, _) => super::man::below(arguments(), &words),
        (_, Some(config)) => list(names, &config, &words),
        (_, None) => Vec::new(),
    };
    // As bash gives a word that was begun with a space in it.
    let plain = current.replace('\\', "");
    let is_begun = |name: &String| name.starts_with(current) || name.starts_with(&plain);
    let found = known.into_iter().filter(is_begun);
    found.map(CompletionCandidate::new).collect()
}

/// The config that the command would read, without its secrets.
fn config(words: &[OsString]) -> Option<Config> {
    let mut words = words.iter();
    let mut named = None;
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("-c" | "--config") => named = words.next().map(PathBuf::from),
            Some(word) => {
                let joined = word.strip_prefix("--config=");
                named = joined.map(PathBuf::from).or(named);
            }
            None => {}
        }
    }
    let of_environment = || std::env::var_os("FIVEBELLS_CONFIG").map(PathBuf::from);
    let path = named.or_else(of_environment);
    let path = path.unwrap_or_else(|| super::config::DEFAULT.into());
    let looked = config::load_for_looking(&path, &Environment::of_process());
    looked.ok().map(|looked| looked.loaded.config)
}

fn list(names: Names, config: &Config, words: &[OsString]) -> Vec<String> {
    let feeds = config.all_feeds().map(|feed| feed.name.clone());
    let polled = config.feeds.iter().map(|feed| feed.name.clone());
    let watches = config.all_watches().map(|watch| watch.name.clone());
    let receivers = config
        .receivers
        .iter()
        .map(|receiver| receiver.name.clone());
    match names {
        Names::Feeds => feeds.collect(),
        Names::Polled => polled.collect(),
        Names::Watches => watches.collect(),
        Names::Receivers => receivers.collect(),
        Names::Tags => names::tags(config),
        Names::Pages => Vec::new(),
        Names::Muted => {
            let kinds = words.iter().rev().find_map(|word| match word.to_str()? {
                "watch" => Some(Names::Watches),
                "feed" => Some(Names::Feeds),
                "tag" => Some(Names::Tags),
                "receiver" => Some(Names::Receivers),
                _ => None,
            });
            kinds.map_or_else(Vec::new, |kind| list(kind, config, words))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Arguments;

    #[test]
    fn every_argument_that_takes_a_name_is_there() {
        // Where one is missing this panics.
        with_names(Arguments::command).debug_assert();
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
}
