//! What was listened to: files with their hashes, how much of them could be heard, and who was in them.

use maud::{Markup, html};

use super::super::Overheard;
use super::super::digest::Digest;
use super::super::words::{moment, place};
use super::found::more;
use crate::escape::terminal;
use crate::text::number;

/// Files, and what is wrong with them.
pub(super) fn files(overheard: &Overheard) -> Markup {
    html! {
        section aria-labelledby="files" {
            h2 id="files" { "What was listened to" }
            @for origin in overheard.captures.iter().flat_map(|one| &one.sources) {
                div class="card" {
                    h3 class="mono" { (terminal(&origin.name)) }
                    dl class="pairs" {
                        dt { "SHA-256" }
                        dd { @if let Some(hash) = &origin.sha256 { code { (hash) } } @else { "not computed" } }
                        dt { "Size" }
                        dd { (number(origin.bytes)) " bytes, " (number(origin.packets)) " packets or lines" }
                        dt { "Captured" }
                        dd {
                            @if let (Some(first), Some(last)) = (origin.first, origin.last) { (moment(first)) " to " (moment(last)) }
                            @else { "at no moment that it says" }
                        }
                        @if let Some(trouble) = &origin.trouble {
                            dt { "Not whole" }
                            dd { strong { (terminal(trouble)) } }
                        }
                    }
                }
            }
            @if !overheard.unread.is_empty() {
                h3 { "Not read" }
                ul { @for unread in &overheard.unread { li { code { (terminal(&unread.file)) } ": " (terminal(&unread.why)) } } }
            }
            p class="soft small" {
                "Times are the captures' own. Each hash was computed over the whole file as it was read; "
                code { "sha256sum FILE" } " gives the same for the same file."
            }
        }
    }
}

/// How much of each capture could be heard.
pub(super) fn coverage(overheard: &Overheard) -> Markup {
    html! {
        section aria-labelledby="coverage" {
            h2 id="coverage" { "How much was heard" }
            @for captured in &overheard.captures {
                @let coverage = &captured.coverage;
                @let name = captured.sources.first().map_or("", |origin| origin.name.as_str());
                div class="scroll" {
                    table class="stack" {
                        caption { (terminal(name)) @if captured.sources.len() > 1 { " and the files that follow on it" } }
                        tbody {
                            @for (what, count) in [
                                ("Packets", coverage.packets),
                                ("Packets dropped before they were captured", coverage.dropped),
                                ("Packets cut by the snap length", coverage.cut),
                                ("Packets of protocols that are not read", coverage.unread),
                                ("TCP connections heard", coverage.streams),
                                ("Conversations by UDP", coverage.datagram_flows),
                                ("Flows heard from one side only", coverage.one_sided),
                                ("Connections that began before the capture", coverage.begun_before),
                                ("Flows forgotten to make room", coverage.forgotten),
                                ("Bytes of data heard", coverage.heard),
                                ("Bytes sent that are not in the capture", coverage.missing),
                                ("Flows of TLS and DTLS", captured.totals.tls),
                                ("Of these TLS 1.3, where heartbeats cannot be told from data", captured.totals.hidden),
                                ("Records of heartbeat", captured.totals.heartbeats),
                            ] {
                                tr { th scope="row" { (what) } td class="n" { (number(count)) } }
                            }
                            tr { th scope="row" { "Seconds from the first packet to the last" } td class="n" { (format!("{:.3}", coverage.seconds())) } }
                        }
                    }
                }
                @if captured.beyond.any() {
                    p { strong { "More was heard than can be listed: a bound was reached." } }
                }
            }
        }
    }
}

/// The servers.
pub(super) fn servers(digest: &Digest) -> Markup {
    let servers = &digest.servers;
    if servers.all == 0 {
        return html! {};
    }
    html! {
        section aria-labelledby="servers" {
            h2 id="servers" { "Servers that were heard" }
            div class="scroll" {
                table class="stack" {
                    thead { tr { th scope="col" { "Server" } th scope="col" { "Names" } th scope="col" { "Spoke" } th scope="col" class="n" { "Sessions" } th scope="col" class="n" { "With heartbeats agreed" } } }
                    tbody {
                        @for subject in &servers.told {
                            @let inventory = &subject.inventory;
                            tr {
                                th scope="row" { (place(subject)) }
                                td data-l="Names" { @for name in inventory.names.iter().take(5) { div { (terminal(name)) } } }
                                td data-l="Spoke" { (subject.protocol.as_deref().unwrap_or("")) " " (inventory.versions.join(", ")) }
                                td data-l="Sessions" class="n" { (number(subject.coverage.sessions)) }
                                td data-l="With heartbeats agreed" class="n" { (number(inventory.heartbeat_sessions)) }
                            }
                        }
                    }
                }
            }
            (more(servers.all))
        }
    }
}
