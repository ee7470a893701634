//! What the HTML of a mail looks like.
//!
//! One short style sheet in place of styles at each element: with those a digest of 100 alerts is
//! cut by Gmail. Where a program drops the sheet (a forwarded mail in Gmail), the elements speak for
//! themselves. Every text has a colour and a ground of ours in light and in dark, each pair with at
//! least the 4.5 to 1 of WCAG 2.2 (AA); a program that leaves out the dark rules shows the light
//! ones whole. System fonts, no image, nothing remote.

/// The sheet of light, and what is the same in both.
pub(super) const LIGHT: &str = concat!(
    "<style>\n",
    ":root{color-scheme:light dark}\n",
    "body{margin:0;background:#ffffff;color:#1f1f1f}\n",
    ".sheet{max-width:600px;margin:0 auto;padding:20px 16px;overflow-wrap:anywhere;",
    "font:16px/1.5 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Noto Sans',",
    "'Hiragino Sans','Noto Sans CJK JP','Yu Gothic',Helvetica,Arial,sans-serif}\n",
    "h1{margin:0 0 8px;font-size:22px;line-height:1.35;font-weight:600}\n",
    "h2{margin:28px 0 12px;padding:0 0 4px;border-bottom:1px solid #c4c4c4;",
    "font-size:14px;line-height:1.35;font-weight:600;color:#595959}\n",
    "h2:first-child{margin-top:0}\n",
    "p{margin:0 0 16px;line-height:1.45}\n",
    "a{color:#0b57d0;text-decoration:none}\n",
    "small{font-size:13px;color:#595959}\n",
    "b{color:#b3261e}\n",
    "q{quotes:none;font-size:14px}\n",
    "mark{padding:0 2px;border-radius:2px;background:#ffe27a;color:#1a1a1a}\n",
    "blockquote{margin:0 0 14px;padding:2px 0 2px 14px;border-left:3px solid #d9a400}\n",
    "table{margin:20px 0 0;border-collapse:collapse;font-size:14px;line-height:1.45}\n",
    "th{padding:2px 16px 2px 0;font-weight:400;white-space:nowrap;color:#595959}\n",
    "td{padding:2px 0}\n",
    ".also{margin:0 0 6px;font-size:14px}\n",
    ".foot{margin:24px 0 0;padding:10px 0 0;border-top:1px solid #c4c4c4}\n",
    "</style>\n",
);

/// What is different in dark; a sheet of its own, for a program may drop one whole.
pub(super) const DARK: &str = concat!(
    "<style>\n",
    "@media (prefers-color-scheme:dark){\n",
    "body{background:#121212;color:#e6e6e6}\n",
    "h2{border-color:#444444;color:#b0b0b0}\n",
    "a{color:#8ab4f8}\n",
    "small,th{color:#b0b0b0}\n",
    "b{color:#ffb4ab}\n",
    ".foot{border-color:#444444}\n",
    "}\n",
    "</style>\n",
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// WCAG 2's contrast of two colours written `rrggbb`.
    fn contrast(one: &str, other: &str) -> f64 {
        let luminance = |colour: &str| {
            let channel = |at| {
                let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour");
                let value = f64::from(value) / 255.0;
                if value <= 0.04045 {
                    value / 12.92
                } else {
                    ((value + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The colours of a sheet by selector and property.
    fn colours(sheet: &str) -> BTreeMap<(String, &str), String> {
        let mut colours = BTreeMap::new();
        for rule in sheet.lines().filter(|line| line.ends_with('}')) {
            let Some((selectors, rules)) = rule.trim_end_matches('}').split_once('{') else {
                continue;
            };
            for (property, value) in rules.split(';').filter_map(|rule| rule.split_once(':')) {
                if let Some(value) = value.strip_prefix('#') {
                    for selector in selectors.split(',') {
                        colours.insert((selector.to_owned(), property), value.to_owned());
                    }
                }
            }
        }
        colours
    }

    #[test]
    fn every_colour_is_readable_on_its_ground_in_light_and_dark() {
        let light = colours(LIGHT);
        let mut dark = light.clone();
        dark.extend(colours(DARK));
        for scheme in [light, dark] {
            let ground = &scheme[&("body".to_owned(), "background")];
            let texts = scheme
                .iter()
                .filter(|((_, property), _)| *property == "color");
            let mut seen = 0;
            for ((selector, _), colour) in texts {
                let own = scheme.get(&(selector.clone(), "background"));
                let ratio = contrast(colour, own.unwrap_or(ground));
                assert!(ratio >= 4.5, "{selector}: {ratio}");
                seen += 1;
            }
            assert_eq!(seen, 7, "body, h2, a, small, b, mark, th");
        }
    }

    #[test]
    fn the_contrast_is_that_of_the_standard() {
        let is = |ratio: f64, expected: f64| (ratio - expected).abs() < 0.01;
        assert!(is(contrast("000000", "ffffff"), 21.0));
        assert!(is(contrast("777777", "ffffff"), 4.48));
    }
}
