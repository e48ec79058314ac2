//! A text as a square that a telephone reads.

use maud::{Markup, html};
use qrcode::{Color, QrCode};

/// The square; nothing where the text is too long for one.
pub(crate) fn of(text: &str, about: &str) -> Markup {
    let Ok(code) = QrCode::new(text.as_bytes()) else {
        return html! {};
    };
    let width = code.width();
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % width + 4, place / width + 4);
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    let whole = width + 8;
    html! {
        svg class="square" role="img" aria-label=(about) viewBox={ "0 0 " (whole) " " (whole) } shape-rendering="crispEdges" {
            path d=(path) {}
        }
    }
}
