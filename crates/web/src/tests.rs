//! The server as a whole, over real HTTP on loopback.

mod api;
mod forms;
mod hostile;
mod house;
mod login;
mod notices;
mod outbox;
mod receiver;
mod routes;
mod systems;
mod tls;
