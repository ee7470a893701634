//! How long each answer takes, and how large it is.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{asked::paths, store::Desk};

/// The first polls are over by then, or well under way.
const SETTLES: Duration = Duration::from_secs(20);

pub(crate) fn print(desk: &Desk, times: usize) {
    let running = desk.start();
    sleep(SETTLES);
    let before = running.daemon.memory("VmRSS:");
    println!(
        "| {} feeds, {} items | median, ms | 99 %, ms | bytes | of them script |\n|---|--:|--:|--:|--:|",
        desk.size.feeds, desk.size.items
    );
    let mut visitor = Visitor::at(running.address);
    let mut missing = Vec::new();
    for path in paths(desk.size) {
        let first = visitor.ask(&path);
        if first.status == 404 {
            missing.push(path);
            continue;
        }
        let mut took = Vec::new();
        for _ in 0..times {
            let started = Instant::now();
            visitor.ask(&path);
            took.push(started.elapsed());
        }
        took.sort_unstable();
        let [median, most] = [50, 99].map(|it| ms(took[(times - 1) * it / 100]));
        let status = if first.status == 200 {
            String::new()
        } else {
            format!(" (status {})", first.status)
        };
        println!(
            "| `{path}`{status} | {median:.1} | {most:.1} | {} | {} |",
            first.body.len(),
            script(&first.body)
        );
    }
    let after = running.daemon.memory("VmRSS:");
    println!("\nmemory: {before} MiB before, {after} MiB after all of them");
    if !missing.is_empty() {
        println!("missing: {}", missing.join(", "));
    }
    println!();
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Bytes of a page that are script.
fn script(body: &str) -> usize {
    let scripts = body.split("<script").skip(1);
    scripts
        .map(|rest| rest.find("</script>").unwrap_or(rest.len()))
        .sum()
}

/// Somebody with one connection that is kept.
#[derive(Debug)]
pub(crate) struct Visitor {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

/// What they get.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Visitor {
    pub(crate) fn at(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the door is open");
        stream.set_nodelay(true).expect("a socket");
        let stream = BufReader::new(stream);
        Self { address, stream }
    }

    /// Asks once more where the connection was not kept.
    pub(crate) fn ask(&mut self, path: &str) -> Got {
        if let Some(got) = self.try_to_ask(path) {
            return got;
        }
        *self = Self::at(self.address);
        self.try_to_ask(path).expect("an answer")
    }

    fn try_to_ask(&mut self, path: &str) -> Option<Got> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes()).ok()?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let head = head.to_ascii_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length = head.split("content-length: ").nth(1)?;
        let mut body = vec![0; length.split("\r\n").next()?.parse().ok()?];
        self.stream.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).ok()?;
        Some(Got { status, body })
    }
}
