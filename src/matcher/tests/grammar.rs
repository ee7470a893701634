use super::super::{
    MAX_NESTING, Query, QueryError, WatchError,
    syntax::{Node, TermKind},
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
            Node::Metadata(condition) => {
                let star = if condition.is_prefix { "*" } else { "" };
                format!("{}={}{star}", condition.kind.as_str(), condition.value)
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
    assert_eq!(
        kinds,
        [
            TermKind::Prefix,
            TermKind::Exact,
            TermKind::Whole,
            TermKind::Whole
        ]
    );
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
    ("小泉 ー株", "ー", "`ー` is not an operator"),
    ("a title=b", "title=", "`title=` is not a field"),
    ("Ｔｉｔｌｅ＝b", "Ｔｉｔｌｅ＝", "`title=` is not a field"),
    ("a , b", ",", "`,` holds nothing to search for"),
    ("\"\"", "\"\"", "`\"\"` holds nothing to search for"),
    ("= a", "=", "expected a term right after `=`"),
    ("=a*", "=a*", "`=` and `*` do not go together"),
    ("*", "*", "`*` needs at least 2 letters before it"),
    ("a*", "a*", "`*` needs at least 2 letters before it"),
    ("*a", "*a", "`*` needs at least 2 letters after it"),
    ("*ab*", "*", "`*` can only be at one end of a word"),
    ("wo*rd", "*", "`*` can only be at one end of a word"),
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
    ("a AROUND(5) b", "AROUND", "`AROUND` is not an operator"),
    ("a around(5) b", "around", "`around(` is not an operator"),
    ("a AROUND b", "AROUND", "`AROUND` is not an operator"),
    ("a ＡＤＪ b", "ＡＤＪ", "`ADJ` is not an operator"),
    (
        "a ＮＥＡＲ b",
        "ＮＥＡＲ",
        "expected a distance from 1 to 1000",
    ),
    ("a w/s b", "w/s", "`w/s` is not an operator"),
    ("a near/p b", "near/p", "`near/p` is not an operator"),
    ("atl3(a)", "atl3", "`atl3(` is not an operator"),
    (
        "ATLEAST2(a) b",
        "ATLEAST2",
        "`ATLEAST2(` is not an operator",
    ),
    ("hlead(a)", "hlead", "`hlead(` is not an operator"),
    ("a^2", "^2", "`^2` is not an operator"),
    ("\"a b\"^2.5 c", "^2.5", "`^2.5` is not an operator"),
    ("=a^2", "^2", "`^2` is not an operator"),
    ("koizumi~1", "~1", "`~1` is not an operator"),
    ("koizumi~", "~", "`~` is not an operator"),
    ("%koizumi%", "%koizumi%", "`%` is not a wildcard"),
    ("koizumi%", "koizumi%", "`%` is not a wildcard"),
    ("％小泉％", "％小泉％", "`%` is not a wildcard"),
    ("a site:.jp", ".jp", "no site begins with a dot"),
    ("a site:*.jp", "*.jp", "`site:` takes a name, or name*"),
    ("a ＆ b", "＆", "`＆` is not an operator"),
    ("＋a", "＋", "`＋` is not an operator"),
    ("a ｜｜ b", "｜｜", "`||` is not an operator"),
    ("ｔｉｔｅｌ：a", "ｔｉｔｅｌ", "`titel` is not a field"),
    (
        "tokyo /a/gi",
        "gi",
        "`gi` are no flags of a regular expression",
    ),
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
            "a site:.co.jp",
            "write site:co.jp, which is every host below it",
        ),
        (
            "koi*mi",
            "write koi* for words that begin so, or /koi\\w*mi/i beside a term",
        ),
        (
            "*ab*",
            "write ab* or *ab; a regular expression finds a part of a word",
        ),
        (
            "a around(5) b",
            "write NEAR/5 for at most five words on, ONEAR/5 in this order, or put a space before the parenthesis",
        ),
        (
            "%koi%",
            "write koi for the word, or koi* for words that begin so",
        ),
        (
            "a /b/gi",
            "`i` is the only one, for any case: /…/i; (?s) and the like go inside it",
        ),
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
fn signs_of_a_japanese_keyboard_mean_the_same() {
    for (expression, expected) in [
        ("小泉　ＯＲ　ヘグセス", "([小泉] | [ヘグセス])"),
        ("（小泉　ＡＮＤ　訪米）", "([小泉] & [訪米])"),
        ("a ＮＯＴ b", "([a] & -[b])"),
        ("a －b", "([a] & -[b])"),
        ("２　ＯＦ　（a、b，c）", "2([a], [b], [c])"),
        ("＂a b＂ 「c d」", "([a b] & [c d])"),
        ("title：a ｔｉｔｌｅ：b", "(title:[a] & title:[b])"),
        ("a site：bbc.com", "([a] & site=bbc.com)"),
    ] {
        assert_eq!(tree(expression), expected, "{expression}");
    }
    let same = |wide: &str, plain: &str| {
        let kinds = |expression| Query::parse(expression, &[]).expect("good").terms;
        let (wide, plain) = (kinds(wide), kinds(plain));
        assert_eq!(wide.len(), plain.len());
        for (wide, plain) in wide.iter().zip(&plain) {
            assert_eq!(
                (wide.kind, wide.body.as_str()),
                (plain.kind, plain.body.as_str())
            );
        }
    };
    same(
        "＝Apple ＝\"a b\" 小泉＊ ＊stan",
        "=Apple =\"a b\" 小泉* *stan",
    );
    assert!(finds("a ＮＥＡＲ／３ b", "a x x b") && !finds("a ＮＥＡＲ／３ b", "a x x x b"));
    assert!(!finds("a ＯＮＥＡＲ／３ b", "b a"));
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
            "`of` is searched for as a word: the parts of a count go in parentheses after OF",
            "of",
        ),
        (
            "Tokyo, Osaka",
            "`,` is no operator: both terms must be there",
            "Tokyo,",
        ),
        ("'a b'", "`'` has no meaning here", "'a"),
        ("[a b]", "`[` has no meaning here", "[a"),
        ("［a b］", "`［` has no meaning here", "［a"),
        ("a ｏｒ b", word, "ｏｒ"),
        (
            "a near b",
            "`near` is searched for as a word: it is no operator",
            "near",
        ),
        (
            "a Near (b)",
            "`Near` is searched for as a word: it is no operator",
            "Near",
        ),
        (
            "(a) adj b",
            "`adj` is searched for as a word: it is no operator",
            "adj",
        ),
        (
            "a SAME b",
            "`SAME` is searched for as a word: it is no operator",
            "SAME",
        ),
        (
            "a SENTENCE b",
            "`SENTENCE` is searched for as a word: it is no operator",
            "SENTENCE",
        ),
        (
            "all(a b)",
            "`all(` is no function: `all` is searched for as a word",
            "all",
        ),
    ] {
        assert_eq!(
            warnings(expression),
            [(message.to_owned(), at.to_owned())],
            "{expression}"
        );
    }
    assert_eq!(warnings("a Or b And not c").len(), 3);
}

#[test]
fn operators_of_other_languages_and_of_expressions_are_warned_of() {
    let word = |word: &str| format!("`{word}` is searched for as a word: operators are English");
    for (expression, message, at) in [
        ("a oder b", word("oder"), "oder"),
        ("a UND (b)", word("UND"), "UND"),
        ("小泉 または 高市", word("または"), "または"),
        (
            "a \\bword\\b",
            "`\\` has no meaning here".to_owned(),
            "\\bword\\b",
        ),
    ] {
        let expected = [(message, at.to_owned())];
        assert_eq!(warnings(expression), expected, "{expression}");
    }
}

#[test]
fn what_is_meant_is_not_warned_of() {
    for expression in [
        "(a b) OR c",
        "a (b OR c)",
        "a OR b OR c",
        "\"or\" b",
        "near Tokyo",
        "ou Tokyo",
        "a または",
        "\"a\\b\"",
        "C=64 x",
        "a same b",
        "\"near\" b",
        "(near) b",
        "小泉(a OR b)",
        "F-35 (a OR b)",
        "50% rise",
        "C^ x",
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
