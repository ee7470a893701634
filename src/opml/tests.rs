use proptest::prelude::*;

use super::*;

fn feed(title: &str, url: &str, tags: &[&str]) -> OpmlFeed {
    OpmlFeed {
        title: title.into(),
        url: url.into(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        is_off: false,
    }
}

fn list(body: &str) -> OpmlList {
    read(&format!("<opml version='1.0'><body>{body}</body></opml>")).expect("OPML")
}

#[test]
fn folders_and_categories_are_tags() {
    let body = "<outline text='News'><outline text='Asia'>\
        <outline type='rss' text='NHK' xmlUrl='https://nhk.example/f' category='/Japan/TV,Asia, '/>\
        </outline><outline title='BBC' xmlUrl='https://bbc.example/f'></outline></outline>\
        <outline xmlUrl='https://alone.example/f'/>";
    let wanted = [
        feed(
            "NHK",
            "https://nhk.example/f",
            &["News", "Asia", "Japan", "TV"],
        ),
        feed("BBC", "https://bbc.example/f", &["News"]),
        feed("", "https://alone.example/f", &[]),
    ];
    assert_eq!(list(body).feeds, wanted);
}

#[test]
fn a_feed_that_is_off_is_a_comment_and_so_is_all_in_a_folder_that_is_one() {
    let body = "<outline text='on' xmlUrl='https://a.example/'/>\
        <outline text='off' xmlUrl='https://b.example/' isComment='True'/>\
        <outline text='F' isComment='true'><outline text='G'>\
        <outline text='in' xmlUrl='https://c.example/'/></outline>\
        <outline text='in too' xmlUrl='https://d.example/' isComment='false'/></outline>\
        <outline text='behind' xmlUrl='https://e.example/'/>";
    let feeds = list(body).feeds;
    let off = feeds.iter().filter(|feed| feed.is_off);
    let off: Vec<&str> = off.map(|feed| feed.title.as_str()).collect();
    assert_eq!((feeds.len(), off), (5, vec!["off", "in", "in too"]));
    let written = read(&write(&feeds)).expect("OPML");
    assert_eq!(written.feeds.iter().filter(|feed| feed.is_off).count(), 3);
}

#[test]
fn careless_lists_are_read() {
    let wanted = [feed("A & B", "https://e.org/?a=1&b=2", &[])];
    for body in [
        "<outline text='A &amp; B' xmlUrl='https://e.org/?a=1&amp;b=2'/>",
        "<outline text='A & B' xmlUrl='https://e.org/?a=1&b=2'/>",
        "<OUTLINE TEXT=\"A &#38; B\" XMLURL=\"https://e.org/?a=1&amp;b=2\"></OUTLINE>",
        "<outline text='' title=' A\n&amp;  B' xmlurl='https://e.org/?a=1&amp;b=2' x/>",
        "A & B <b><outline text='A &amp; B' xmlUrl='https://e.org/?a=1&amp;b=2'></i></outline>",
        "</outline></x><outline text='A &amp; B' text='C' xmlUrl=https://e.org/?a=1&b=2 />",
    ] {
        assert_eq!(list(body).feeds, wanted, "{body}");
        assert_eq!(list(body).ended_at, None, "{body}");
    }
}

#[test]
fn a_list_that_breaks_off_gives_what_is_before_and_says_where() {
    let whole = "<opml><body><outline text='A' xmlUrl='https://a.example/'/>";
    let broken = format!("{whole}<outline text='B' xmlUrl='https:");
    let list = read(&broken).expect("OPML");
    assert_eq!(list.feeds, [feed("A", "https://a.example/", &[])]);
    assert_eq!(list.ended_at, Some(whole.len() as u64));
    assert_eq!(read(whole).expect("OPML").ended_at, None);
}

#[test]
fn lists_in_a_list_are_named() {
    let body = "<outline text='A' xmlUrl='https://a.example/'/>\
        <outline text='B' type='include' url='https://b.example/more.opml?x=1&amp;y'/>\
        <outline text='F'><outline TYPE='Include' URL='c.opml'></outline></outline>\
        <outline type='link' url='https://d.example/d.OPML?v=2'/>\
        <outline type='link' url='https://e.example/page'/>\
        <outline type='include'/>\
        <outline type='include' xmlUrl='https://g.example/' url='https://g.example/g.opml'/>";
    let OpmlList { feeds, lists, .. } = list(body);
    assert_eq!(feeds.len(), 2, "A and G");
    let lists = lists.join(" ");
    assert_eq!(
        lists,
        "https://b.example/more.opml?x=1&y c.opml https://d.example/d.OPML?v=2"
    );
}

#[test]
fn other_documents_are_no_lists() {
    for text in [
        "",
        "x",
        "{}",
        "<rss><channel/></rss>",
        "<!DOCTYPE html><html>",
        "<",
    ] {
        assert_eq!(read(text), Err(OpmlError::NotOpml), "{text}");
    }
    for empty in ["<opml/>", "<opml></opml>"] {
        assert_eq!(read(empty), Ok(OpmlList::default()));
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth: usize| {
        let open: Vec<_> = (0..depth)
            .map(|n| format!("<outline text='{n}'>"))
            .collect();
        let open = open.concat();
        let close = "</outline>".repeat(depth - 1);
        list(&format!(
            "{open}<outline xmlUrl='u'/></outline><outline xmlUrl='w'/>{close}<outline xmlUrl='v'/>"
        ))
    };
    assert_eq!(nested(MAX_DEPTH).feeds[0].tags.len(), MAX_DEPTH);
    let deeper = nested(MAX_DEPTH + 1);
    assert_eq!(deeper.feeds[0].tags.len(), MAX_DEPTH);
    assert_eq!(deeper.feeds[1].tags.len(), MAX_DEPTH, "one folder was left");
    assert!(
        deeper.feeds[2].tags.is_empty(),
        "all folders are left again"
    );
    let many = |count: usize| list(&"<outline xmlUrl='u'/>".repeat(count));
    assert_eq!(many(MAX_FEEDS - 1).ended_at, None);
    let more = many(MAX_FEEDS + 1);
    assert_eq!(
        (more.feeds.len(), more.ended_at.is_some()),
        (MAX_FEEDS, true)
    );
}

#[test]
fn what_is_written_reads_back() {
    let feeds = [
        feed("a", "https://a.example/?x=1&y=<2>", &[]),
        feed("b \"c\" 'd'", "https://b.example/", &["日本", "x & y"]),
        feed("c", "https://c.example/", &["日本"]),
        feed("d", "https://d.example/", &["a/b"]),
    ];
    assert_eq!(read(&write(&feeds)).expect("OPML").feeds, feeds);
    // Twice in the list, once for each folder; whoever reads it joins them.
    let two = [feed("e", "https://e.example/", &["x", "a, b", "y"])];
    let read = read(&write(&two)).expect("OPML").feeds;
    assert_eq!(read[0].tags, ["x", "y"]);
    assert_eq!(read[1].tags, ["a, b", "x", "y"]);
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>(), list in "(<(/?outline|opml)( (text|xmlUrl)=['\"a&]{0,3})?[/> ]{0,2}){0,8}") {
        let _ = read(&text);
        let _ = read(&list);
    }

    #[test]
    fn any_title_and_tag_survives(title in "\\S{1,10}", tag in "[^\\s\\p{Cc}]{1,10}") {
        let feeds = [feed(&title.replace(char::is_control, "x"), "https://e.org/", &[&tag])];
        prop_assert_eq!(read(&write(&feeds)).expect("OPML").feeds, feeds);
    }
}
