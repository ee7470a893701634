//! Receivers that do the least, in a process of their own: a webhook that answers 204, a mail server
//! that takes everything, a webhook that never answers, and a feed of which everything is new each
//! time.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStdin, ChildStdout, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use crate::process::{RECEIVERS, again};

/// New items in each document of the feed.
pub(crate) const BURST: usize = 100;

/// Serves until standard input ends; prints the ports of HTTP and SMTP, then for each item of the
/// feed that arrives how many milliseconds that took.
pub(crate) fn run() {
    let http = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let smtp = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = |listener: &TcpListener| listener.local_addr().expect("bound").port();
    println!("{} {}", port(&http), port(&smtp));
    let feed = Arc::new(Feed::default());
    thread::spawn(move || {
        accept(&http, move |stream| {
            let _ = serve_http(stream, &feed);
        });
    });
    thread::spawn(move || {
        accept(&smtp, |stream| {
            let _ = serve_smtp(stream);
        });
    });
    let _ = io::stdin().read(&mut [0]);
}

fn accept(listener: &TcpListener, serve: impl Fn(TcpStream) + Clone + Send + 'static) {
    for stream in listener.incoming().map_while(Result::ok) {
        let _ = stream.set_nodelay(true);
        let serve = serve.clone();
        thread::spawn(move || serve(stream));
    }
}

#[derive(Default)]
struct Feed {
    documents: AtomicUsize,
    /// When the last one was sent.
    served_at: Mutex<Option<Instant>>,
}

fn serve_http(stream: TcpStream, feed: &Feed) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let length = head.to_ascii_lowercase();
        let length = length
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length = length.map_or(0, |it| it.trim().parse().expect("a length"));
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        match head.split(' ').nth(1) {
            Some("/mute") => loop {
                thread::park();
            },
            Some("/feed") => {
                let document = feed.document();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                    document.len()
                );
                stream.get_mut().write_all((head + &document).as_bytes())?;
                *feed.served_at.lock().expect("not poisoned") = Some(Instant::now());
                continue;
            }
            Some("/timed") => {
                let served_at = *feed.served_at.lock().expect("not poisoned");
                let latency = served_at.expect("the feed was asked first").elapsed();
                println!("{}", latency.as_secs_f64() * 1e3);
            }
            _ => {}
        }
        stream
            .get_mut()
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")?;
    }
}

impl Feed {
    fn document(&self) -> String {
        let number = self.documents.fetch_add(1, Ordering::Relaxed);
        let item = |item| {
            format!(
                "<item><guid>{number}.{item}</guid><title>Koizumi {number}.{item}</title></item>"
            )
        };
        let items: String = (0..BURST).map(item).collect();
        format!("<rss version=\"2.0\"><channel><title>Wire</title>{items}</channel></rss>")
    }
}

fn serve_smtp(stream: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.get_mut().write_all(b"220 ready\r\n")?;
    let mut line = Vec::new();
    let mut in_message = false;
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.get(..4) {
            _ if in_message && line != b".\r\n" => continue,
            _ if in_message => {
                in_message = false;
                b"250 taken\r\n"
            }
            Some(b"DATA") => {
                in_message = true;
                b"354 go on\r\n"
            }
            Some(b"QUIT") => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        stream.get_mut().write_all(answer)?;
    }
}

/// The servers, until dropped.
pub(crate) struct Servers {
    child: Child,
    /// Its end is what stops them.
    stop: Option<ChildStdin>,
    reported: BufReader<ChildStdout>,
    pub(crate) http: u16,
    pub(crate) smtp: u16,
}

impl Servers {
    pub(crate) fn start() -> Self {
        let mut child = again(RECEIVERS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let mut reported = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        reported.read_line(&mut line).expect("UTF-8");
        let (http, smtp) = line.trim().split_once(' ').expect("two ports");
        Self {
            http: http.parse().expect("a port"),
            smtp: smtp.parse().expect("a port"),
            stop: child.stdin.take(),
            child,
            reported,
        }
    }

    /// How many milliseconds after its document each item arrived: the next of them.
    pub(crate) fn next_latency(&mut self) -> f64 {
        let mut line = String::new();
        self.reported.read_line(&mut line).expect("UTF-8");
        line.trim().parse().expect("a number")
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.stop.take();
        let _ = self.child.wait();
    }
}
