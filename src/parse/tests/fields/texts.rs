//! Texts.

use super::*;

/// What is beside a description, and what both are read as.
const BESIDE: &[(&str, &str)] = &[
    (
        "<itunes:summary>Koizumi</itunes:summary>",
        "s: A slogan; c: Koizumi",
    ),
    (
        "<gp:description>Koizumi</gp:description>",
        "s: A slogan; c: Koizumi",
    ),
    (
        "<itunes:subtitle>Talks</itunes:subtitle>",
        "s: A slogan; c: Talks",
    ),
    (
        "<itunes:title>Talks</itunes:title>",
        "t: Talks; s: A slogan",
    ),
    (
        "<title>Ep 1</title><itunes:title>Talks</itunes:title>",
        "t: Ep 1; s: A slogan; c: Talks",
    ),
    (
        "<title>Ep 1</title><itunes:title>Ep  1</itunes:title>",
        "t: Ep 1; s: A slogan",
    ),
    (
        "<title>Ep 1</title><dc:title>Talks</dc:title>",
        "t: Ep 1; s: A slogan; c: Talks",
    ),
    (
        "<itunes:summary>A <![CDATA[<b>slogan</b>]]></itunes:summary>",
        "s: A slogan",
    ),
    ("<itunes:subtitle>A slo...</itunes:subtitle>", "s: A slogan"),
    (
        "<itunes:subtitle>slog</itunes:subtitle>",
        "s: A slogan; c: slog",
    ),
    (
        "<dc:description>Koizumi</dc:description>",
        "s: A slogan; c: Koizumi",
    ),
    ("<summary>Koizumi</summary>", "s: A slogan; c: Koizumi"),
    (
        "<content:encoded>Long</content:encoded><summary>Koizumi</summary>",
        "s: A slogan; c: Long / Koizumi",
    ),
    (
        "<content:encoded>Long</content:encoded><body>More</body>",
        "s: A slogan; c: Long / More",
    ),
    (
        "<media:description>Koizumi</media:description>",
        "s: A slogan; c: Koizumi",
    ),
    ("<subtitle>Koizumi</subtitle>", "s: A slogan; c: Koizumi"),
    (
        "<prism:teaser>Koizumi</prism:teaser>",
        "s: A slogan; c: Koizumi",
    ),
    (
        "<description>Koizumi</description>",
        "s: A slogan; c: Koizumi",
    ),
    ("<description>A slogan</description>", "s: A slogan"),
    (
        "<title>Ep 1</title><title>Talks</title>",
        "t: Ep 1; s: A slogan; c: Talks",
    ),
    (
        "<content:encoded>One</content:encoded><content:encoded>Two</content:encoded>",
        "s: A slogan; c: One / Two",
    ),
    (
        "<og><type>article</type><title>Koizumi</title><description>Talks</description></og>",
        "t: Koizumi; s: A slogan; c: Talks",
    ),
    (
        "<title>Ep 1</title><og><description>A slogan</description><title>Ep 1</title></og>",
        "t: Ep 1; s: A slogan",
    ),
    (
        "<og:title>Ep 1</og:title><og:description>Koizumi</og:description>\
         <og:site_name>no</og:site_name>",
        "t: Ep 1; s: A slogan; c: Koizumi",
    ),
    (
        "<other><description>Another story</description></other>",
        "s: A slogan",
    ),
    (
        "<title>Ep 1</title><author><name>Jane</name><title>Editor</title></author>",
        "t: Ep 1; s: A slogan; by: Jane",
    ),
];

#[test]
fn texts_beside_a_description_are_read_and_none_twice() {
    const D: &str = "<description>A slogan</description>";
    for (beside, expected) in BESIDE {
        assert_eq!(rss(&format!("{D}{beside}")), *expected, "{beside}");
    }
    // Their order does not count.
    let shared = "<og><title>Shared</title><description>Card</description></og>";
    let story = "<title>Ep 1</title><description>A slogan</description>";
    let expected = "t: Ep 1; s: A slogan; c: Shared / Card";
    for item in [format!("{shared}{story}"), format!("{story}{shared}")] {
        assert_eq!(rss(&item), expected, "{item}");
    }
    let unclosed = format!("<og><title>Shared</title>{story}<guid>1</guid>");
    assert_eq!(
        rss(&unclosed),
        "t: Shared; s: A slogan; c: Ep 1",
        "nothing is lost where an end tag is"
    );
    let podcast = "<itunes:subtitle>Sub</itunes:subtitle><itunes:summary>Sum</itunes:summary>";
    assert_eq!(rss(podcast), "s: Sum; c: Sub");
    assert_eq!(rss(&format!("{podcast}{D}")), "s: A slogan; c: Sum / Sub");
}

#[test]
fn a_title_of_the_media_is_the_title_where_there_is_no_other() {
    let title = "<media:title>Koizumi</media:title>";
    for inside in [
        title.to_owned(),
        format!("<media:group>{title}</media:group>"),
        format!("<media:content url='v.mp4'>{title}</media:content>"),
        format!("<title/><media:group><media:content>{title}</media:content></media:group>"),
    ] {
        assert_eq!(rss(&inside), "t: Koizumi", "{inside}");
        assert_eq!(atom(&inside), "t: Koizumi", "{inside}");
        let beside = format!("<title>T</title>{inside}");
        assert_eq!(rss(&beside), "t: T; c: Koizumi");
    }
    let json = parsed(
        r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"T",
            "attachments":[{"url":"a.mp3","title":"Koizumi"},{"url":"b.mp3","title":"T"}]}]}"#,
    );
    assert_eq!(shown(&json), "t: T; c: Koizumi");
}

#[test]
fn alerts_of_weather_offices_are_read_whole_and_in_parts() {
    let parts = "<c:event>Storm Surge</c:event><c:headline>Surge in Tokyo</c:headline>\
        <c:areaDesc>Koto; Edogawa</c:areaDesc><c:description>High water</c:description>\
        <c:severity>Extreme</c:severity>";
    let expected = "t: Surge in Tokyo; c: Koto; Edogawa / High water; in: Storm Surge";
    assert_eq!(rss(parts), expected);
    let area = "<c:area><c:areaDesc>Koto; Edogawa</c:areaDesc><c:polygon>1,2</c:polygon></c:area>";
    let whole = format!(
        "<title>T</title><c:alert><c:sender>s</c:sender><c:info><c:event>Storm Surge</c:event>\
         <c:headline>Surge</c:headline>{area}</c:info></c:alert>"
    );
    assert_eq!(
        rss(&whole),
        "t: T; c: Surge / Koto; Edogawa; in: Storm Surge"
    );
}
