//! Programs that do what programs do.

use std::{ffi::OsString, fs, path::Path};

use tempfile::TempDir;

use super::*;
use crate::{notify::sample_notice, watchdog::Watchdog};

const LATER: Retry = Retry::Later { after: None };

fn shell(script: &str, arguments: &[&str]) -> ExecOptions {
    let command = ["sh", "-c", script, "sh"]
        .into_iter()
        .chain(arguments.iter().copied());
    ExecOptions {
        command: command.map(str::to_owned).collect(),
        program: "/bin/sh".into(),
        environment: vec![("PATH".to_owned(), OsString::from("/usr/bin:/bin"))],
        timeout: Duration::from_secs(20),
        input: ExecInput::Json,
    }
}

fn exec(options: &ExecOptions) -> Exec {
    Exec {
        options: options.clone(),
        timezone: TimeZone::UTC,
    }
}

fn notice() -> Notice {
    sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"))
}

async fn sent(options: &ExecOptions) -> Outcome {
    exec(options).send(&notice()).await
}

#[tokio::test]
async fn it_gets_the_object_its_arguments_and_no_other_environment() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let script = "cat > \"$1\"; env > \"$2\"; pwd > \"$3\"; echo \"$4\" >&2";
    let (input, environment, place) = (at("input"), at("environment"), at("place"));
    let arguments = [&*input, &*environment, &*place, "$(id) `id` ; *"];
    let receipt = sent(&shell(script, &arguments)).await.expect("taken");
    assert_eq!(receipt.answer, "exit status: 0: $(id) `id` ; *");
    assert_eq!(fs::read(&input).expect("written"), payload(&notice()));
    assert_eq!(fs::read_to_string(&place).expect("written"), "/\n");
    let environment = fs::read_to_string(&environment).expect("written");
    let own = |line: &&str| {
        !line.starts_with("PWD=") && !line.starts_with("_=") && !line.starts_with("SHLVL=")
    };
    let mut lines: Vec<&str> = environment.lines().filter(own).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "FIVEBELLS_ID=sample-1",
            "FIVEBELLS_PRIORITY=urgent",
            "FIVEBELLS_TYPE=alert.matched",
            "PATH=/usr/bin:/bin",
        ]
    );
}

#[tokio::test]
async fn the_exit_status_is_the_verdict() {
    for (status, reason, retry) in [
        (1, SendReason::ServerError, LATER),
        (64, SendReason::Refused, Retry::ReceiverBroken),
        (65, SendReason::Refused, Retry::Unwanted),
        (69, SendReason::ServerError, LATER),
        (75, SendReason::Busy, LATER),
        (77, SendReason::Auth, Retry::ReceiverBroken),
        (78, SendReason::Refused, Retry::ReceiverBroken),
        (100, SendReason::Refused, Retry::Unwanted),
        (111, SendReason::Busy, LATER),
        (126, SendReason::Refused, Retry::ReceiverBroken),
        (127, SendReason::Refused, Retry::ReceiverBroken),
        (255, SendReason::ServerError, LATER),
    ] {
        let script = format!("echo first >&2; echo 'no  line' >&2; echo >&2; exit {status}");
        let error = sent(&shell(&script, &[])).await.expect_err("refused");
        assert_eq!((error.reason, error.retry), (reason, retry), "{status}");
        assert_eq!(error.detail, format!("exit status: {status}: no line"));
    }
    let error = sent(&shell("kill -9 $$", &[])).await.expect_err("killed");
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::ServerError, LATER)
    );
    assert!(error.detail.starts_with("signal: 9"), "{error}");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_a_broken_receiver() {
    let options = ExecOptions {
        program: "/nowhere/page".into(),
        ..shell("", &[])
    };
    let error = sent(&options).await.expect_err("not there");
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Connect, Retry::ReceiverBroken)
    );
}

#[tokio::test]
async fn input_that_nobody_reads_is_no_fault() {
    let mut notice = notice();
    let crate::model::Event::Alert(alert) = &mut notice.event else {
        panic!("an alert");
    };
    // More than a pipe holds.
    alert.item.summary = "x".repeat(1024 * 1024);
    let program = exec(&shell("exit 0", &[]));
    program.send(&notice).await.expect("taken");
}

#[tokio::test]
async fn output_without_end_is_read_and_only_its_end_is_kept() {
    let script = "head -c 3000000 /dev/zero | tr '\\0' 'x' >&2; echo >&2; \
                  head -c 3000000 /dev/zero; printf '\\033[2Jthe end' >&2";
    let receipt = sent(&shell(script, &[])).await.expect("taken");
    assert_eq!(receipt.answer, "exit status: 0: [2Jthe end");
    let script = "head -c 3000000 /dev/zero | tr '\\0' 'x' >&2";
    let receipt = sent(&shell(script, &[])).await.expect("taken");
    let answer = receipt
        .answer
        .strip_prefix("exit status: 0: ")
        .expect("a line");
    assert_eq!(answer.chars().count(), MAX_ANSWER_CHARS);
}

#[tokio::test]
async fn a_tail_is_kept_to_the_byte() {
    for length in [0, 1, MAX_TAIL_BYTES - 1, MAX_TAIL_BYTES, MAX_TAIL_BYTES + 1] {
        let bytes = vec![b'x'; length];
        let mut tail = Vec::new();
        keep_tail(&bytes[..], &mut tail).await;
        assert_eq!(tail.len(), length.min(MAX_TAIL_BYTES));
    }
}

/// Waits until the process with the id in `file` is gone.
async fn is_gone(file: &Path) -> bool {
    let id = fs::read_to_string(file).expect("it wrote its id");
    let process = Path::new("/proc").join(id.trim()).join("stat");
    let watchdog = Watchdog::start();
    while watchdog.is_patient() {
        // A process that has ended and that nobody waits for is a zombie: state Z.
        let stat = fs::read_to_string(&process).unwrap_or_default();
        if stat.is_empty() || stat.contains(") Z ") {
            return true;
        }
        time::sleep(Duration::from_millis(10)).await;
    }
    false
}

#[tokio::test]
async fn at_the_limit_all_that_it_started_is_killed() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("id");
    let script = "trap '' TERM HUP; sleep 1000 & echo $! > \"$1\"; wait";
    let options = ExecOptions {
        timeout: Duration::from_secs(1),
        ..shell(script, &[&file.to_string_lossy()])
    };
    let error = sent(&options).await.expect_err("too long");
    assert_eq!((error.reason, error.retry), (SendReason::Timeout, LATER));
    assert_eq!(error.detail, "it did not end within 1 s and was killed");
    assert!(is_gone(&file).await, "the sleeper lives");
}

#[tokio::test]
async fn an_attempt_that_is_given_up_leaves_nothing_behind() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("id");
    let script = "sleep 1000 & echo $! > \"$1.new\"; mv \"$1.new\" \"$1\"; wait";
    let program = exec(&shell(script, &[&file.to_string_lossy()]));
    let notice = notice();
    let there = async {
        while !file.exists() {
            time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        outcome = program.send(&notice) => panic!("{outcome:?}"),
        () = there => {}
    }
    assert!(is_gone(&file).await, "the sleeper lives");
}

#[tokio::test]
async fn a_process_that_holds_the_pipe_does_not_hold_the_verdict() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("id");
    let script = "sleep 1000 & echo $! > \"$1\"; echo done >&2";
    let receipt = sent(&shell(script, &[&file.to_string_lossy()]))
        .await
        .expect("taken");
    assert_eq!(receipt.answer, "exit status: 0: done");
    let id = fs::read_to_string(&file).expect("an id");
    let id = id
        .trim()
        .parse()
        .ok()
        .and_then(Pid::from_raw)
        .expect("an id");
    rustix::process::kill_process(id, Signal::KILL).expect("it is there");
}

#[test]
fn a_preview_shows_the_command_and_what_it_reads() {
    let parts = exec(&shell("cat", &["a b"]))
        .preview(&notice())
        .expect("a preview");
    assert_eq!(
        parts[0].content,
        "/bin/sh \"-c\" \"cat\" \"sh\" \"a b\"\nFIVEBELLS_ID=sample-1\nFIVEBELLS_TYPE=alert.matched\nFIVEBELLS_PRIORITY=urgent\n"
    );
    assert_eq!(parts[1].kind, PartKind::Json);
}

#[tokio::test]
async fn it_gets_ready_text_where_that_is_asked_for() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("input");
    let link = "https://thediplomat.com/2026/11/koizumi-hegseth/?ref=rss&a=b";
    for (input, lines) in [(ExecInput::Text, 2..), (ExecInput::Line, 1..)] {
        let options = ExecOptions {
            input,
            ..shell("cat > \"$1\"", &[&file.to_string_lossy()])
        };
        sent(&options).await.expect("taken");
        let text = fs::read_to_string(&file).expect("written");
        assert!(text.starts_with("Shinjir"), "{text}");
        assert!(text.contains(link) && text.ends_with('\n'), "{text}");
        assert!(lines.contains(&text.lines().count()), "{text}");
        if input == ExecInput::Line {
            assert_eq!(text.lines().count(), 1, "{text}");
        } else {
            assert!(text.contains("The Diplomat (diplomat)"), "{text}");
        }
        let parts = exec(&options).preview(&notice()).expect("a preview");
        assert_eq!(parts[1].content, text);
        assert_eq!(parts[1].kind, PartKind::Text);
    }
}
