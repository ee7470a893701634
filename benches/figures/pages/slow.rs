//! What connections that say half a request, and then nothing, cost the polls.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{JoinHandle, sleep, spawn},
    time::{Duration, Instant},
};

use super::{
    answers::Visitor,
    publisher::Publisher,
    store::{Desk, Running},
};

/// How long somebody else waits.
const PATIENCE: Duration = Duration::from_secs(10);

const HALF: &[u8] = b"GET /alerts HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";

pub(crate) fn print(desk: &Desk, publisher: &Publisher, slow: usize) {
    let running = desk.start();
    // Each feed has its place in the interval after two.
    sleep(Duration::from_secs(2 * desk.every));
    println!(
        "| connections with half a request | polls | late, median, ms | 99 % | worst | `/healthz`, ms |\n|---|--:|--:|--:|--:|--:|"
    );
    for count in [0, slow, 0, slow] {
        let crowd = Crowd::come(running.address, count);
        row(desk, publisher, &running, count);
        drop(crowd);
    }
    println!();
}

fn row(desk: &Desk, publisher: &Publisher, running: &Running, count: usize) {
    publisher.pauses();
    sleep(Duration::from_secs(2 * desk.every));
    let every = Duration::from_secs(desk.every);
    let mut late: Vec<Duration> = publisher
        .pauses()
        .iter()
        .map(|pause| pause.saturating_sub(every))
        .collect();
    late.sort_unstable();
    if late.is_empty() {
        println!("| {count} | 0 | | | | |");
        return;
    }
    let at = |share: usize| late[(late.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    let health = health(running.address);
    println!(
        "| {count} | {} | {:.0} | {:.0} | {:.0} | {health} |",
        late.len(),
        at(50),
        at(99),
        at(100),
    );
}

/// How long somebody else waits for an answer meanwhile.
fn health(address: SocketAddr) -> String {
    let started = Instant::now();
    let (says, said) = std::sync::mpsc::channel();
    spawn(move || says.send(Visitor::at(address).ask("/healthz").status));
    match said.recv_timeout(PATIENCE) {
        Ok(200) => format!("{:.0}", started.elapsed().as_secs_f64() * 1000.0),
        Ok(status) => format!("status {status}"),
        Err(_) => format!("none in {} s", PATIENCE.as_secs()),
    }
}

/// Those who are slow; who is sent away comes again.
struct Crowd {
    stop: Arc<AtomicBool>,
    comes: Option<JoinHandle<()>>,
}

impl Crowd {
    fn come(address: SocketAddr, count: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&stop);
        let comes = spawn(move || {
            let mut all: Vec<Option<TcpStream>> = (0..count).map(|_| None).collect();
            while !ends.load(Ordering::Relaxed) {
                for one in &mut all {
                    if !one.as_mut().is_some_and(is_open) {
                        *one = half(address);
                    }
                }
                sleep(Duration::from_millis(500));
            }
        });
        Self {
            stop,
            comes: Some(comes),
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(comes) = self.comes.take() {
            let _ = comes.join();
        }
    }
}

fn half(address: SocketAddr) -> Option<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.write_all(HALF).ok()?;
    stream.set_nonblocking(true).ok()?;
    Some(stream)
}

fn is_open(stream: &mut TcpStream) -> bool {
    let read = stream.read(&mut [0; 512]);
    matches!(read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}
