//! Debian's Chromium, driven over `WebDriver` (W3C), with what Chrome's protocol adds: the scheme of
//! colours, the width of the screen, and its log.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// A browser with one window.
pub(super) struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

/// Whether there is one on this machine.
pub(super) fn is_here() -> bool {
    let asked = ["chromedriver", "chromium"].map(|it| Command::new(it).arg("--version").output());
    asked.iter().all(Result::is_ok)
}

impl Browser {
    pub(super) fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut said = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = said
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let port = line.split("started successfully on port ").nth(1)?;
                port.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says its port");
        // What it says later must be read, or it waits.
        std::thread::spawn(move || said.for_each(drop));
        let mut browser = Self {
            driver,
            port,
            session: String::new(),
        };
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
        ];
        let started = browser.ask(
            "POST",
            "/session",
            &json!({"capabilities": {"alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": {"args": arguments},
                "goog:loggingPrefs": {"browser": "ALL"},
            }}}),
        );
        started["sessionId"]
            .as_str()
            .expect("a session")
            .clone_into(&mut browser.session);
        browser
    }

    /// Looks at this address.
    pub(super) fn open(&self, url: &str) {
        self.command("POST", "url", &json!({ "url": url }));
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        let url = self.command("GET", "url", &Value::Null);
        url.as_str().expect("an address").to_owned()
    }

    /// Takes a screen of this width, light or dark.
    pub(super) fn look(&self, width: u32, scheme: &str) {
        self.chrome(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}),
        );
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.chrome(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
    }

    /// The value of an expression in the page.
    pub(super) fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.command(
            "POST",
            "execute/sync",
            &json!({"script": script, "args": []}),
        )
    }

    /// What a script gives to the function it is called with last.
    pub(super) fn awaited(&self, script: &str) -> Value {
        self.command(
            "POST",
            "execute/async",
            &json!({"script": script, "args": []}),
        )
    }

    /// What the browser complained of since this was last asked.
    pub(super) fn complaints(&self) -> Vec<String> {
        let log = self.command("POST", "se/log", &json!({"type": "browser"}));
        let lines = log.as_array().cloned().unwrap_or_default();
        lines
            .iter()
            .map(|line| line["message"].as_str().unwrap_or("?").to_owned())
            .collect()
    }

    /// The whole page as a picture.
    pub(super) fn photograph(&self, file: &Path) {
        let taken = self.chrome(
            "Page.captureScreenshot",
            &json!({"format": "png", "captureBeyondViewport": true}),
        );
        let picture = STANDARD.decode(taken["data"].as_str().expect("a picture"));
        std::fs::write(file, picture.expect("Base64")).expect("written");
    }

    /// Presses keys, wherever the focus is.
    pub(super) fn press(&self, keys: &str) {
        let presses = keys.chars().flat_map(|key| {
            ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key.to_string()}))
        });
        let actions =
            json!([{"type": "key", "id": "keys", "actions": presses.collect::<Vec<_>>()}]);
        self.command("POST", "actions", &json!({ "actions": actions }));
    }

    fn chrome(&self, command: &str, parameters: &Value) -> Value {
        self.command(
            "POST",
            "goog/cdp/execute",
            &json!({"cmd": command, "params": parameters}),
        )
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask(method, &format!("/session/{}/{path}", self.session), body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let (head, body) = self
            .exchange(method, path, &body)
            .expect("chromedriver answers");
        assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {body}");
        let mut answer: Value = serde_json::from_str(&body).expect("JSON");
        answer["value"].take()
    }

    /// It keeps the connection open, so an answer ends where its length says.
    fn exchange(&self, method: &str, path: &str, body: &str) -> io::Result<(String, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut stream = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let from = head.len();
            if stream.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = head[from..].to_ascii_lowercase();
            if let Some(number) = line.strip_prefix("content-length:") {
                length = number.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut body = String::new();
        stream.take(length).read_to_string(&mut body)?;
        Ok((head, body))
    }
}

impl Drop for Browser {
    /// Also where a test fails: without its driver the browser would stay.
    fn drop(&mut self) {
        let _ = self.exchange("DELETE", &format!("/session/{}", self.session), "");
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
