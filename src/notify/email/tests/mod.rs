//! Sessions against a scripted server; the mail itself as a snapshot.

mod greeting;
mod message;
mod post;
mod recipients;
mod reuse;
mod route;
mod session;
mod token;
