use super::super::{
    Query, WatchError,
    query::{Kind, MAX_NESTING, Node, QueryError},
};
use super::{compiled, finds, watch};

/// The tree in full parentheses.
pub(super) fn tree(expression: &str) -> String {
    fn show(node: &Node, query: &Query) -> String {
        let join = |parts: &[Node], operator: &str| {
            let parts: Vec<_> = parts.iter().map(|part| show(part, query)).collect();
            format!("({})", parts.join(operator))
        };
        match node {
            Node::Term(index) => {
                let term = &query.terms[*index];
                let field = term
                    .field
                    .map(|field| format!("{field}:"))
                    .unwrap_or_default();
                format!("{field}[{}]", term.text)
            }
            Node::All(parts) => join(parts, " & "),
            Node::Any(parts) => join(parts, " | "),
            Node::Not(inner) => format!("-{}", show(&inner.0, query)),
            Node::AtLeast(count, parts) => format!("{count}{}", join(parts, ", ")),
            Node::Near(parts, distances) => {
                let all: Vec<_> = distances
                    .iter()
                    .map(|distance| {
                        let order = if distance.ordered { "<" } else { "" };
                        format!("{order}{}", distance.tokens)
                    })
                    .collect();
                join(parts, &format!(" ~{} ", all.join(",")))
            }
            Node::Origin(origin) => {
                let star = if origin.is_prefix { "*" } else { "" };
                format!("{}={}{star}", origin.kind.as_str(), origin.value)
            }
        }
    }
    let query = Query::parse(expression, &[]).expect("a good expression");
    show(&query.root, &query)
}

#[test]
fn trees() {
    for (expression, expected) in [
        ("Koizumi", "[Koizumi]"),
        ("a b", "([a] & [b])"),
        ("a AND b OR c d", "(([a] & [b]) | ([c] & [d]))"),
        ("a | b｜c", "([a] | [b] | [c])"),
        ("a NOT b OR c", "(([a] & -[b]) | [c])"),
        ("a -b !c NOT d －e", "([a] & -[b] & -[c] & -[d] & -[e])"),
        ("a NOT (b OR c)", "([a] & -([b] | [c]))"),
        ("NOT NOT a", "[a]"),
        ("a --b", "([a] & [b])"),
        (
            "（小泉　OR　進次郎） 防衛",
            "(([小泉] | [進次郎]) & [防衛])",
        ),
        (
            "\"Self-Defense Forces\" OR 自衛隊",
            "([Self-Defense Forces] | [自衛隊])",
        ),
        (
            "“a b” „c d“ «e f» »g h« 「i j」 『k l』 ＂m n\"",
            "([a b] & [c d] & [e f] & [g h] & [i j] & [k l] & [m n])",
        ),
        ("a\"b c\"d", "([a] & [b c] & [d])"),
        (
            "=Polish =\"Le Monde\" Hegs*",
            "([=Polish] & [=Le Monde] & [Hegs*])",
        ),
        (
            "title:a title:(b OR summary:c) d",
            "(title:[a] & (title:[b] | summary:[c]) & [d])",
        ),
        ("a -title:\"b c\"", "([a] & -title:[b c])"),
        (
            "Self-Defense O'Brien C++ #tag AT&T 16:9 https://a.b/c",
            "([Self-Defense] & [O'Brien] & [C++] & [#tag] & [AT&T] & [16:9] & [https://a.b/c])",
        ),
        ("Japan: election", "([Japan:] & [election])"),
        ("צה\"ל x", "([צה\"ל] & [x])"),
        ("ORBIT ANDROID NOTE", "([ORBIT] & [ANDROID] & [NOTE])"),
        ("a NEAR/5 b", "([a] ~5 [b])"),
        (
            "a ONEAR/2 (b OR \"c d\") NEAR/3 e f",
            "(([a] ~<2,3 ([b] | [c d]) ~<2,3 [e]) & [f])",
        ),
        ("a NOT b NEAR/1 c", "([a] & -([b] ~1 [c]))"),
        ("NEARBY ONEARTH", "([NEARBY] & [ONEARTH])"),
        ("2 OF (a, b c, d OR e)", "2([a], ([b] & [c]), ([d] | [e]))"),
        (
            "2 OF (Tokyo,Osaka、東京，大阪)",
            "2([Tokyo], [Osaka], [東京], [大阪])",
        ),
        (
            "title:2 OF (a, (b, OR c))",
            "2(title:[a], (title:[b,] | title:[c]))",
        ),
        ("2 OF x", "([2] & [OF] & [x])"),
        ("*stan ~Путин", "([*stan] & [~Путин])"),
        (r"a /Koi(zu)+mi\/x/i", r"([a] & [/Koi(zu)+mi\/x/i])"),
        ("title:/a b/", "title:[/a b/]"),
        ("a feed:NHK lang:en_GB", "([a] & feed=nhk & lang=en-gb)"),
        (
            "a -site:https://www.BBC.co.uk/news feed:(x OR yy*)",
            "([a] & -site=bbc.co.uk & (feed=x | feed=yy*))",
        ),
    ] {
        assert_eq!(tree(expression), expected, "{expression}");
    }
}

#[test]
fn kinds() {
    let query = Query::parse("Hegs* =US Koizumi \"a b\"", &[]).expect("good");
    let kinds: Vec<_> = query.terms.iter().map(|term| term.kind).collect();
    assert_eq!(kinds, [Kind::Prefix, Kind::Exact, Kind::Whole, Kind::Whole]);
}

/// An expression, the place of its fault and the message.
const FAULTS: &[(&str, &str, &str)] = &[
    ("", "", "the expression is empty"),
    ("  ", "  ", "the expression is empty"),
    ("(a OR b", "(", "this parenthesis is never closed"),
    ("a OR b)", ")", "this parenthesis was never opened"),
    (")", ")", "this parenthesis was never opened"),
    ("a ()", ")", "expected a term after `(`"),
    ("a OR", "", "expected a term after `OR`"),
    ("OR a", "OR", "expected a term before `OR`"),
    ("a AND OR b", "OR", "expected a term after `AND`"),
    ("a NOT", "", "expected a term after `NOT`"),
    ("a || b", "||", "`||` is not an operator"),
    ("a | | b", "|", "expected a term after `|`"),
    ("a near/5 b", "near/5", "`near/5` is not an operator"),
    ("a NEAR5 b", "NEAR5", "`NEAR5` is not an operator"),
    ("a W/5 b", "W/5", "`W/5` is not an operator"),
    ("a ADJ b", "ADJ", "`ADJ` is not an operator"),
    ("a XOR b", "XOR", "`XOR` is not an operator"),
    ("\"a b\"~5", "~5", "`~5` is no distance"),
    ("koi?umi", "?", "`?` is not a wildcard"),
    ("title : a", ":", "`:` stands alone"),
    ("Title:a", "Title", "`Title` is not a field"),
    ("a NEAR/5 NOT b", "NOT", "expected a term after `NEAR/5`"),
    ("\"a b", "\"", "this quote is never closed"),
    ("a «b", "«", "this quote is never closed"),
    ("a -", "-", "`-` stands alone"),
    ("a - b", "-", "`-` stands alone"),
    ("a ! b", "!", "`!` stands alone"),
    ("a –b", "–", "`–` is not an operator"),
    ("a , b", ",", "`,` holds nothing to search for"),
    ("\"\"", "\"\"", "`\"\"` holds nothing to search for"),
    ("= a", "=", "expected a term right after `=`"),
    ("=a*", "=a*", "`=` and `*` do not go together"),
    ("*", "*", "`*` needs at least 2 letters before it"),
    ("a*", "a*", "`*` needs at least 2 letters before it"),
    ("*a", "*a", "`*` needs at least 2 letters after it"),
    ("*ab*", "*", "`*` can only stand at one end of a word"),
    ("wo*rd", "*", "`*` can only stand at one end of a word"),
    ("+a", "+", "`+` is not an operator"),
    ("a && b", "&&", "`&&` is not an operator"),
    (
        "NOT a",
        "NOT a",
        "an exclusion alone would match every other item",
    ),
    (
        "-a -b",
        "-a",
        "an exclusion alone would match every other item",
    ),
    (
        "a OR NOT b",
        "NOT b",
        "an exclusion alone would match every other item",
    ),
    ("a NEAR b", "NEAR", "expected a distance from 1 to 1000"),
    (
        "a ONEAR/0 b",
        "ONEAR/0",
        "expected a distance from 1 to 1000",
    ),
    (
        "a NEAR/1001 b",
        "NEAR/1001",
        "expected a distance from 1 to 1000",
    ),
    ("a NEAR/5", "", "expected a term after `NEAR/5`"),
    ("NEAR/5 a", "NEAR/5", "expected a term before `NEAR/5`"),
    ("a NEAR/5 (b c)", "(b c)", "NEAR cannot join this"),
    ("a NEAR/5 /b/", "/b/", "NEAR cannot join this"),
    ("a NEAR/5 lang:en", "lang:en", "NEAR cannot join this"),
    ("3 OF (a, b)", "3 OF", "expected at least 3 parts, found 2"),
    ("0 OF (a, b)", "0 OF", "expected a number of at least 1"),
    ("1 OF (a, )", ")", "expected a term after `,`"),
    (
        "1 OF (a, NOT b)",
        "NOT b",
        "an exclusion alone would match every other item",
    ),
    ("@ministers", "@ministers", "no entity is named `ministers`"),
    ("@", "@", "expected the name of an entity right after `@`"),
    ("~", "~", "expected a word right after `~`"),
    ("~\"a b\"", "~", "expected a word right after `~`"),
    ("~ab*", "~ab*", "`~` and `*` do not go together"),
    ("a /b", "/", "this regular expression is never closed"),
    (
        "a /b/c",
        "/b/",
        "this regular expression ends in the middle of a word",
    ),
    (
        "a /(b/",
        "/(b/",
        "this regular expression is not good: unclosed group",
    ),
    (
        "a /b*/",
        "/b*/",
        "this regular expression is not good: it matches the empty text, so every item",
    ),
    (
        r"a /\w{1000}{1000}/",
        r"/\w{1000}{1000}/",
        "this regular expression is not good: larger than 1024 KB once compiled",
    ),
    (
        "/Koi.*/",
        "/Koi.*/",
        "a regular expression alone would be tried on every text",
    ),
    (
        "a OR /b/",
        "/b/",
        "a regular expression alone would be tried on every text",
    ),
    ("lang:ja", "ja", "`lang:` alone names no term"),
    ("a lang:/b/", "/b/", "`lang:` takes a name, or name*"),
    ("titel:a", "titel", "`titel` is not a field"),
    ("title: a", "title:", "expected a term right after `title:`"),
    ("title:-a b", "-", "expected a term after `title:`"),
];

#[test]
fn faults() {
    assert!(FAULTS.len() > 60);
    for &(expression, at, message) in FAULTS {
        let error = Query::parse(expression, &[]).expect_err(expression);
        assert_eq!(error.message, message, "{expression}");
        assert_eq!(&expression[error.span], at, "{expression}");
    }
}

#[test]
fn help_says_what_to_write() {
    for (expression, help) in [
        ("Title:a", "write title:"),
        ("body:a", "write content:"),
        (
            "titel:a",
            "fields are title, summary, content, author, category, link, feed, lang, site; put the text in quotes if no field is meant",
        ),
        ("title:-a b", "write -title:word"),
        ("a || b", "write OR, or a single bar"),
        ("a NEAR/5 NOT b", "exclude behind it: (a NEAR/5 b) NOT c"),
        (
            "99999999999999999999 OF (a)",
            "separate the parts with commas",
        ),
    ] {
        let error = Query::parse(expression, &[]).expect_err(expression);
        assert_eq!(error.help.as_deref(), Some(help), "{expression}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(finds(&nested(MAX_NESTING), "a"));
    let error = Query::parse(&nested(MAX_NESTING + 1), &[]).expect_err("too deep");
    assert_eq!(error.message, "parentheses nest more than 64 deep");
    assert_eq!(error.span, MAX_NESTING..MAX_NESTING + 1);
    assert!(Query::parse(&nested(100_000), &[]).is_err());
    assert!(finds(&format!("{}a", "NOT ".repeat(100_000)), "a"));
    assert!(Query::parse(&format!("{}a", "title:".repeat(100_000)), &[]).is_err());
}

fn warnings(expression: &str) -> Vec<(String, String)> {
    let query = Query::parse(expression, &[]).expect("a good expression");
    let show = |warning: QueryError| (warning.message, expression[warning.span].to_owned());
    query.warnings().into_iter().map(show).collect()
}

#[test]
fn what_is_probably_not_meant() {
    let mixed = "AND and OR are mixed without parentheses";
    let word = "`or` is searched for as a word: operators are upper case";
    for (expression, message, at) in [
        ("a b OR c", mixed, "a b"),
        ("a OR b c", mixed, "b c"),
        ("x (a OR b NOT c)", mixed, "b NOT c"),
        ("a or b", word, "or"),
        ("\"a *\"", "a `*` in quotes is no wildcard", "\"a *\""),
        (
            "2 of (a b)",
            "`of` is searched for as a word: the parts of a count stand in parentheses behind OF",
            "of",
        ),
        (
            "Tokyo, Osaka",
            "`,` is no operator: both terms must be there",
            "Tokyo,",
        ),
        ("'a b'", "`'` has no meaning here", "'a"),
        ("[a b]", "`[` has no meaning here", "[a"),
    ] {
        assert_eq!(
            warnings(expression),
            [(message.to_owned(), at.to_owned())],
            "{expression}"
        );
    }
    assert_eq!(warnings("a Or b And not c").len(), 3);
    for expression in [
        "(a b) OR c",
        "a (b OR c)",
        "a OR b OR c",
        "\"or\" b",
        "or",
        "not",
        "a b NOT c",
        "'s-Hertogenbosch Amsterdam",
        "Koizumi,",
        "2 OF (a, b)",
        "koizumi?",
        "https://a.b/c?d=e",
    ] {
        assert_eq!(warnings(expression), [], "{expression}");
    }
}

#[test]
fn every_wrong_watch_is_reported() {
    let watches = [watch("a OR"), watch("good"), watch("(b")];
    let errors = compiled(&watches, &[]).expect_err("two are wrong");
    let names: Vec<_> = errors
        .iter()
        .map(|WatchError { watch, .. }| watch.as_str())
        .collect();
    assert_eq!(names, ["a OR", "(b"]);
    assert_eq!(
        errors[1].to_string(),
        "watch \"(b\": this parenthesis is never closed"
    );
}
