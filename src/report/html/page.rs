//! A page around its panels: the head, the way to each panel, style and script. It asks nobody for anything.

use super::markup::Markup;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A part of a page. A page is made of any panels; what a panel shows is its own file's.
pub(crate) struct Panel {
    /// Its place in the page's address.
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) body: Markup,
}

impl Panel {
    pub(super) fn new(id: &'static str, title: impl Into<String>, body: Markup) -> Self {
        Self { id, title: title.into(), body }
    }
}

/// The whole page: `top` stands in its header, the panels follow in their order, `foot` says how it was made.
pub(super) fn whole(title: &str, top: &Markup, panels: &[Panel], foot: &Markup) -> String {
    let way =
        |panel: &Panel| Markup::of("<li><a href=\"#").text(panel.id).raw("\">").text(&panel.title).raw("</a></li>\n");
    let part = |panel: &Panel| {
        let Panel { id, title, body } = panel;
        Markup::of("<section id=\"")
            .text(id)
            .raw("\" aria-labelledby=\"")
            .text(id)
            .raw("-title\">\n<h2 id=\"")
            .text(id)
            .raw("-title\">")
            .text(title)
            .raw("</h2>\n")
            .with(body)
            .raw("</section>\n")
    };
    Markup::of(HEAD)
        .raw("<title>")
        .text(title)
        .raw("</title>\n<style>\n")
        .raw(STYLE)
        .raw("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the content</a>\n<header>\n")
        .with(top)
        .raw("</header>\n<nav aria-label=\"Parts of this page\"><ul>\n")
        .all(panels.iter().map(way))
        .raw("</ul></nav>\n<main id=\"main\">\n")
        .all(panels.iter().map(part))
        .raw("</main>\n<footer>\n")
        .with(foot)
        .raw("</footer>\n<script>\n")
        .raw(SCRIPT)
        .raw("</script>\n</body>\n</html>\n")
        .into_string()
}

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'; img-src data:\">
<link rel=\"icon\" href=\"data:,\">
";
