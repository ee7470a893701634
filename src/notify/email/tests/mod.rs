//! Sessions against a scripted server; the mail itself as a snapshot.

mod message;
mod reuse;
mod route;
mod session;
