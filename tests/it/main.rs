//! The whole program: in process on a real SQLite file with servers on 127.0.0.1, and as a child
//! process where signals and exit codes matter.

mod access;
mod architecture;
mod asked;
mod cli;
mod cooling;
mod crash;
mod crowd;
mod delivery;
mod desk;
mod disk;
mod docs;
mod explain;
mod finding;
mod health;
mod language;
mod mail;
mod missed;
mod moved;
mod mute;
mod outage;
mod outbox;
mod patience;
mod pipeline;
mod policy;
mod postfix;
mod reload;
mod report;
mod request;
mod servers;
mod service;
mod traps;
mod trust;
mod updates;
mod when;
mod world;
