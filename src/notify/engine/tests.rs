//! Each bound, with a template within it and one just past it.

use serde_json::json;

use super::{
    bounds::{MAX_DEPTH, MAX_SOURCE_BYTES, MAX_TEXTS},
    filters::{FILTERS, MAX_ITEMS},
    *,
};

fn render(source: &str) -> Result<String, TemplateError> {
    let names = json!({
        "title": "Bells",
        "words": ["a", "b"],
        "long": "y".repeat(MAX_OUTPUT_BYTES / 2),
        "now": 1_800_000_000,
    });
    let made = Engine::new(source, Escape::Nothing)?.render(&names)?;
    Ok(String::from_utf8(made).expect("UTF-8"))
}

/// The template works with so many, and is refused in these words with one more.
fn bound(most: usize, template: impl Fn(usize) -> String, words: &str) {
    render(&template(most)).unwrap_or_else(|error| panic!("{words}: {error}"));
    refused(&template(most + 1), words);
}

fn refused(template: &str, words: &str) -> TemplateError {
    let error = render(template).expect_err(words);
    assert!(error.message.contains(words), "{words}: {error}");
    error
}

#[test]
fn the_source_is_bounded() {
    bound(
        MAX_SOURCE_BYTES,
        |bytes| "x".repeat(bytes),
        "longer than 60000 bytes",
    );
}

#[test]
fn depth_is_bounded_in_tags_in_expressions_and_in_values() {
    let words = "nested deeper than 64 levels";
    let tags = |depth: usize| {
        let (open, close) = ("{% if title %}".repeat(depth), "{% endif %}".repeat(depth));
        format!("{open}{close}")
    };
    bound(MAX_DEPTH, tags, words);
    let expression = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!("{{% if {open}title{close} %}}{{% endif %}}")
    };
    render(&expression(MAX_DEPTH - 2)).expect("deep, but not too deep");
    let error = refused(&expression(MAX_DEPTH + 1), words);
    assert_eq!((error.line, error.range.is_some()), (Some(1), true));
    let value = |depth: usize| {
        let deeper = "{% set x = [x] %}".repeat(depth);
        format!("{{% set x = 1 %}}{deeper}")
    };
    render(&value(8)).expect("a list in a list");
    render(&value(MAX_DEPTH + 1)).unwrap_err();
    let choices = |count: usize| {
        let more = "{% elif title == 'x' %}".repeat(count);
        format!("{{% if title %}}{more}{{% endif %}}")
    };
    render(&choices(30)).expect("as many as there are types of notices");
    refused(&choices(2 * MAX_DEPTH), words);
}

#[test]
fn what_a_template_holds_is_bounded() {
    bound(
        MAX_TEXTS,
        |count| "{% set x = title %}".repeat(count),
        "hold more than 192 texts",
    );
    // Each counts as all that went into it.
    let twice = "{% set x = x ~ x %}";
    let doubled = |count: usize| format!("{{% set x = title %}}{}{{{{ x }}}}", twice.repeat(count));
    assert_eq!(render(&doubled(6)).expect("64 of them"), "Bells".repeat(64));
    let error = refused(&doubled(7), "hold more than 192 texts");
    assert_eq!(error.line, Some(1));
    let many = format!("{{{{ {}title }}}}", "title ~ ".repeat(MAX_TEXTS));
    refused(&many, "nested deeper");
    let many = format!("{{{{ [{}title] }}}}", "title, ".repeat(MAX_TEXTS));
    refused(&many, "puts together more than 192 texts");
    let items = "{% set x = [x, x, x, x] %}".repeat(4);
    refused(&format!("{{% set x = words %}}{items}"), "192 texts");
    let within = "{% for word in words %}{% set x = [title, title] %}{% endfor %}";
    render(&within.repeat(2)).expect("in a loop");
}

#[test]
fn what_a_block_keeps_is_bounded() {
    let block = |bytes: usize| {
        let plain = "x".repeat(bytes);
        format!(
            "{{% set x %}}{{% for word in words %}}{plain}{{% endfor %}}{{% endset %}}{{{{ x }}}}"
        )
    };
    bound(512, block, "at most 512 bytes of plain text");
    let filtered = block(600)
        .replace("set x", "filter upper")
        .replace("endset", "endfilter");
    refused(&filtered, "at most 512 bytes of plain text");
    let plain = format!("{{% set x %}}{}{{% endset %}}{{{{ x }}}}", "x".repeat(600));
    render(&plain).expect("no loop");
    let sent = format!("{{% for word in words %}}{}{{% endfor %}}", "x".repeat(600));
    render(&sent).expect("nothing is kept");
    let kept = |count: usize| {
        let long = "{{ long }}".repeat(count);
        format!("{{% set x %}}{long}{{% endset %}}")
    };
    bound(8, kept, "writes more than 4 MiB in all");
    let lists = "{% set x %}{% for i in range(9) %}{{ [long] }}{% endfor %}{% endset %}";
    refused(lists, "writes more than 4 MiB in all");
}

#[test]
fn what_a_filter_makes_is_bounded() {
    let words = "a text is at most 1 MiB long";
    for amplified in [
        "{{ long | replace('y', 'yyy') | length }}",
        "{{ long | replace('', 'yy') | length }}",
        "{{ range(1000) | join(long) | length }}",
        "{{ [long, long, long] | join | length }}",
        "{{ (long ~ long) | tojson | length }}",
        "{{ (long ~ long) | base64 | length }}",
        "{{ [long, long, long] | string | length }}",
    ] {
        refused(amplified, words);
    }
    assert_eq!(
        render("{{ long | upper | length }}").expect("short"),
        "524288"
    );
    bound(
        MAX_ITEMS,
        |count| format!("{{{{ range({count}) | list | length }}}}"),
        "at most 10000 items",
    );
    refused("{{ long | list | length }}", "at most 10000 items");
    refused(
        "{{ long | split('') | list | length }}",
        "at most 10000 items",
    );
    for indent in ["indent(", "indent(width=", "tojson(", "tojson(indent="] {
        bound(
            16,
            |width| format!("{{{{ title | {indent}{width}) }}}}"),
            "an indent is at most 16 wide",
        );
    }
}

#[test]
fn times_is_for_numbers() {
    for works in [
        "{{ '=' * 60 }}",
        "{{ 60 * '=' }}",
        "{{ now * 1000 }}",
        "{% for word in words %}{{ loop.index * 2 }}{% endfor %}",
        "{{ words | length * 2 }}",
        "{{ (title | int(0)) * (now - 5) }}",
    ] {
        render(works).expect(works);
    }
    let words = "`*` takes numbers";
    for refused_one in [
        "{{ '=' * 5000 }}",
        "{{ title * 2 }}",
        "{{ words * 2 }}",
        "{{ title * now }}",
        "{{ (title | int(title)) * 2 }}",
        "{% set now = title %}{{ now * 2 }}",
        "{% for time in words %}{{ time * 2 }}{% endfor %}",
    ] {
        refused(refused_one, words);
    }
}

#[test]
fn what_cannot_be_bounded_is_not_there() {
    for (template, words) in [
        ("{% for w in words recursive %}{% endfor %}", "`recursive`"),
        ("{% macro m() %}{% endmacro %}", "unknown statement"),
        ("{% include 'x' %}", "unknown statement"),
        ("{% block b %}{% endblock %}", "unknown statement"),
        ("{% set x = namespace() %}", "unknown function"),
        ("{{ debug() }}", "unknown function"),
        ("{{ words | map('upper') }}", "`map` takes `attribute=`"),
        ("{{ words | map(*words) }}", "`map` takes `attribute=`"),
        ("{{ '%s' | format(title) }}", "unknown filter"),
        ("{{ words | batch(2) }}", "unknown filter"),
        ("{{ words | slice(2) }}", "unknown filter"),
        ("{{ title | pprint }}", "unknown filter"),
    ] {
        let error = render(template).expect_err(template);
        assert!(error.message.contains(words), "{template}: {error}");
    }
}

/// A filter of a later version of the engine is not there until someone has looked at it.
#[test]
fn the_filters_are_these() {
    let ours = ["base64", "hmac_sha256", "rfc3339"];
    insta::assert_snapshot!(FILTERS.join(" "), @"abs attr bool capitalize chain count d default dictsort e escape first float groupby indent int items join last length lines list lower map max min reject rejectattr replace reverse round safe select selectattr sort split string sum title tojson trim unique upper urlencode zip");
    let engine = environment(UndefinedBehavior::Strict);
    let is_there = |name: &str| {
        let asked = format!("'{name}' is filter");
        let asked = engine.compile_expression(&asked).expect("an expression");
        asked.eval(()).expect("an answer").is_true()
    };
    for name in FILTERS.iter().chain(&ours) {
        assert!(is_there(name), "{name}");
    }
    for name in ["batch", "format", "pprint", "slice"] {
        assert!(!is_there(name), "{name}");
    }
    let functions: Vec<&str> = engine.globals().map(|(name, _)| name).collect();
    assert_eq!(functions, ["dict", "range"]);
}

#[test]
fn an_expression_over_an_answer_has_the_same_bounds() {
    let deep = format!("{}json{}", "[".repeat(70), "]".repeat(70));
    for (expression, words) in [
        (deep.as_str(), "nested deeper"),
        ("body * 3", "`*` takes numbers"),
        ("json | map('tojson')", "`map` takes"),
    ] {
        let error = names(expression).expect_err(words);
        assert!(error.message.contains(words), "{error}");
    }
    assert!(
        names("json.id and status == 200")
            .expect("asked")
            .contains("status")
    );
}

/// One that is long and wrong as a whole would fill the screen.
#[test]
fn a_long_piece_is_not_quoted() {
    let long = format!("{{{{ nobody{} }}}}", " < 1".repeat(100));
    let error = refused(&long, "undefined");
    assert!(error.message.len() < 200, "{error}");
}
