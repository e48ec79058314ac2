//! The server as a whole, over real HTTP on loopback.

mod api;
mod forms;
mod hostile;
mod house;
mod login;
mod routes;
mod systems;
mod tls;
