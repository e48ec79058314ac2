//! What peers, files and people call things is shown on every page, and does nothing on any.

use hyper::Method;

use super::house::House;
use super::stocked::stock;
use crate::guard::Kind;
use crate::role::Role;
use crate::routes;

/// Markup, an attribute's end, a formula, a terminal's escape, and marks that turn the direction of writing.
const HOSTILE: &str =
    "=1+1\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u{1b}[2J\u{202e}evil\u{2066}";

#[tokio::test]
async fn hostile_words_do_nothing_on_any_page() {
    let house = House::full().await;
    let link = stock(&house, 1, HOSTILE).await.link;
    let mut admin = house.signed_in(Role::Admin).await;
    admin.fill("/people", "/departments", &[("name", HOSTILE)]).await;
    let mut shown = 0;
    for route in routes::all() {
        if route.method != Method::GET || route.kind() != Kind::Page || route.path.contains("events") {
            continue;
        }
        let path = route
            .path
            .replace("{id}", "1")
            .replace("/acknowledge/{token}", &format!("/acknowledge/{link}"))
            .replace("{token}", "x")
            .replace("{name}", "x");
        let said = admin.open(&path).await;
        for harm in ["<script>alert", "<img", "\u{1b}", "\u{202e}", "\u{2066}", "\"'>"] {
            assert!(!said.text.contains(harm), "{path} shows {harm:?}:\n{}", said.text);
        }
        shown += usize::from(said.text.contains("&lt;script&gt;alert(1)"));
    }
    assert!(shown >= 11, "the words stand on {shown} pages only");
}
