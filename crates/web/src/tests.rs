//! The server as a whole, over real HTTP on loopback.

mod api;
mod forms;
mod hostile;
mod house;
mod login;
#[cfg(feature = "oidc")]
mod lying;
mod notices;
mod outbox;
mod owner;
#[cfg(feature = "oidc")]
mod provider;
mod receiver;
mod routes;
#[cfg(feature = "oidc")]
mod scripted;
mod secrets;
mod stocked;
mod systems;
mod tls;
mod together;
