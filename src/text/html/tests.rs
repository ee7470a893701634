use proptest::prelude::*;

use super::{text_to_plain, to_plain};
use crate::linear::assert_linear;

mod oracle;
mod words;

#[test]
fn plain_text() {
    for (html, text) in [
        ("", ""),
        ("  plain \t text\u{a0}here ", "plain text\u{a0}here"),
        ("a\nb", "a\nb"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("<i>a\n\nb</i>", "a b"),
        ("<p>Koizumi</p><p>Shinjiro</p>", "Koizumi\n\nShinjiro"),
        ("<p>one<br>two<br/>\n<BR />three</p>", "one\ntwo\n\nthree"),
        ("one<br>\ntwo", "one\ntwo"),
        ("Koi<b>zu</b>mi", "Koizumi"),
        ("<b>Shinjiro</b> <i>Koizumi</i>", "Shinjiro Koizumi"),
        ("<ul><li>a<li>b</ul>c", "a\n\nb\n\nc"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\n\nb"),
        ("a<!-- b -->c<!---->d<!-->e", "acde"),
        ("<!DOCTYPE html><?xml version='1'?>a", "a"),
        (
            "<script>if (a<b) x('</p>')</script>a<STYLE>b{}</Style >c",
            "ac",
        ),
        ("<![CDATA[<p>a</p>]]>b", "a\n\nb"),
        ("<a title=\"a > b\" href='x'>c</a>", "c"),
        ("<p title=it's>a</p> 'b' <p>c", "a\n\n'b'\n\nc"),
        (
            "AT&amp;T said &#8220;no&#8221; &#x2014; &eacute; &nosuch;",
            "AT&T said “no” — é &nosuch;",
        ),
        ("&#150; &#x80;", "– €"),
        ("日本<wbr>語", "日本語"),
        (
            "<math><mn>5</mn><annotation>5</annotation></math>km",
            "5\n\n5\n\nkm",
        ),
        ("<ruby>小泉<rp>(<rt>こいずみ<rp>)</ruby>氏", "小泉氏"),
        ("小泉<rt>こいずみ", "小泉こいずみ"),
    ] {
        assert_eq!(to_plain(html), text, "{html:?}");
    }
}

#[test]
fn digits_above_the_line_stay_there() {
    for (html, text) in [
        ("Koizumi<sup>1</sup> said", "Koizumi¹ said"),
        (
            "Koizumi<SUP class=n><a href=\"#f12\">12</a></SUP>",
            "Koizumi¹²",
        ),
        ("Koizumi<a href=\"#f1\"><sup>1, 2</sup></a>", "Koizumi¹, ²"),
        (
            "Koizumi<sup>[3]</sup> and <sup>4)</sup>Hegseth",
            "Koizumi[³] and ⁴)Hegseth",
        ),
        ("10<sup>6</sup> m<sup>2</sup> CO<sub>2</sub>", "10⁶ m² CO2"),
        (
            "the 1<sup>st</sup>, M<sup>me</sup>, x<sup>2n</sup>",
            "the 1st, Mme, x2n",
        ),
        ("Koizumi <sup> 1 </sup> said", "Koizumi ¹ said"),
        ("a<sup>1 b</p>2", "a1 b\n\n2"),
        ("a</sup>1<sup></sup>2<sup>*</sup>3", "a12*3"),
        ("&lt;p&gt;Koizumi&lt;sup&gt;1&lt;/sup&gt;", "Koizumi¹"),
    ] {
        assert_eq!(to_plain(html), text, "{html:?}");
    }
}

#[test]
fn literal_signs_stay() {
    for text in [
        "a < b",
        "a<3",
        "5 < 6 & 7 > 3",
        "x <- y",
        "<",
        "a <",
        "</",
        "if a <b then",
        "<>",
        "AT&T R&D; &c.",
    ] {
        assert_eq!(to_plain(text), text);
    }
    assert_eq!(to_plain("a <b, see <i>c</i>"), "a <b, see c");
    assert_eq!(to_plain("a &lt; b &lt;x&gt; c"), "a < b <x> c");
}

#[test]
fn escaped_up_to_three_times() {
    let once = "&lt;p&gt;Koizumi &amp; co&lt;/p&gt;&lt;p&gt;a &lt; b";
    let twice = once.replace('&', "&amp;");
    let thrice = twice.replace('&', "&amp;");
    assert_eq!(to_plain(once), "Koizumi & co\n\na < b");
    assert_eq!(to_plain(&twice), "Koizumi & co\n\na < b");
    assert_eq!(to_plain("&lt;p class=\"x\"&gt;a&lt;br /&gt;b"), "a\nb");
    assert_eq!(to_plain("j&lt;i and k&gt;j"), "j<i and k>j");
    // The third layer is decoded; the tags that it shows are text.
    assert_eq!(to_plain(&thrice), "<p>Koizumi & co</p><p>a < b");
    assert_eq!(to_plain("AT&amp;amp;amp;T"), "AT&T");
    assert_eq!(to_plain("AT&amp;amp;amp;amp;T"), "AT&amp;T");
}

#[test]
fn later_passes_keep_the_breaks_of_earlier_ones() {
    assert_eq!(
        to_plain("<p>a<br>b</p><p>c &amp;amp; d</p>"),
        "a\nb\n\nc & d"
    );
}

#[test]
fn broken_markup_loses_no_text() {
    for (html, text) in [
        ("a <!-- b", "a b"),
        ("<script>a", "a"),
        ("<script>a<script>b</script>c", "c"),
        ("<a href=\"x>b</a> c", "b c"),
        ("<p", "<p"),
        ("a</p", "a</p"),
        ("<b><i>a</b></i>", "a"),
    ] {
        assert_eq!(to_plain(html), text, "{html:?}");
    }
}

/// Each of these is 1 MB at last.
#[test]
fn linear_whatever_comes() {
    for unit in [
        "<",
        "<div>",
        "&",
        "&amp;",
        "&amp;amp;",
        "<!--",
        "<script>",
        "<a ",
        "<a b=\"",
        "<a b='\">",
        "<a \">\"",
        "<i c='\" d=\"",
        "</",
        "<![CDATA[",
        "]]>",
        "<!",
        "<?",
        "&#",
        "&#1",
        "&lt;p ",
        "&lt;p&gt;",
        "<style></",
        "\n",
        " \u{a0}",
        "<br>",
        "<x>",
        "<x></x>",
        " <b> ",
        " <script> ",
        " <b> </b> ",
        "<b and c>",
        "<y a='<",
        "&lt;!-- --&gt;",
        "&lt;p&gt;x",
    ] {
        assert_linear(unit, 1_000_000 / unit.len(), |size| {
            to_plain(&unit.repeat(size));
        });
        assert_linear(unit, 1_000_000 / unit.len(), |size| {
            text_to_plain(&unit.repeat(size));
        });
    }
}

#[test]
fn deep_nesting_takes_linear_time() {
    assert_linear("nesting", 40_000, |depth| {
        let html = "<div>".repeat(depth) + "x" + &"</div>".repeat(depth);
        assert_eq!(to_plain(&html), "x");
    });
}

/// Every quoted value here holds a `<` from which the next guess would read to the end again.
#[test]
fn linear_where_quotes_mislead() {
    assert_linear("misleading quotes", 80_000, |size| {
        let units = "<i c='\" d=\"".repeat(size);
        to_plain(&format!("<a b=\"{units}\" <"));
    });
}

proptest! {
    #[test]
    fn never_panics_and_is_trimmed(
        html in prop_oneof![any::<String>(), "[<>/!\\-a-cp&;=\"' \n#x3\\[\\]]{0,80}"],
    ) {
        for text in [to_plain(&html), text_to_plain(&html)] {
            prop_assert_eq!(text.trim(), &text);
            prop_assert!(!text.contains("\n\n\n"));
        }
    }

    #[test]
    fn words_between_tags_come_out(words in prop::collection::vec("[a-zé小]{1,8}", 1..10)) {
        let html = format!("<p class=\"x\">{}</p>", words.join("</p><p class='y'>"));
        prop_assert_eq!(to_plain(&html), words.join("\n\n"));
    }
}
