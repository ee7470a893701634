//! The filters, tests and functions that a template has: these and no others. What a filter makes is
//! bounded, and so is what it would make before it does.

use minijinja::{
    Environment, Error, Output, State, Value, escape_formatter, filters, functions, tests,
    value::{Rest, ValueKind, ValueOrKwargs},
};

use super::{MAX_OUTPUT_BYTES, invalid};

/// The longest list that a filter or `range` makes.
pub(super) const MAX_ITEMS: usize = 10_000;
/// The deepest indent.
const MAX_INDENT: i64 = 16;
/// What one rendering may write in all, into what it keeps and into what it sends.
const MAX_WRITTEN_BYTES: usize = 4 * MAX_OUTPUT_BYTES;

/// Those of the engine's filters that make a text.
const TEXTS: [&str; 12] = [
    "capitalize",
    "e",
    "escape",
    "indent",
    "join",
    "lower",
    "replace",
    "string",
    "title",
    "tojson",
    "trim",
    "upper",
];
/// Ours, and the engine's that we give other manners.
const OUR_TEXTS: [&str; 4] = ["base64", "hmac_sha256", "rfc3339", "urlencode"];
/// Those that make a number, unless they are given something else to make.
const NUMBERS: [&str; 7] = ["abs", "bool", "count", "float", "int", "length", "round"];

/// Whether the filter always makes a text, of a bounded length.
pub(super) fn makes_text(name: &str) -> bool {
    TEXTS.contains(&name) || OUR_TEXTS.contains(&name)
}

/// Whether the filter makes a number.
pub(super) fn makes_number(name: &str) -> bool {
    NUMBERS.contains(&name)
}

/// Adds all of them.
pub(super) fn add(environment: &mut Environment<'static>) {
    add_filters(environment);
    add_tests(environment);
    environment.add_function("dict", functions::dict);
    environment.add_function("range", range);
    environment.set_formatter(write);
}

/// The engine's own has a name that no template can write, and ours before it.
macro_rules! bounded {
    ($($name:literal => $filter:path,)*) => {
        fn add_filters(environment: &mut Environment<'static>) {
            $(
                environment.add_filter(concat!("engine ", $name), $filter);
                guard(environment, $name, concat!("engine ", $name));
            )*
        }

        #[cfg(test)]
        pub(super) const FILTERS: &[&str] = &[$($name,)*];
    };
}

bounded! {
    "abs" => filters::abs,
    "attr" => filters::attr,
    "bool" => filters::bool,
    "capitalize" => filters::capitalize,
    "chain" => filters::chain,
    "count" => filters::length,
    "d" => filters::default,
    "default" => filters::default,
    "dictsort" => filters::dictsort,
    "e" => filters::escape,
    "escape" => filters::escape,
    "first" => filters::first,
    "float" => filters::float,
    "groupby" => filters::groupby,
    "indent" => filters::indent,
    "int" => filters::int,
    "items" => filters::items,
    "join" => filters::join,
    "last" => filters::last,
    "length" => filters::length,
    "lines" => filters::lines,
    "list" => filters::list,
    "lower" => filters::lower,
    "map" => filters::map,
    "max" => filters::max,
    "min" => filters::min,
    "reject" => filters::reject,
    "rejectattr" => filters::rejectattr,
    "replace" => filters::replace,
    "reverse" => filters::reverse,
    "round" => filters::round,
    "safe" => filters::safe,
    "select" => filters::select,
    "selectattr" => filters::selectattr,
    "sort" => filters::sort,
    "split" => filters::split,
    "string" => filters::string,
    "sum" => filters::sum,
    "title" => filters::title,
    "tojson" => filters::tojson,
    "trim" => filters::trim,
    "unique" => filters::unique,
    "upper" => filters::upper,
    "urlencode" => filters::urlencode,
    "zip" => filters::zip,
}

fn add_tests(environment: &mut Environment<'static>) {
    environment.add_test("!=", tests::is_ne);
    environment.add_test("<", tests::is_lt);
    environment.add_test("<=", tests::is_le);
    environment.add_test("==", tests::is_eq);
    environment.add_test(">", tests::is_gt);
    environment.add_test(">=", tests::is_ge);
    environment.add_test("boolean", tests::is_boolean);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("divisibleby", tests::is_divisibleby);
    environment.add_test("endingwith", tests::is_endingwith);
    environment.add_test("eq", tests::is_eq);
    environment.add_test("equalto", tests::is_eq);
    environment.add_test("escaped", tests::is_safe);
    environment.add_test("even", tests::is_even);
    environment.add_test("false", tests::is_false);
    environment.add_test("filter", tests::is_filter);
    environment.add_test("float", tests::is_float);
    environment.add_test("ge", tests::is_ge);
    environment.add_test("greaterthan", tests::is_gt);
    environment.add_test("gt", tests::is_gt);
    environment.add_test("in", tests::is_in);
    environment.add_test("int", tests::is_integer);
    environment.add_test("integer", tests::is_integer);
    environment.add_test("iterable", tests::is_iterable);
    environment.add_test("le", tests::is_le);
    environment.add_test("lessthan", tests::is_lt);
    environment.add_test("lower", tests::is_lower);
    environment.add_test("lt", tests::is_lt);
    environment.add_test("mapping", tests::is_mapping);
    environment.add_test("ne", tests::is_ne);
    environment.add_test("none", tests::is_none);
    environment.add_test("number", tests::is_number);
    environment.add_test("odd", tests::is_odd);
    environment.add_test("safe", tests::is_safe);
    environment.add_test("sameas", tests::is_sameas);
    environment.add_test("sequence", tests::is_sequence);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("string", tests::is_string);
    environment.add_test("test", tests::is_test);
    environment.add_test("true", tests::is_true);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("upper", tests::is_upper);
}

fn guard(environment: &mut Environment<'static>, name: &'static str, engines: &'static str) {
    let guarded = move |state: &mut State<'_, '_>, arguments: Rest<ValueOrKwargs>| {
        let arguments = arguments.into_values();
        fits(name, &arguments)?;
        let made = state.apply_filter(engines, &arguments)?;
        short(&made).map(|()| made)
    };
    environment.add_filter(name, guarded);
}

/// Whether what the filter makes is no longer than it may be, as far as it is not short whatever it
/// is given.
fn fits(name: &str, arguments: &[Value]) -> Result<(), Error> {
    let bytes = match (name, arguments) {
        ("replace", [text, from, to, ..]) => {
            let (text, from) = (text.to_string(), from.to_string());
            let found = text.matches(&from).count();
            found.saturating_mul(length(to)).saturating_add(text.len())
        }
        ("join", [items, joiner, ..]) => {
            let items = items.len().unwrap_or(MAX_ITEMS);
            items.saturating_mul(length(joiner))
        }
        ("indent" | "tojson", [_, options @ ..]) => {
            return options.iter().try_for_each(indent);
        }
        _ => 0,
    };
    bounded(bytes)
}

fn length(value: &Value) -> usize {
    let text = value.as_str().map(str::len);
    text.unwrap_or_else(|| value.to_string().len())
}

/// An option, or a table of named ones.
fn indent(option: &Value) -> Result<(), Error> {
    if option.kind() == ValueKind::Map {
        let mut named = option.try_iter()?;
        return named.try_for_each(|name| indent(&option.get_item(&name)?));
    }
    match option.as_i64() {
        Some(width) if width > MAX_INDENT => {
            Err(invalid(format!("an indent is at most {MAX_INDENT} wide")))
        }
        _ => Ok(()),
    }
}

/// Whether what a filter has made is no longer than it may be.
pub(super) fn short(made: &Value) -> Result<(), Error> {
    if let Some(text) = made.as_str() {
        return bounded(text.len());
    }
    match made.len() {
        Some(items) if items > MAX_ITEMS => Err(invalid(format!(
            "a list has at most {MAX_ITEMS} items, and this one {items}"
        ))),
        _ => Ok(()),
    }
}

fn bounded(bytes: usize) -> Result<(), Error> {
    if bytes > MAX_OUTPUT_BYTES {
        let mib = MAX_OUTPUT_BYTES >> 20;
        return Err(invalid(format!("a text is at most {mib} MiB long")));
    }
    Ok(())
}

/// The engine's, in our bounds.
fn range(lower: isize, upper: Option<isize>, step: Option<isize>) -> Result<Value, Error> {
    let range = functions::range(lower, upper, step)?;
    short(&range).map(|()| range)
}

/// What a rendering has written.
#[derive(Default)]
struct Written(usize);

/// Writes a value, as the engine does, and counts it.
fn write(output: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let bytes = match value.kind() {
        ValueKind::String => length(value),
        ValueKind::Undefined | ValueKind::None | ValueKind::Bool | ValueKind::Number => 0,
        // A list may hold the same text many times.
        _ => {
            let mut counted = Counted(0);
            let fits = std::fmt::write(&mut counted, format_args!("{value}"));
            fits.map_err(|_| too_much())?;
            counted.0
        }
    };
    let written = state.get_or_insert_extension(Written::default());
    written.0 = written.0.saturating_add(bytes);
    if written.0 > MAX_WRITTEN_BYTES {
        return Err(too_much());
    }
    escape_formatter(output, state, value)
}

fn too_much() -> Error {
    let mib = MAX_WRITTEN_BYTES >> 20;
    invalid(format!("it writes more than {mib} MiB in all"))
}

/// Counts what is written, up to the bound.
struct Counted(usize);

impl std::fmt::Write for Counted {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        if self.0 > MAX_WRITTEN_BYTES {
            return Err(std::fmt::Error);
        }
        Ok(())
    }
}
