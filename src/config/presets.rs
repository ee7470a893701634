//! `[preset.NAME]`: services, those that come with the program and those of the config.

use std::{
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use toml::de::DeTable;

use super::{
    Environment,
    context::Context,
    limits::{MAX_PRESET_LENGTH, PRESET_LENGTH},
    names::{read_name, report_doubles},
    parameters::read_parameters,
    problem::{FileId, Problem, Source, Sources},
    schema::{Kind, PRESET, PRESET_LIMIT, PRESET_PRIORITY, RECEIVER},
    section::Section,
    templates::report_template,
    value::{Text, Value},
};
use crate::notify::{
    self, BUILTIN_PRESETS, Grade, HookMethod, Limits, Markup, Preset, PresetError, PresetPart, Unit,
};

/// Those that come with the program, in the order of their file. That they work is for a test to
/// try, not for every start.
static BUILTIN: LazyLock<Vec<Arc<Preset>>> = LazyLock::new(|| {
    let sources = Sources(vec![Source {
        path: PathBuf::from("presets.toml"),
        text: BUILTIN_PRESETS.to_owned(),
    }]);
    let environment = Environment::default();
    let context = Context::new(&sources, &environment);
    let table = DeTable::parse(BUILTIN_PRESETS).expect("a test reads the presets");
    let presets = table.get_ref().iter();
    let presets = presets.flat_map(|(key, node)| {
        let value = Value::new(&context, FileId::FIRST, key, node);
        value.entries().unwrap_or_default()
    });
    let presets = presets.filter_map(|entry| Some(Arc::new(read_preset(entry)?.1)));
    let presets: Vec<_> = presets.collect();
    let problems = context.into_problems();
    assert!(
        problems.is_empty(),
        "a test reads the presets: {problems:?}"
    );
    presets
});

/// Every preset that a receiver can name.
#[derive(Debug)]
pub(super) struct Presets {
    own: Vec<Arc<Preset>>,
    /// The names of the config's own, those included that could not be read.
    names: Vec<String>,
}

impl Presets {
    /// The presets of the config beside the program's.
    pub(super) fn read(entries: Vec<Value<'_>>) -> Self {
        report_doubles("presets", &entries);
        let free: Vec<_> = entries.into_iter().filter(is_free).collect();
        let names = free.iter().map(|entry| entry.name().to_owned());
        Self {
            names: names.collect(),
            own: free
                .into_iter()
                .filter_map(read_own)
                .map(Arc::new)
                .collect(),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Arc<Preset>> {
        let mut all = BUILTIN.iter().chain(&self.own);
        all.find(|preset| preset.name == name)
    }

    /// The keys of a receiver that are presets, those included that could not be read.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let builtin = BUILTIN.iter().map(|preset| preset.name.as_str());
        builtin.chain(self.own_names())
    }

    /// Those that the schema does not know.
    pub(super) fn own_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub(super) fn into_own(self) -> Vec<Arc<Preset>> {
        self.own
    }
}

/// Whether the name means nothing yet.
fn is_free(entry: &Value<'_>) -> bool {
    let is_taken = RECEIVER.keys.iter().any(|key| key.name == entry.name());
    if is_taken {
        let message = format!("a receiver's `{}` has a meaning already", entry.name());
        let problem = Problem::error(entry.key_place(), message).help("choose another name");
        entry.context.report(problem);
    }
    !is_taken
}

/// One of the config's own, tried.
fn read_own(entry: Value<'_>) -> Option<Preset> {
    let (section, preset) = read_preset(entry)?;
    match notify::check_preset(&preset) {
        Ok(()) => Some(preset),
        Err(fault) => {
            report_fault(&section, &fault);
            None
        }
    }
}

fn read_preset(entry: Value<'_>) -> Option<(Section<'_>, Preset)> {
    let name = read_name(entry, "preset")?;
    let section = entry.section(format!("[preset.{name}]"), &PRESET)?;
    let text = |key| section.get(key).and_then(Value::string).map(owned);
    let one_of_markup = named(&section, "markup", "markup", &Markup::ALL, Markup::as_str);
    let unit = named(&section, "unit", "unit", &Unit::ALL, Unit::as_str);
    let method = read_method(&section);
    let count = section.get("count").map(read_count);
    let url = section
        .require("url", "such as url = \"{{ url }}\"")
        .and_then(Value::string)
        .map(owned);
    let preset = Preset {
        name: name.to_owned(),
        about: text("about").unwrap_or_else(|| name.to_owned()),
        parameters: read_parameters(&section),
        method: method.unwrap_or_default(),
        url: url?,
        headers: read_header_templates(&section),
        body: text("body"),
        markup: one_of_markup.unwrap_or(Markup::Plain),
        unit: unit.unwrap_or(Unit::Chars),
        is_text_only: count.flatten().unwrap_or(false),
        limits: read_limits(&section),
        priority: read_priorities(&section),
        success: text("success"),
        retry_after: text("retry_after"),
        broken: text("broken"),
        partial: text("partial"),
        unclear: text("unclear"),
        hint: text("hint"),
        probe: text("probe"),
        unread: text("unread"),
    };
    check_body(&section, &preset);
    Some((section, preset))
}

fn owned(text: Text<'_>) -> String {
    text.text.to_owned()
}

/// One of a closed list of names.
pub(super) fn named<T: Copy>(
    section: &Section<'_>,
    key: &'static str,
    what: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Option<T> {
    let names: Vec<&'static str> = all.iter().copied().map(&name).collect();
    let chosen = section.string(key)?.one_of(what, &names)?;
    all.iter().copied().find(|one| name(*one) == chosen)
}

/// `method` of a preset.
fn read_method(section: &Section<'_>) -> Option<HookMethod> {
    named(
        section,
        "method",
        "method",
        &HookMethod::ALL,
        HookMethod::as_str,
    )
}

fn read_count(value: Value<'_>) -> Option<bool> {
    let counted = value
        .string()?
        .one_of("thing to count", &["markup", "text"])?;
    Some(counted == "text")
}

fn check_body(section: &Section<'_>, preset: &Preset) {
    match (preset.method, section.get("body")) {
        (HookMethod::Get, Some(body)) => {
            let problem = Problem::error(body.key_place(), "a GET has no body")
                .help("write what it says into `url`, with | urlencode");
            section.context.report(problem);
        }
        (HookMethod::Get, None) | (_, Some(_)) => {}
        (method, None) => {
            let message = format!("{} sends a {method} and has no `body`", section.title);
            section.error_with(
                message,
                "such as body = '{\"text\": {{ message | tojson }}}'",
            );
        }
    }
}

fn read_header_templates(section: &Section<'_>) -> Vec<(String, String)> {
    let headers = section.get("headers").and_then(Value::entries);
    let headers = headers.unwrap_or_default().into_iter();
    let read = headers.filter_map(|header| {
        let template = header.text(Kind::String)?;
        Some((header.name().to_owned(), template.text.to_owned()))
    });
    read.collect()
}

fn read_limits(section: &Section<'_>) -> Limits {
    let limits = section
        .get("limit")
        .and_then(|value| value.section("`limit`".to_owned(), &PRESET_LIMIT));
    let Some(limits) = limits else {
        return Limits::default();
    };
    let limit = |key| {
        let length = limits.integer(key, &PRESET_LENGTH)?;
        Some(usize::try_from(length).unwrap_or(MAX_PRESET_LENGTH))
    };
    Limits {
        title: limit("title"),
        text: limit("text"),
        message: limit("message"),
        link: limit("link"),
        body: limit("body"),
    }
}

fn read_priorities(section: &Section<'_>) -> [Grade; 4] {
    let mut grades = Preset::own_priorities();
    let priorities = section
        .get("priority")
        .and_then(|value| value.section("`priority`".to_owned(), &PRESET_PRIORITY));
    let Some(priorities) = priorities else {
        return grades;
    };
    for (key, grade) in ["routine", "urgent", "bulletin", "flash"]
        .into_iter()
        .zip(&mut grades)
    {
        let value = priorities.require(key, "every priority has a grade of the service's");
        if let Some(own) = value.and_then(read_grade) {
            *grade = own;
        }
    }
    grades
}

fn read_grade(value: Value<'_>) -> Option<Grade> {
    match value.whole_number() {
        Some(number) => Some(Grade::Number(number)),
        None => Some(Grade::Word(owned(value.text(Kind::StringOrInteger)?))),
    }
}

/// A fault where it is written.
fn report_fault(section: &Section<'_>, fault: &PresetError) {
    let entry = |key: &'static str, name: &str| {
        let entries = section.get(key).and_then(Value::entries)?;
        entries.into_iter().find(|entry| entry.name() == name)
    };
    let value = match &fault.part {
        PresetPart::Url => section.get("url"),
        PresetPart::Body => section.get("body"),
        PresetPart::Header(name) => entry("headers", name),
        PresetPart::Parameter(name) => entry("parameters", name),
        PresetPart::Probe => section.get("probe"),
        PresetPart::Expression(name) => section.get(name),
    };
    match value {
        Some(value) if value.is_string() => {
            if let Some(text) = value.string() {
                report_template(&text, &fault.error);
            }
        }
        Some(value) => {
            let problem = Problem::error(value.key_place(), fault.to_string());
            section.context.report(problem);
        }
        None => section.error_with(fault.to_string(), "see docs/receivers.md"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_of_the_program_work() {
        for preset in BUILTIN.iter() {
            let checked = notify::check_preset(preset);
            assert_eq!(checked, Ok(()), "{}", preset.name);
        }
    }

    #[test]
    fn the_presets_of_the_program_are_keys_of_a_receiver() {
        let declared: Vec<(&str, &str)> = RECEIVER
            .keys
            .iter()
            .filter(|key| key.kind == Kind::Preset)
            .map(|key| (key.name, key.about))
            .collect();
        let mut presets: Vec<(&str, &str)> = BUILTIN
            .iter()
            .map(|preset| (preset.name.as_str(), preset.about.as_str()))
            .collect();
        assert_eq!(presets.len(), 12);
        presets.sort_unstable();
        assert_eq!(declared, presets);
    }
}
