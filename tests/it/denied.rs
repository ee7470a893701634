//! Commands of a user who may not have the files of another one.
//!
//! Only root can become somebody else; who runs the tests as another user skips these.

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{PermissionsExt as _, chown},
        net::UnixListener,
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::desk::{Desk, code, stderr};

/// The user `nobody`: every system has one, without files.
const NOBODY: u32 = 65_534;

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
}

/// A desk with a store, all of it root's, and the program where everybody may run it.
struct Room {
    desk: Desk,
    program: PathBuf,
}

impl Room {
    fn new() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let desk = Desk::new(
            "include = [\"more.toml\"]\n[store]\nurl = \"sqlite:var/store.db\"\n[watch]\n\
             k = \"Koizumi\"\n[receiver]\nr = { webhook = { file = \"secret\" } }\n",
        );
        desk.write("more.toml", "[feed]\na = \"file:sample.xml\"\n");
        desk.write("secret", "http://127.0.0.1:9/");
        fs::create_dir(desk.path("var")).expect("made");
        fs::create_dir(desk.path("out")).expect("made");
        let program = desk.path("program");
        fs::copy(assert_cmd::cargo::cargo_bin("fivebells"), &program).expect("copied");
        for open in ["", "var", "out", "program"] {
            set(&desk.path(open), 0o755);
        }
        let made = desk.run(&["run", "--once"]);
        assert_eq!(code(&made), 0, "{}", stderr(&made));
        Some(Self { desk, program })
    }

    fn as_nobody(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(self.desk.path("fivebells.toml"));
        let command = command.args(arguments).uid(NOBODY).gid(NOBODY);
        command.env_clear().output().expect("it runs")
    }

    /// Asserts that `nobody` is refused with this exit code, and that the message names a file of root's
    /// with this mode.
    #[track_caller]
    fn refused(&self, arguments: &[&str], exit: i32, name: &str, mode: &str) {
        let output = self.as_nobody(arguments);
        let said = stderr(&output);
        let whose = format!(
            "{} belongs to root:root and has mode {mode}; run this as root: `sudo fivebells …`",
            self.desk
                .path(name)
                .display()
                .to_string()
                .trim_end_matches('/')
        );
        assert!(said.contains(&whose), "{arguments:?}: {said}");
        assert!(said.contains("help: "), "{said}");
        assert_eq!(code(&output), exit, "{said}");
    }
}

#[test]
fn a_store_of_somebody_else_is_said_to_be_theirs() {
    let Some(room) = Room::new() else { return };
    let (folder, store) = (room.desk.path("var"), room.desk.path("var/store.db"));
    for command in [
        &["feeds"][..],
        &["status"],
        &["mute", "feed", "a", "--for", "1h"],
    ] {
        room.refused(command, 69, "var/store.db", "0600");
    }
    room.refused(&["poll"], 69, "var/store.db.lock", "0600");
    set(&store, 0o644);
    room.refused(&["feeds"], 69, "var/store.db", "0644");
    // It is not missing where nobody may look.
    set(&folder, 0o700);
    for command in [&["feeds"][..], &["status"], &["backup", "/tmp/none"]] {
        room.refused(command, 69, "var", "0700");
    }
    // Its log was made by a command of root's.
    set(&folder, 0o755);
    for path in [&folder, &store] {
        chown(path, Some(NOBODY), Some(NOBODY)).expect("given");
    }
    let wal = room.desk.path("var/store.db-wal");
    fs::write(&wal, "").expect("written");
    set(&wal, 0o600);
    room.refused(&["feeds"], 69, "var/store.db-wal", "0600");
}

#[test]
fn files_of_a_config_and_secrets_of_somebody_else_are_said_to_be_theirs() {
    let Some(room) = Room::new() else { return };
    for name in ["secret", "more.toml", "fivebells.toml"] {
        let path = room.desk.path(name);
        set(&path, 0o600);
        room.refused(&["check"], 78, name, "0600");
        set(&path, 0o644);
    }
    let feed = format!("file://{}", room.desk.path("sample.xml").display());
    let (new, config) = (room.desk.path("new.toml"), room.desk.path("fivebells.toml"));
    let new = new.to_str().expect("UTF-8");
    let init = [
        "init", "-y", "--feed", &feed, "--watch", "K", "--stdout", "-o", new,
    ];
    room.refused(&init, 1, "", "0755");
    let more = "[feed]\na = \"https://a.example/\"\n";
    fs::write(config.with_file_name("more.toml"), more).expect("written");
    room.refused(&["add", &feed, "--write"], 1, "", "0755");
}

#[test]
fn a_socket_and_a_place_for_a_backup_of_somebody_else_are_said_to_be_theirs() {
    let Some(room) = Room::new() else { return };
    let socket = room.desk.path("var/store.sock");
    let _listener = UnixListener::bind(&socket).expect("bound");
    set(&socket, 0o600);
    room.refused(&["reload"], 69, "var/store.sock", "0600");
    let to = room.desk.path("out/copy.db");
    let backup = ["backup", to.to_str().expect("UTF-8")];
    room.refused(&backup, 1, "out", "0755");
    for path in ["var", "var/store.db"] {
        chown(room.desk.path(path), Some(NOBODY), None).expect("given");
    }
    // A folder for everybody, and an earlier backup of root's in it.
    assert_eq!(code(&room.desk.run(&backup)), 0);
    set(&room.desk.path("out"), 0o777);
    room.refused(&backup, 69, "out/copy.db", "0600");
}
