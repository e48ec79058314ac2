//! The server as a whole, over real HTTP on loopback.

mod api;
mod forms;
mod hostile;
mod house;
mod login;
#[cfg(feature = "oidc")]
mod lying;
mod owner;
#[cfg(feature = "oidc")]
mod provider;
mod routes;
#[cfg(feature = "oidc")]
mod scripted;
mod stocked;
mod tls;
mod together;
