//! The cards of the page of one's own account.

use axum::response::Response;
use holter_store::{Account, ApiToken, Subject};
use maud::{Markup, html};

use crate::access::password;
use crate::app::App;
use crate::guard::Caller;
use crate::own::{self, LONGEST_TOKEN};
use crate::role::Role;
use crate::shown::{Frame, form, moment, safe, square};
use crate::trouble::Trouble;

/// The codes for a lost telephone, this once.
pub(super) fn codes(caller: &Caller, codes: &[String]) -> Response {
    let frame = Frame {
        title: "Your recovery codes",
        caller,
        part: "/account",
        done: None,
    };
    frame.around(&html! {
        h1 { "Your recovery codes" }
        p { "From now on you are asked for a code whenever you sign in. Should the telephone be lost, each of these opens once in its place. They are shown this once: print them or write them down, and keep them where the telephone is not." }
        pre { code id="codes" { @for code in codes { (code) "\n" } } }
        p { a href="/account" { "Back to your account" } }
    })
}

/// Offers one-time codes.
pub(super) fn offer(
    app: &App,
    caller: &Caller,
    account: &Account,
    secret: Option<String>,
) -> Result<Markup, Trouble> {
    let (secret, sealed) = own::offer(app, account, secret)?;
    let address = own::address_of(app, account, &secret);
    Ok(html! {
        h2 { "One-time codes" }
        p { "A stolen password alone then opens nothing. Scan the square with an authenticator app, and type the code that it shows." }
        (square::of(&address, "The secret of your one-time codes, as a square for an authenticator app"))
        details { summary { "Without a camera" } p { code { (secret) } } }
        form method="post" action="/account/second" {
            (form::key(caller))
            input type="hidden" name="sealed" value=(sealed);
            label for="code" { "Code" }
            input id="code" name="code" inputmode="numeric" maxlength="9" required autocomplete="one-time-code";
            button { "Ask for codes from now on" }
        }
    })
}

/// What there is once codes are asked for.
pub(super) fn guarded(caller: &Caller, account: &Account, left: u64) -> Markup {
    html! {
        h2 { "One-time codes" }
        p { "You are asked for a code whenever you sign in. Recovery codes that are left for a lost telephone: " strong { (left) } "." }
        details open[left == 0] {
            summary { "Make new recovery codes" }
            form method="post" action="/account/second/codes" {
                (form::key(caller))
                (form::whose(&account.name))
                label for="confirm-codes" { "Your password" }
                input id="confirm-codes" name="password" type="password" required autocomplete="current-password";
                button class="quiet" { "Make new ones; those of before open nothing any more" }
            }
        }
        details {
            summary { "End that" }
            form method="post" action="/account/second/end" {
                (form::key(caller))
                (form::whose(&account.name))
                label for="confirm" { "Your password" }
                input id="confirm" name="password" type="password" required autocomplete="current-password";
                button class="quiet" { "No longer ask for codes" }
            }
        }
    }
}

/// What the provider calls the holder.
pub(super) fn bound(caller: &Caller, provider: &str, bound: &[Subject]) -> Markup {
    html! {
        h2 { (safe(provider)) }
        @if bound.is_empty() {
            p { "You can sign in with it once it has said who you are." }
            form method="post" action="/account/provider" {
                (form::key(caller))
                button class="quiet" { "Sign in there once" }
            }
        } @else {
            p { "You sign in with it, too. It calls you:" }
            ul { @for subject in bound { li { (safe(&subject.subject)) span class="soft small" { " at " (safe(&subject.issuer)) } } } }
        }
    }
}

/// Changing the password.
pub(super) fn change(caller: &Caller, account: &Account) -> Markup {
    html! {
        h2 { "Password" }
        details {
            summary { "Choose a new one" }
            form method="post" action="/account/password" {
                (form::key(caller))
                (form::whose(&account.name))
                label for="old" { "The password until now" }
                input id="old" name="old" type="password" required autocomplete="current-password";
                label for="new" { "The new one" }
                p class="hint" id="rule" { "At least " (password::SHORTEST) " characters." }
                input id="new" name="new" type="password" required minlength=(password::SHORTEST) autocomplete="new-password" aria-describedby="rule";
                button { "Change it" }
            }
        }
    }
}

/// Tokens of the API.
pub(super) fn tokens_of(app: &App, caller: &Caller, tokens: &[ApiToken]) -> Markup {
    let own = caller.actor.as_ref().map(|actor| actor.role);
    html! {
        h2 { "Tokens for scripts" }
        p { "A script comes in with a token instead of a password: " code { "Authorization: Bearer TOKEN" } ". " a href="/api/v1/openapi.json" { "What the API can do" } }
        @if !tokens.is_empty() {
            div class="scroll" {
                table class="stack" {
                    caption { "Your tokens" }
                    thead { tr { th scope="col" { "For" } th scope="col" { "May do what a … may" } th scope="col" { "Until" } th scope="col" { "Last used" } th scope="col" { "End" } } }
                    tbody {
                        @for token in tokens {
                            tr {
                                th scope="row" { (safe(&token.name)) }
                                td data-l="May" { (token.role) }
                                td data-l="Until" { (moment::day(token.expires, &app.zone)) }
                                td data-l="Last used" { @if let Some(used) = token.used { (moment::ago(used, app.clock.now(), &app.zone)) } @else { "never" } }
                                td {
                                    form method="post" action={ "/account/tokens/" (token.id) "/end" } {
                                        (form::key(caller))
                                        button class="link" { "End it" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        details {
            summary { "Make one" }
            form method="post" action="/account/tokens" {
                (form::key(caller))
                label for="token-name" { "What for" }
                input id="token-name" name="name" required maxlength="100";
                label for="token-role" { "It may do what this role may" }
                select id="token-role" name="role" {
                    @for role in Role::ALL.into_iter().filter(|role| own == Some(Role::Admin) || own == Some(*role)) {
                        (form::option(role.as_str(), &format!("{role}: {}", role.about()), false))
                    }
                }
                label for="token-days" { "For how many days" }
                input id="token-days" name="days" type="number" min="1" max=(LONGEST_TOKEN) value="90" required;
                button { "Make a token" }
            }
        }
    }
}
