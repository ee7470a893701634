//! Markup or words: what is between angle brackets.

use super::super::{text_to_plain, to_plain};

#[track_caller]
fn assert_read(read: fn(&str) -> String, cases: &[(&str, &str)]) {
    for (html, text) in cases {
        assert_eq!(read(html), *text, "{html}");
    }
}

/// RFC 4287 §3.1.1.2, HTML §13.2.5.72: `&lt;` is a character.
#[test]
fn what_html_escapes_is_text() {
    assert_read(
        to_plain,
        &[
            (
                "<p>a &lt;script&gt; tag, Hegseth said</p><p>&lt;/script&gt; ends it</p>",
                "a <script> tag, Hegseth said\n\n</script> ends it",
            ),
            (
                "<p>it starts with &lt;!-- and</p><p>ends with --&gt;</p>",
                "it starts with <!-- and\n\nends with -->",
            ),
            (
                "<code>&lt;input value=\"Hegseth\"&gt;</code>",
                "<input value=\"Hegseth\">",
            ),
            (
                "<pre>&lt;p class=\"x\"&gt;Koizumi&lt;/p&gt;</pre>",
                "<p class=\"x\">Koizumi</p>",
            ),
            ("Use &lt;b&gt; not &lt;strong&gt;", "Use <b> not <strong>"),
            ("Use &lt;b&gt;bold&lt;/b&gt; here", "Use <b>bold</b> here"),
            ("&lt;p&gt; opens a paragraph", "<p> opens a paragraph"),
            ("&lt;Summary&gt;Koizumi", "<Summary>Koizumi"),
            (
                "Vec&lt;T&gt; &amp;amp; &lt;name@host&gt;",
                "Vec<T> & <name@host>",
            ),
            ("Less: <em> &lt; </em>", "Less: <"),
            ("<p>a\n\nb &lt; c", "a b < c"),
        ],
    );
}

#[test]
fn words_in_angle_brackets_stay_in_html() {
    for text in [
        "<Interview with Hegseth> Koizumi",
        "Vec<T> and Map<K, V>",
        "P. <hegseth@example.org>",
        "see <https://example.org/a?b=c>",
        "<Video of the day>, <Source: Hegseth>",
        "<Mark Esper>, <Time of Koizumi>",
        "if a<b and c>d then",
        "use <b>, not <strong>",
        "not <b>; not <em>.",
        "the <title> tag, (<meta>), “<img>”",
        "put a <script> in, Hegseth said, and </script> ends it",
        "git checkout <branch-name>",
        "<Component/> and <! a note> and <?Hegseth>",
        "a</irony>",
        "Foo<Video>",
    ] {
        assert_eq!(to_plain(text), text);
        assert_eq!(text_to_plain(text), text);
    }
    assert_eq!(to_plain("<p>a <Koizumi> b</p>"), "a <Koizumi> b");
}

#[test]
fn markup_of_others_is_markup() {
    assert_read(
        to_plain,
        &[
            ("a<o:p></o:p>b<o:p/>c", "abc"),
            ("a<x-y>b</X-Y>c", "abc"),
            ("<fb:like href=\"x\"/>a", "a"),
            ("<svg viewBox='0 0'><path d=\"M0\"/></svg>a", "a"),
            ("<?xml:namespace prefix = o ns = \"x\" />a", "a"),
            ("<![if !lists]>a<![endif]>", "a"),
            ("<?php echo 1 ?>a", "a"),
            ("<td nowrap>a<hr noshade>b<p\nclass>c", "a\n\nb\n\nc"),
            ("a <b>b", "a b"),
            ("a <br> b <p> c", "a\nb\n\nc"),
            ("<Font color=red>a</Font><B>b</B>", "ab"),
            ("<a data-x href=\\\"y\\\">a</a>", "a"),
            ("a <script>b</script> <script src='x'></script> c", "a c"),
        ],
    );
}

#[test]
fn text_that_shows_markup_at_work_is_html() {
    assert_read(
        text_to_plain,
        &[
            ("a <b>bold</b> word", "a bold word"),
            ("<I>Foo</I>: bar", "Foo: bar"),
            ("one<br>two<br/>three <br>four", "one\ntwo\nthree\nfour"),
            ("<p>one<p>two", "one\n\ntwo"),
            ("<img src='x'> Koizumi", "Koizumi"),
            ("Koizumi<img src='x'>", "Koizumi"),
            ("a <a href='x'>link</a> &amp; more", "a link & more"),
            ("<![CDATA[Koizumi]]>", "Koizumi"),
            ("Koizumi<!-- x --> wins", "Koizumi wins"),
            ("a<meta name='x'> b", "a b"),
            ("小泉<b>進次郎</b>氏", "小泉進次郎氏"),
            ("<p>&lt;script&gt;</p>", "<script>"),
        ],
    );
}

#[test]
fn text_that_speaks_of_markup_is_text() {
    for text in [
        "Use <b>, not <strong>",
        "<b> and </b>: what they do",
        "drop the <br> from the page",
        "“<p>” opens a paragraph",
        "an <input value=\"Hegseth\"> field",
        "<!-- and --> enclose comments",
        "Vec<Option>, Pin<P>::new, List<i>",
        "no end: <b>bold",
        "<Exclusive> Koizumi",
        "<Hegseth>",
        "「<br>」とは",
        "x </p> y",
    ] {
        assert_eq!(text_to_plain(text), text);
    }
}

#[test]
fn text_is_unescaped_and_what_then_looks_like_markup_stays() {
    assert_read(
        text_to_plain,
        &[
            ("AT&amp;T", "AT&T"),
            ("AT&amp;amp;T", "AT&T"),
            ("O&#x27;Brien &amp;#8217;s", "O'Brien ’s"),
            ("Use &lt;b&gt;bold&lt;/b&gt;", "Use <b>bold</b>"),
            ("&lt;Interview with Hegseth&gt;", "<Interview with Hegseth>"),
            ("R&D; Q&A &c. &nosuch;", "R&D; Q&A &c. &nosuch;"),
            ("a\n\n  b  c\n", "a\n\nb c"),
        ],
    );
}

/// The very beginning of a text shows that all of it was escaped once too often.
#[test]
fn an_escaped_paragraph_at_the_beginning_is_markup() {
    for read in [to_plain, text_to_plain] {
        assert_read(
            read,
            &[
                (
                    "&lt;p&gt;Shinjiro &lt;b&gt;Koizumi&lt;/b&gt;",
                    "Shinjiro Koizumi",
                ),
                ("&amp;lt;div class='x'&amp;gt;Koizumi", "Koizumi"),
                (
                    "&lt;!-- x --&gt; &lt;div&gt;Koizumi &amp;lt;b&amp;gt;",
                    "Koizumi <b>",
                ),
                ("&lt;a href=\"x\"&gt;Koizumi&lt;/a&gt; said", "Koizumi said"),
            ],
        );
    }
}
